package dev.ashlar.autodiff.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.autodiff.nn.LayerNormOp;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that are hard on a norm, against the plain kernel, which computes F64. */
@ExtendWith(NoLeaks.class)
final class LayerNormRowsTest {
  private static final LayerNormOp OP = new LayerNormOp(1e-5);

  private static Tensor numbers(long seed, int... dims) {
    return Tensor.normal(Key.of(seed), DType.F32, dims);
  }

  private static List<Tensor> exact(Op op, List<Tensor> in) {
    return Interpreter.current().interpret(op, in.stream().map(x -> x.toType(DType.F64)).toList());
  }

  private static void agree(Op op, List<Tensor> in) {
    List<Tensor> expected = exact(op, in);
    List<Tensor> actual = Interpreter.current().interpret(op, in);
    for (int i = 0; i < expected.size(); i++) {
      double[] wanted = expected.get(i).toDoubles();
      double largest = 0;
      for (double each : wanted) largest = Math.max(largest, Math.abs(each));
      assertThat(actual.get(i).toDoubles())
          .as("result %d of %s %s", i, op, in.getFirst().spec())
          .containsExactly(wanted, within(2e-6 * largest));
    }
  }

  /** The mean is far from 0, beside the deviation. */
  @ParameterizedTest
  @ValueSource(ints = {0, 100, -30_000})
  void rowsFarFromZeroOfAnyWidth(int mean) {
    for (int width : new int[] {1, 2, 3, 4, 7, 8, 15, 16, 17, 32, 33, 48, 257, 1100, 2049}) {
      Tensor x = numbers(1, 19, width).plus(mean);
      Tensor weight = numbers(2, width);
      agree(OP, List.of(x, weight, numbers(3, width)));
      List<Tensor> made = Interpreter.callAll(OP, x, weight, weight);
      Tensor dY = numbers(4, 19, width);
      List<Tensor> saved = List.of(made.get(1), made.get(2));
      agree(
          new LayerNormOp.Backward(OP),
          List.of(x, weight, saved.get(0), saved.get(1), dY, numbers(5, 19), numbers(6, 19)));
    }
  }

  /** A first number far from the others. */
  @Test
  void rowsOfOneLargeNumber() {
    Tensor x = Tensor.concat(1, numbers(1, 5, 1).plus(1e5), numbers(2, 5, 300));
    agree(OP, List.of(x, numbers(3, 301), numbers(4, 301)));
  }

  @ParameterizedTest
  @ValueSource(floats = {0, 0.1f, -1e6f, 1e30f, Float.MIN_VALUE})
  void equalNumbersHaveNoVariance(float value) {
    for (int width : new int[] {1, 13, 64, 1100}) {
      Tensor x = Tensor.full(DType.F32, value, 3, width);
      Tensor bias = numbers(2, width);
      List<Tensor> results = Interpreter.callAll(OP, x, numbers(1, width), bias);
      assertThat(results.get(0).toFloats()).isEqualTo(bias.expand(3, width).toFloats());
      assertThat(results.get(1).toFloats()).containsOnly(value);
      assertThat(results.get(2).toFloats()).containsOnly((float) (1 / Math.sqrt(1e-5)));
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void whatIsNoNumberStaysInItsRow(float special) {
    // Scales are at most 1.
    var op = new LayerNormOp(1);
    for (int width : new int[] {1, 13, 16, 33}) {
      for (int at : new int[] {0, width / 2, width - 1}) {
        float[] values = numbers(1, 4, width).toFloats();
        values[2 * width + at] = special;
        Tensor x = Tensor.of(values).reshape(4, width);
        List<Tensor> in = List.of(x, numbers(2, width), numbers(3, width));
        List<Tensor> expected = exact(op, in);
        List<Tensor> actual = Interpreter.current().interpret(op, in);
        for (int i = 0; i < 3; i++) {
          assertThat(actual.get(i).toDoubles())
              .as("result %d, width %d, at %d", i, width, at)
              .containsExactly(expected.get(i).toDoubles(), within(1e-5));
        }
      }
    }
  }
}
