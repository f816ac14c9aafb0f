package dev.ashlar.tensor.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Compares tensors bit by bit. */
final class Bits {
  private Bits() {}

  static void assertEqual(List<Tensor> actual, List<Tensor> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i).spec()).as("result %d", i).isEqualTo(expected.get(i).spec());
      assertThat(of(actual.get(i))).as("result %d", i).isEqualTo(of(expected.get(i)));
    }
  }

  static byte[] of(Tensor tensor) {
    return tensor.contiguous().read(operand -> operand.elements().toArray(ValueLayout.JAVA_BYTE));
  }
}
