package dev.ashlar.tensor.simd.elementwise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.simd.Operands;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ChoicesTest {
  @Test
  void choosesAnyBitsOfElementsOfEverySize() {
    for (DType dtype : List.of(DType.I32, DType.I64, DType.BOOL)) {
      int size = 40_003;
      int bytes = dtype.byteSize();
      Operand condition = Operands.empty(DType.BOOL, size);
      var random = new Random(8);
      for (int i = 0; i < size; i++) condition.setLong(i, random.nextInt(2));
      byte[] a = random(random, dtype, size);
      byte[] b = random(random, dtype, size);
      Operand y = Operands.empty(dtype, size);
      List<Operand> inputs = List.of(condition, operand(dtype, a), operand(dtype, b));
      Choices.where(bytes).run(inputs, List.of(y));
      byte[] chosen = y.elements().toArray(ValueLayout.JAVA_BYTE);
      for (int i = 0; i < size; i++) {
        byte[] expected = condition.getLong(i) == 1 ? a : b;
        int at = i * bytes;
        int end = at + bytes;
        assertThat(Arrays.equals(chosen, at, end, expected, at, end)).isTrue();
      }
    }
  }

  private static byte[] random(Random random, DType dtype, int size) {
    byte[] bits = new byte[size * dtype.byteSize()];
    random.nextBytes(bits);
    return bits;
  }

  private static Operand operand(DType dtype, byte[] bits) {
    Operand operand = Operands.empty(dtype, bits.length / dtype.byteSize());
    operand.data().copyFrom(MemorySegment.ofArray(bits));
    return operand;
  }
}
