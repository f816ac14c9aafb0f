/**
 * Plain kernels for every operation and element type: what the operations mean. {@link
 * dev.ashlar.tensor.reference.ReferenceKernels} is the table; {@code Walk} visits memory of any
 * layout, {@code Elements} reads and writes it. Elementary functions are {@link
 * java.lang.StrictMath}'s, so that the numbers are the same on every machine.
 */
@NullMarked
package dev.ashlar.tensor.reference;

import org.jspecify.annotations.NullMarked;
