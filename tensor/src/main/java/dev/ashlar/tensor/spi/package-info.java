/**
 * What a kernel provider implements: {@link dev.ashlar.tensor.spi.KernelProvider} offers {@link
 * dev.ashlar.tensor.spi.Kernel kernels} over {@link dev.ashlar.tensor.spi.Operand operands}, and
 * {@link dev.ashlar.tensor.spi.Parallel} shares their loops among threads.
 */
@NullMarked
package dev.ashlar.tensor.spi;

import org.jspecify.annotations.NullMarked;
