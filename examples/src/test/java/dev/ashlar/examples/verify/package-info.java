@NullMarked
package dev.ashlar.examples.verify;

import org.jspecify.annotations.NullMarked;
