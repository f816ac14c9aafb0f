package dev.ashlar.tensor.simd.lanes;

import jdk.incubator.vector.VectorShape;

/** How many vectors a kernel can keep in registers, by which its register blocks are chosen. */
public final class Registers {
  /**
   * Whether there are 32, as with vectors of 512 bits and on ARM: 16 sums fit beside what they are
   * made of. Otherwise, with shorter vectors on x86, there are 16, for eight sums.
   */
  public static final boolean ARE_MANY =
      VectorShape.preferredShape().vectorBitSize() >= 512
          || System.getProperty("os.arch").equals("aarch64");

  private Registers() {}
}
