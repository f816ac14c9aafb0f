package dev.ashlar.tensor.simd;

import jdk.incubator.vector.VectorShape;

/** How many vectors a kernel can keep in registers, by which its register blocks are chosen. */
public final class Registers {
  /**
   * The vector registers of the processor: 32 with vectors of 512 bits or on ARM, 16 on x86 with
   * shorter ones.
   */
  public static final int COUNT =
      VectorShape.preferredShape().vectorBitSize() >= 512
              || System.getProperty("os.arch").equals("aarch64")
          ? 32
          : 16;

  /** Whether 16 sums fit beside what they are made of; otherwise eight do. */
  public static final boolean ARE_MANY = COUNT >= 32;

  private Registers() {}
}
