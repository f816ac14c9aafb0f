package dev.ashlar.tensor.spi;

import java.util.List;

/**
 * Computes one operation. Inputs may have any layout; outputs are contiguous unless they share an
 * input's memory.
 */
@FunctionalInterface
public interface Kernel {
  /** Reads the inputs and writes every element of the outputs. */
  void run(List<Operand> inputs, List<Operand> outputs);
}
