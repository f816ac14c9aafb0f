@NullMarked
package dev.ashlar.examples;

import org.jspecify.annotations.NullMarked;
