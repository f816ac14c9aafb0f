package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.ashlar.tensor.reference.ReferenceKernels;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.KernelProvider;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A kernel provider's definition of done: on every sample its results agree with the plain kernel's
 * in double precision (where numbers are summed, in twice that). The error may be twice that of the
 * plain kernel in the same precision (the rule of flash attention's tests), and a few last bits
 * besides. Whole numbers, truth values and moved numbers agree exactly. What the provider declines
 * shows as a skipped test.
 */
@ExtendWith(NoLeaks.class)
public abstract class KernelConformance {
  private static final KernelProvider PLAIN = new ReferenceKernels();

  // Where the plain kernel happens to be exact, others may be off by two units in the last place.
  private static final double FLOOR_F32 = 0x1p-22;
  private static final double FLOOR_F64 = 0x1p-50;

  /** Returns the provider to be tested. */
  protected abstract KernelProvider provider();

  /** Returns the samples to test it on. */
  protected List<OpSample> samples() {
    return Stream.of(OpSamples.all(), OpSamples.large(), OpSamples.special())
        .flatMap(List::stream)
        .toList();
  }

  @TestFactory
  Stream<DynamicTest> agreesWithThePlainKernelInDoublePrecision() {
    return tests(this::compare);
  }

  @TestFactory
  Stream<DynamicTest> answersTheSameBitsOnAnyNumberOfThreads() {
    return tests(this::compareThreads);
  }

  /** Checks a kernel on inputs. */
  @FunctionalInterface
  private interface Check {
    void on(OpSample sample, Kernel kernel, List<Tensor> inputs);
  }

  private Stream<DynamicTest> tests(Check check) {
    return samples().stream()
        .filter(sample -> !(sample.op() instanceof Op.View))
        .flatMap(
            sample ->
                Stream.of(DType.values())
                    .filter(dtype -> dtype == DType.F64 || !sameAsF64(sample, dtype))
                    .filter(sample::takes)
                    .map(
                        dtype ->
                            dynamicTest(sample + " " + dtype, () -> test(sample, dtype, check))));
  }

  /**
   * Returns whether a sample's inputs are the same ones for this type and F64, as those of
   * operations on BOOL are.
   */
  private static boolean sameAsF64(OpSample sample, DType dtype) {
    try (var _ = TensorScope.open()) {
      return specs(sample.inputs().apply(dtype)).equals(specs(sample.inputs().apply(DType.F64)));
    }
  }

  private void test(OpSample sample, DType dtype, Check check) {
    try (var _ = TensorScope.open()) {
      List<Tensor> inputs = sample.inputs().apply(dtype);
      var kernel = provider().find(sample.op(), specs(inputs));
      if (kernel.isEmpty())
        abort("%s declines %s on %s".formatted(provider().name(), sample.op(), specs(inputs)));
      check.on(sample, kernel.orElseThrow(), inputs);
    }
  }

  private void compareThreads(OpSample sample, Kernel kernel, List<Tensor> inputs) {
    int before = Parallel.threads();
    try {
      Parallel.threads(1);
      List<Tensor> alone = compute(sample.op(), kernel, inputs);
      Parallel.threads(5);
      List<Tensor> together = compute(sample.op(), kernel, inputs);
      for (int i = 0; i < alone.size(); i++)
        assertThat(bits(together.get(i))).isEqualTo(bits(alone.get(i)));
    } finally {
      Parallel.threads(before);
    }
  }

  private static byte[] bits(Tensor tensor) {
    return tensor.operand().elements().toArray(ValueLayout.JAVA_BYTE);
  }

  private void compare(OpSample sample, Kernel kernel, List<Tensor> inputs) {
    Op op = sample.op();
    List<Tensor> plain = compute(op, plain(op, inputs), inputs);
    List<Tensor> actual = compute(op, kernel, inputs);
    List<Tensor> wide = inputs.stream().map(KernelConformance::widened).toList();
    List<Tensor> exact = exact(op, wide);
    for (int i = 0; i < actual.size(); i++) {
      String where = "%s on %s, result %d".formatted(op, specs(inputs), i);
      if (!actual.get(i).dtype().isFloating() || onlyMoves(op)) {
        assertThat(bits(actual.get(i))).as(where).isEqualTo(bits(plain.get(i)));
      } else {
        compareNumbers(op, where, exact.get(i), plain.get(i), actual.get(i));
      }
    }
  }

  /** Computes in double precision; sums in twice that, for F64 is to be judged too. */
  private static List<Tensor> exact(Op op, List<Tensor> wide) {
    List<Tensor> plain = compute(op, plain(op, wide), wide);
    Tensor result = plain.getFirst();
    if (result.dtype() != DType.F64) return plain;
    Tensor x = wide.isEmpty() ? result : wide.getFirst();
    return switch (op) {
      case Op.MatMul _ -> List.of(ExactProducts.of(x, wide.get(1), result.shape()));
      case Op.Sum sum -> List.of(ExactSums.sum(sum, x, result.shape()));
      case Op.Softmax softmax -> List.of(ExactSums.softmax(x, softmax.axis(), false));
      case Op.LogSoftmax softmax -> List.of(ExactSums.softmax(x, softmax.axis(), true));
      default -> plain;
    };
  }

  private static Kernel plain(Op op, List<Tensor> inputs) {
    return PLAIN.find(op, specs(inputs)).orElseThrow();
  }

  private static List<TensorSpec> specs(List<Tensor> tensors) {
    return tensors.stream().map(Tensor::spec).toList();
  }

  /** Runs a kernel into memory full of rubbish: every element must be written. */
  private static List<Tensor> compute(Op op, Kernel kernel, List<Tensor> inputs) {
    List<Tensor> outputs = new ArrayList<>();
    for (TensorSpec spec : ShapeRules.infer(op, specs(inputs))) {
      Tensor output = Tensor.allocate(spec);
      output.operand().data().fill((byte) 0x5A);
      outputs.add(output);
    }
    List<Operand> in = inputs.stream().map(Tensor::operand).toList();
    kernel.run(in, outputs.stream().map(Tensor::operand).toList());
    return outputs;
  }

  /** Returns the same numbers in F64, if they are F32's. */
  private static Tensor widened(Tensor x) {
    if (x.dtype() != DType.F32) return x;
    Operand operand = x.operand();
    return SampleData.fill(
        DType.F64, i -> operand.getDouble(SampleData.position(x.layout(), i)), x.shape().dims());
  }

  private static boolean onlyMoves(Op op) {
    return switch (op) {
      case Op.Copy _,
          Op.Concat _,
          Op.Pad _,
          Op.Gather _,
          Op.IndexSelect _,
          Op.Where _,
          Op.OneHot _ ->
          true;
      case Op.Fill _, Op.Arange _, Op.Sort _, Op.TopK _, Op.Cast _ -> true;
      default -> false;
    };
  }

  private static void compareNumbers(
      Op op, String where, Tensor exact, Tensor plain, Tensor actual) {
    double floor = actual.dtype() == DType.F32 ? FLOOR_F32 : FLOOR_F64;
    // A kernel may answer 0 where the result is too small to be a normal number: gradual underflow
    // is slow.
    double smallest = actual.dtype() == DType.F32 ? Float.MIN_NORMAL : Double.MIN_NORMAL;
    double underflow = mayFlush(op) ? smallest : 0;
    double[] expected = numbers(exact);
    double[] byPlain = numbers(plain);
    double[] got = numbers(actual);
    double largest = 0;
    for (double value : expected)
      if (Double.isFinite(value)) largest = Math.max(largest, Math.abs(value));
    double plainError = 0;
    for (int i = 0; i < got.length; i++) {
      double scale = scale(op, expected[i], largest);
      double error = Math.abs(byPlain[i] - expected[i]) / scale;
      if (Double.isFinite(error)) plainError = Math.max(plainError, error);
    }
    for (int i = 0; i < got.length; i++) {
      double allowed = (2 * plainError + floor) * scale(op, expected[i], largest) + underflow;
      boolean agrees =
          Double.isFinite(byPlain[i])
              ? Math.abs(got[i] - expected[i]) <= allowed
              : Double.compare(got[i], byPlain[i]) == 0;
      if (!agrees) {
        fail(
            "%s, element %d: got %s, the plain kernel %s, in double precision %s; allowed error %s",
            where, i, got[i], byPlain[i], expected[i], allowed);
      }
    }
  }

  private static double[] numbers(Tensor contiguous) {
    Operand operand = contiguous.operand();
    double[] values = new double[(int) contiguous.size()];
    for (int i = 0; i < values.length; i++) values[i] = operand.getDouble(i);
    return values;
  }

  /**
   * What an error is measured by: the number itself, or, where numbers are summed up, the largest
   * of the results.
   */
  private static double scale(Op op, double expected, double largest) {
    double scale =
        switch (op) {
          case Op.SiluSlope _, Op.GeluTanhSlope _ -> largest;
          // A difference of numbers up to a half.
          case Op.GeluSlope _ -> Math.max(largest, 0.5);
          case Op.Unary _, Op.Binary _ -> Math.abs(expected);
          default -> largest;
        };
    return Math.max(scale, Double.MIN_NORMAL);
  }

  private static boolean mayFlush(Op op) {
    return switch (op) {
      case Op.Exp _, Op.Expm1 _, Op.Sigmoid _, Op.Tanh _, Op.Pow _, Op.Reciprocal _, Op.Softmax _ ->
          true;
      case Op.Silu _, Op.SiluSlope _, Op.GeluTanh _, Op.GeluTanhSlope _ -> true;
      case Op.Gelu _, Op.GeluSlope _ -> true;
      default -> op instanceof Op.Custom;
    };
  }
}
