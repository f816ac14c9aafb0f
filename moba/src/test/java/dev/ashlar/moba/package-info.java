@NullMarked
package dev.ashlar.moba;

import org.jspecify.annotations.NullMarked;
