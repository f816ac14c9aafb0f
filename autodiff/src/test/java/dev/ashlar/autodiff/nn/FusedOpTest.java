package dev.ashlar.autodiff.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.GradCheck;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.spi.Parallel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Fused against composed: values and gradients, in double precision and in F32. */
@ExtendWith(NoLeaks.class)
final class FusedOpTest {
  static Stream<FusedOp> all() {
    return FusedOp.all().stream();
  }

  private static List<Tensor> fused(FusedOp op, List<Tensor> inputs) {
    return Interpreter.current().interpret(op.op(), inputs);
  }

  @ParameterizedTest
  @MethodSource("all")
  void inDoublePrecisionItIsTheComposition(FusedOp op) {
    for (int width : new int[] {1, 2, 13, 64}) {
      List<Tensor> inputs = op.inputs().make(DType.F64, 5, width);
      close(fused(op, inputs), op.composed().apply(inputs));
      close(gradients(inputs, in -> fused(op, in)), gradients(inputs, op.composed()));
    }
  }

  private static void close(List<Tensor> actual, List<Tensor> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i).spec()).isEqualTo(expected.get(i).spec());
      double[] wanted = expected.get(i).toDoubles();
      double[] got = actual.get(i).toDoubles();
      for (int j = 0; j < got.length; j++) {
        assertThat(got[j]).isCloseTo(wanted[j], within(1e-11 * (1 + Math.abs(wanted[j]))));
      }
    }
  }

  /** Returns the gradients of a sum of the results, each times its own position. */
  private static List<Tensor> gradients(
      List<Tensor> inputs, Function<List<Tensor>, List<Tensor>> function) {
    List<Tensor> gradients = new ArrayList<>();
    List<Tensor> all =
        Grad.grad(
            inputs,
            in -> {
              Tensor total = Tensor.scalar(inputs.getFirst().dtype(), 0);
              for (Tensor result : function.apply(in)) {
                Tensor weights =
                    Tensor.linspace(result.dtype(), -1, 1, (int) result.size())
                        .reshape(result.shape());
                total = total.plus(result.times(weights).sum());
              }
              return total;
            });
    for (Tensor each : all) if (each.dtype().isFloating()) gradients.add(each);
    return gradients;
  }

  @ParameterizedTest
  @MethodSource("all")
  void gradientsAgreeWithFiniteDifferencesToSecondOrder(FusedOp op) {
    List<Tensor> inputs = op.inputs().make(DType.F64, 3, 5);
    GradCheck.inF64().withOrder(2).check(inputs, in -> fused(op, in));
  }

  @ParameterizedTest
  @MethodSource("all")
  void inputsMayHaveAnyLayout(FusedOp op) {
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      List<Tensor> inputs = op.inputs().make(dtype, 6, 7);
      List<Tensor> strided = inputs.stream().map(FusedOpTest::strided).toList();
      List<Tensor> expected = fused(op, inputs);
      List<Tensor> actual = fused(op, strided);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(actual.get(i).toDoubles()).isEqualTo(expected.get(i).toDoubles());
      }
    }
  }

  private static Tensor strided(Tensor x) {
    Tensor twice = Tensor.stack(-1, x, x);
    return twice.select(-1, 1);
  }

  @ParameterizedTest
  @MethodSource("all")
  void inSinglePrecisionItIsAsExactAsTheComposition(FusedOp op) {
    for (int width : new int[] {1, 13, 207, 1024}) {
      var results = new Errors();
      var gradients = new Errors();
      // Of one draw a gradient in a narrow weight is a number or two, exact or not by chance.
      for (int rows : new int[] {37, 61, 90, 130}) {
        List<Tensor> exactInputs = op.inputs().make(DType.F64, rows, width);
        // The same numbers in both precisions.
        List<Tensor> inputs = exactInputs.stream().map(FusedOpTest::rounded).toList();
        List<Tensor> widened = inputs.stream().map(FusedOpTest::widened).toList();
        List<Tensor> exact = op.composed().apply(widened);
        results.note(fused(op, inputs), op.composed().apply(inputs), exact);
        gradients.note(
            gradients(inputs, in -> fused(op, in)),
            gradients(inputs, op.composed()),
            gradients(widened, op.composed()));
      }
      results.areAtMost(2);
      gradients.areAtMost(3);
    }
  }

  /** LogSumExp as a float is off by up to 3e-5 here, of which softmax must have nothing. */
  @Test
  void gradientsOfCrossEntropyAreExactHoweverFarLogitsAreFromZero() {
    Tensor logits = Tensor.normal(Key.of(3), DType.F32, 64, 64).plus(500);
    Tensor targets = Tensor.arange(DType.I32, 64);
    Tensor exact = Grad.grad(widened(logits), x -> Losses.crossEntropy(x, targets));
    Tensor actual = Grad.grad(logits, x -> Losses.crossEntropy(x, targets));
    assertThat(worst(actual.times(64), exact.times(64).toDoubles())).isLessThan(3e-7);
  }

  private static Tensor rounded(Tensor x) {
    return x.dtype() == DType.F64 ? x.toType(DType.F32) : x;
  }

  private static Tensor widened(Tensor x) {
    return x.dtype() == DType.F32 ? x.toType(DType.F64) : x;
  }

  /**
   * The greatest errors of each result of the fused form, but for half a unit in the last place,
   * and of the composed one, both against F64 and in parts of its greatest number.
   */
  private static final class Errors {
    private final Map<Integer, Double> fused = new TreeMap<>();
    private final Map<Integer, Double> composed = new TreeMap<>();

    void note(List<Tensor> byFused, List<Tensor> byComposed, List<Tensor> exact) {
      for (int i = 0; i < exact.size(); i++) {
        double[] truth = exact.get(i).toDoubles();
        double largest = 0;
        for (double each : truth) largest = Math.max(largest, Math.abs(each));
        if (largest == 0) largest = Float.MIN_NORMAL;
        double half = Math.ulp((float) largest) / 2;
        fused.merge(i, (worst(byFused.get(i), truth) - half) / largest, Math::max);
        composed.merge(i, worst(byComposed.get(i), truth) / largest, Math::max);
      }
    }

    /** Those of the fused form are at most {@code times} those of the composed one. */
    void areAtMost(int times) {
      fused.forEach(
          (i, error) ->
              assertThat(error)
                  .as("relative error of result %d", i)
                  .isLessThanOrEqualTo(times * composed.get(i)));
    }
  }

  private static double worst(Tensor actual, double[] truth) {
    double worst = 0;
    double[] numbers = actual.toDoubles();
    for (int i = 0; i < truth.length; i++) {
      worst = Math.max(worst, Math.abs(numbers[i] - truth[i]));
    }
    return worst;
  }

  @ParameterizedTest
  @MethodSource("all")
  void resultsDoNotDependOnTheNumberOfThreads(FusedOp op) {
    List<Tensor> inputs = op.inputs().make(DType.F32, 1100, 67);
    int before = Parallel.threads();
    try {
      Parallel.threads(1);
      List<float[]> alone = fused(op, inputs).stream().map(Tensor::toFloats).toList();
      Parallel.threads(4);
      List<float[]> shared = fused(op, inputs).stream().map(Tensor::toFloats).toList();
      for (int i = 0; i < alone.size(); i++) assertThat(shared.get(i)).isEqualTo(alone.get(i));
    } finally {
      Parallel.threads(before);
    }
  }
}
