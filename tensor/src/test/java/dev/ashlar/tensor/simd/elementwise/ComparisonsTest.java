package dev.ashlar.tensor.simd.elementwise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.simd.Operands;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ComparisonsTest {
  @Test
  void longsThatNoDoubleTellsApartDiffer() {
    long[] numbers = {
      (1L << 53) + 1, 1L << 53, Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE, -1, 0
    };
    Operand rows = Operands.empty(DType.I64, numbers.length, 1);
    Operand columns = Operands.empty(DType.I64, numbers.length);
    for (int i = 0; i < numbers.length; i++) {
      rows.setLong(i, numbers[i]);
      columns.setLong(i, numbers[i]);
    }
    Operand less = compare(Op.Comparison.LESS, rows, columns, numbers.length);
    Operand equal = compare(Op.Comparison.EQUAL, rows, columns, numbers.length);
    for (int i = 0; i < numbers.length; i++) {
      for (int j = 0; j < numbers.length; j++) {
        int at = i * numbers.length + j;
        assertThat(less.getLong(at)).isEqualTo(numbers[i] < numbers[j] ? 1 : 0);
        assertThat(equal.getLong(at)).isEqualTo(i == j ? 1 : 0);
      }
    }
  }

  @Test
  void nothingComparesWithNaNButUnequal() {
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      Operand nan = Operands.empty(dtype, 2000);
      for (int i = 0; i < nan.size(); i++) nan.setDouble(i, Double.NaN);
      for (Op.Comparison how : Op.Comparison.values()) {
        Operand y = Operands.empty(DType.BOOL, 2000);
        Comparisons.of(how, dtype).run(List.of(nan, nan), List.of(y));
        double expected = how == Op.Comparison.NOT_EQUAL ? 1 : 0;
        assertThat(Operands.values(y)).containsOnly(expected);
      }
    }
  }

  private static Operand compare(Op.Comparison how, Operand a, Operand b, int size) {
    Operand y = Operands.empty(DType.BOOL, size, size);
    Comparisons.of(how, DType.I64).run(List.of(a, b), List.of(y));
    return y;
  }
}
