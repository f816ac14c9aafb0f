/**
 * The command line, and short programs that are the documentation: each training loop in Java and
 * in Kotlin. Start at {@link dev.ashlar.examples.Main}.
 */
@NullMarked
package dev.ashlar.examples;

import org.jspecify.annotations.NullMarked;
