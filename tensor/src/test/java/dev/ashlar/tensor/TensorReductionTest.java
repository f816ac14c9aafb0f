package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Values of {@link Tensor}'s reductions, orders along an axis, softmax and matrix products. */
@ExtendWith(NoLeaks.class)
class TensorReductionTest {
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;

  @Test
  void reducesOverAnyAxes() {
    Tensor x = Tensor.arange(DType.F64, 24).reshape(2, 3, 4);
    assertThat(x.sum().item()).isEqualTo(276);
    assertThat(x.sum(0, 2).toDoubles()).containsExactly(60, 92, 124);
    assertThat(x.sum(-1, 0).toDoubles()).containsExactly(60, 92, 124);
    assertThat(x.sumKeep(1).shape()).isEqualTo(Shape.of(2, 1, 4));
    assertThat(x.sum(1).get(0).toDoubles()).containsExactly(12, 15, 18, 21);
    assertThat(x.mean(0, 2).toDoubles()).containsExactly(7.5, 11.5, 15.5);
    assertThat(x.meanKeep(0, 1, 2).shape()).isEqualTo(Shape.of(1, 1, 1));
    assertThat(x.variance(2).toDoubles()).containsOnly(1.25);
    assertThat(x.max(0, 1).toDoubles()).containsExactly(20, 21, 22, 23);
    assertThat(x.maxKeep(2).shape()).isEqualTo(Shape.of(2, 3, 1));
    assertThat(x.min(1, 2).toDoubles()).containsExactly(0, 12);
    assertThat(x.plus(1).get(0).prod(1).toDoubles()).containsExactly(24, 1680, 11880);
    assertThat(Tensor.arange(DType.I32, 5).sum().item()).isEqualTo(10);
    assertThat(Tensor.of(Integer.MAX_VALUE, 1).sum().toInts()).containsExactly(Integer.MIN_VALUE);
  }

  @Test
  void anAxisNamedTwiceIsNamed() {
    Tensor x = Tensor.ones(DType.F32, 2, 2, 2);
    Tensor mask = x.greater(0);
    Map<String, Function<int[], Tensor>> methods =
        Map.ofEntries(
            Map.entry("sum", x::sum),
            Map.entry("mean", x::mean),
            Map.entry("variance", x::variance),
            Map.entry("max", x::max),
            Map.entry("min", x::min),
            Map.entry("prod", x::prod),
            Map.entry("any", mask::any),
            Map.entry("all", mask::all),
            Map.entry("permute", x::permute));
    methods.forEach(
        (name, method) -> {
          for (int[] axes : new int[][] {{1, -2}, {0, 1, 1}, {1, 0, 1}}) {
            assertThatThrownBy(() -> method.apply(axes))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                    "%s: axes %s name axis 1 of shape [2, 2, 2] twice; name it once",
                    name, Arrays.toString(axes));
          }
        });
  }

  @Test
  void reductionsOfNothing() {
    Tensor x = Tensor.zeros(DType.F32, 0, 3);
    assertThat(x.sum(0).toFloats()).containsExactly(0, 0, 0);
    assertThat(x.sum().item()).isZero();
    assertThat(x.mean().item()).isNaN();
    assertThat(x.variance().item()).isNaN();
    assertThat(x.prod(0).toFloats()).containsExactly(1, 1, 1);
    assertThat(x.prod().item()).isOne();
    assertThat(x.prod(1).size()).isZero();
    assertThat(x.toType(DType.I64).prod(0).toLongs()).containsExactly(1, 1, 1);
    assertThat(x.greater(0).any(0).toBooleans()).containsExactly(false, false, false);
    assertThat(x.greater(0).all(0).toBooleans()).containsExactly(true, true, true);
    assertThat(x.max(1).size()).isZero();
    assertThatThrownBy(() -> x.max(0))
        .hasMessage("max: axis 0 of [0, 3] is empty, and max has no value there");
    assertThatThrownBy(() -> x.argMin(0)).isInstanceOf(ShapeException.class);
    assertThat(x.logSumExp(1).size()).isZero();
    assertThatThrownBy(() -> x.logSumExp(0))
        .hasMessage("logSumExp: axis 0 of [0, 3] is empty, and logSumExp has no value there");
  }

  @Test
  void reductionsNameThemselvesBesideElementsTheyCannotTake() {
    Tensor mask = Tensor.of(true);
    assertThatThrownBy(() -> mask.prod())
        .hasMessage("prod: needs F32, F64, I32 or I64, got BOOL[1]; cast it with toType(...)");
    assertThatThrownBy(() -> Tensor.of(1).all())
        .hasMessage("all: needs BOOL, got I32[1]; cast it with toType(...)");
    assertThatThrownBy(() -> Tensor.of(1).logSumExp(0))
        .hasMessage("logSumExp: needs F32 or F64, got I32[1]; cast it with toType(...)");
    assertThatThrownBy(() -> Tensor.of(1f).logSumExp(1))
        .hasMessage(
            "logSumExp: axis 1 does not exist in shape [1] of rank 1 (axes go from -1 to 0)");
  }

  @Test
  void meansOfIntegersMustBeAskedForAsRealNumbers() {
    assertThatThrownBy(() -> Tensor.of(1, 2).mean())
        .hasMessage("mean: needs F32 or F64, got I32[2]; cast it with toType(...)");
    assertThatThrownBy(() -> Tensor.of(1, 2).variance()).isInstanceOf(ShapeException.class);
  }

  @Test
  void aSumOfTenMillionNumbersIsRightToAMillionth() {
    int n = 10_000_000;
    Tensor x = Tensor.full(DType.F32, 0.1f, n);
    double exact = n * (double) 0.1f;
    assertThat(x.sum().item() / exact).isCloseTo(1, within(1e-6));
    assertThat(x.reshape(n, 1).sum(0).item() / exact).isCloseTo(1, within(1e-6));
    assertThat(x.mean().item()).isCloseTo(0.1, within(1e-7));
  }

  @Test
  void nanIsPassedOn() {
    Tensor x = Tensor.of(1, NAN, -INF);
    assertThat(x.max().item()).isNaN();
    assertThat(x.min().item()).isNaN();
    assertThat(x.sum().item()).isNaN();
    assertThat(x.relu().toDoubles()).containsExactly(1, NAN, 0);
    assertThat(x.maximum(Tensor.of(0.0)).toDoubles()).containsExactly(1, NAN, 0);
    assertThat(x.minimum(Tensor.of(0.0)).toDoubles()).containsExactly(0, NAN, -INF);
  }

  @Test
  void findsTheGreatestAndTheLeast() {
    Tensor x = Tensor.of(Shape.of(2, 4), 3.0, 7, 7, 1, 0.0, -0.0, -5, -5);
    assertThat(x.argMax(1).toLongs()).containsExactly(1, 0);
    assertThat(x.argMin(1).toLongs()).containsExactly(3, 2);
    assertThat(x.argMax(0).toLongs()).containsExactly(0, 0, 0, 0);
    assertThat(x.argMax(-1).dtype()).isEqualTo(DType.I64);
    Tensor odd = Tensor.of(INF, NAN, NAN, -INF);
    assertThat(odd.argMax(0).item()).isEqualTo(1);
    assertThat(odd.argMin(0).item()).isEqualTo(1);
  }

  @Test
  void sortsStablyWithNanAsTheGreatest() {
    Tensor x = Tensor.of(2.0, NAN, -INF, 0.0, -0.0, 2.0, INF, NAN);
    var up = x.sort(0, false);
    assertThat(up.indices().toLongs()).containsExactly(2, 3, 4, 0, 5, 6, 1, 7);
    assertThat(up.values().toDoubles()).containsExactly(-INF, 0.0, -0.0, 2, 2, INF, NAN, NAN);
    var down = x.sort(-1, true);
    assertThat(down.indices().toLongs()).containsExactly(1, 7, 6, 0, 5, 3, 4, 2);
    var longs = Tensor.of(Long.MIN_VALUE, Long.MAX_VALUE, 0L, Long.MAX_VALUE - 1).sort(0, true);
    assertThat(longs.indices().toLongs()).containsExactly(1, 3, 2, 0);
    var columns = Tensor.of(Shape.of(3, 2), 3, 1, 1, 2, 2, 3).sort(0, false);
    assertThat(columns.values().toInts()).containsExactly(1, 1, 2, 2, 3, 3);
  }

  @Test
  void topKPrefersTheLowestIndexOfEquals() {
    Tensor x = Tensor.of(Shape.of(2, 5), 1f, 3f, 3f, 0f, 3f, Float.NaN, 2f, Float.NaN, 9f, 9f);
    var top = x.topK(3, -1);
    assertThat(top.indices().toLongs()).containsExactly(1, 2, 4, 0, 2, 3);
    assertThat(top.values().get(0).toFloats()).containsExactly(3, 3, 3);
    assertThat(x.topK(0, 1).values().shape()).isEqualTo(Shape.of(2, 0));
    assertThatThrownBy(() -> x.topK(6, 1))
        .hasMessage("topK: k must lie in 0 .. 5, the size of axis 1 of [2, 5], got 6");
    var least = Interpreter.callAll(new Op.TopK(0, 2, false), Tensor.of(4f, Float.NaN, 4f, 5f));
    assertThat(least.get(1).toLongs()).containsExactly(0, 2);
  }

  @Test
  void runningSumsGoEitherWay() {
    Tensor x = Tensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6);
    assertThat(x.cumSum(1).toInts()).containsExactly(1, 3, 6, 4, 9, 15);
    assertThat(x.cumSum(0).toInts()).containsExactly(1, 2, 3, 5, 7, 9);
    assertThat(Interpreter.call(new Op.CumSum(1, true), x).toInts())
        .containsExactly(6, 5, 3, 15, 11, 6);
    assertThat(Tensor.of(0.5, 0.25).cumSum(0).toDoubles()).containsExactly(0.5, 0.75);
  }

  @Test
  void softmaxIsAboutItsMaximum() {
    Tensor x = Tensor.of(Shape.of(2, 3), 1.0, 2, 3, 1001, 1002, 1003);
    double[] soft = x.softmax(-1).toDoubles();
    double sum = Math.exp(-2) + Math.exp(-1) + 1;
    for (int i = 0; i < 3; i++) {
      assertThat(soft[i]).isCloseTo(Math.exp(i - 2) / sum, within(1e-15)).isEqualTo(soft[i + 3]);
    }
    double[] log = x.logSoftmax(1).toDoubles();
    for (int i = 0; i < 6; i++) assertThat(log[i]).isCloseTo(Math.log(soft[i]), within(1e-14));
    assertThat(x.softmax(0).get(1).toDoubles()).containsExactly(1, 1, 1);
    double[] sums = x.logSumExp(1).toDoubles();
    assertThat(sums)
        .containsExactly(new double[] {3 + Math.log(sum), 1003 + Math.log(sum)}, within(1e-12));
  }

  @Test
  void softmaxOfMaskedRows() {
    Tensor x = Tensor.of(Shape.of(2, 2), 0, -INF, -INF, -INF);
    // A row of nothing but -infinity has no softmax: NaN, as in PyTorch.
    assertThat(x.softmax(1).toDoubles()).containsExactly(1, 0, NAN, NAN);
    assertThat(x.logSoftmax(1).toDoubles()).containsExactly(0, -INF, NAN, NAN);
    assertThat(x.logSumExp(1).toDoubles()).containsExactly(0, -INF);
    assertThat(Tensor.of(INF, 1).logSumExp(0).item()).isEqualTo(INF);
  }

  @Test
  void multipliesMatricesInBatches() {
    Tensor a = SampleData.numbers(DType.F64, 1, 2, 1, 3, 4);
    Tensor b = SampleData.numbers(DType.F64, 2, 5, 4, 2);
    Tensor product = a.matmul(b);
    assertThat(product.shape()).isEqualTo(Shape.of(2, 5, 3, 2));
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 5; j++) {
        for (int m = 0; m < 3; m++) {
          for (int n = 0; n < 2; n++) {
            double sum = 0;
            for (int k = 0; k < 4; k++) sum += a.get(i, 0, m, k).item() * b.get(j, k, n).item();
            assertThat(product.get(i, j, m, n).item()).isCloseTo(sum, within(1e-14));
          }
        }
      }
    }
    assertThat(Tensor.zeros(DType.F32, 2, 0).matmul(Tensor.zeros(DType.F32, 0, 2)).toFloats())
        .containsExactly(0, 0, 0, 0);
  }
}
