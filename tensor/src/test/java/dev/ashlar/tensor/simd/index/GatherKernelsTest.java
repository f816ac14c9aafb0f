package dev.ashlar.tensor.simd.index;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.reference.ReferenceKernels;
import dev.ashlar.tensor.simd.Operands;
import dev.ashlar.tensor.simd.SimdKernels;
import dev.ashlar.tensor.spi.KernelProvider;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GatherKernelsTest {
  private static final int SIZE = 40;

  /** Floats' patterns that mean no number among them. */
  @Test
  void elementsKeepTheirBits() {
    Operand floats = Operands.empty(DType.F32, SIZE, SIZE);
    Operand doubles = Operands.empty(DType.F64, SIZE, SIZE);
    for (int i = 0; i < floats.size(); i++) {
      floats.data().setAtIndex(ValueLayout.JAVA_INT, i, 0x7F80_0001 + i * 0x9E37_79B9);
      doubles.data().setAtIndex(ValueLayout.JAVA_LONG, i, (0x7FFL << 52) + 1 + i * (1L << 48));
    }
    Operand line = Operands.empty(DType.I32, SIZE);
    for (int i = 0; i < SIZE; i++) line.setLong(i, SIZE - 1 - i);
    Operand along = line.with(line.layout().expand(floats.shape()));
    for (Operand x : List.of(floats, doubles)) {
      for (Operand source : List.of(x, Operands.transposed(x))) {
        check(new Op.IndexSelect(0), source, line);
        check(new Op.IndexSelect(1), source, line);
        check(new Op.Gather(0), source, Operands.transposed(along));
        check(new Op.Gather(1), source, along);
      }
    }
  }

  private static void check(Op op, Operand source, Operand index) {
    List<Operand> inputs = List.of(source, index);
    byte[] expected = bytes(new ReferenceKernels(), op, inputs);
    assertThat(bytes(new SimdKernels(), op, inputs)).as("%s", op).isEqualTo(expected);
  }

  private static byte[] bytes(KernelProvider provider, Op op, List<Operand> inputs) {
    Operand y = Operands.empty(inputs.getFirst().dtype(), SIZE, SIZE);
    var specs = inputs.stream().map(Operand::spec).toList();
    provider.find(op, specs).orElseThrow().run(inputs, List.of(y));
    return y.elements().toArray(ValueLayout.JAVA_BYTE);
  }
}
