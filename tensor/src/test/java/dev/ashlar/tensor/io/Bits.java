package dev.ashlar.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.Tensor;
import java.lang.foreign.ValueLayout;

/** Compares tensors bit by bit, NaN and -0 included. */
final class Bits {
  private Bits() {}

  static void assertSame(Tensor actual, Tensor expected) {
    assertThat(actual.spec()).isEqualTo(expected.spec());
    assertThat(of(actual)).isEqualTo(of(expected));
  }

  static byte[] of(Tensor tensor) {
    return tensor.contiguous().read(operand -> operand.elements().toArray(ValueLayout.JAVA_BYTE));
  }
}
