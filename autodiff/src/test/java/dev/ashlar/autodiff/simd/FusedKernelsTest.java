package dev.ashlar.autodiff.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.autodiff.nn.CrossEntropyOp;
import dev.ashlar.autodiff.nn.FusedOp;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Availability;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Kernels;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Vector kernels against the plain ones, run side by side on the same operands. */
@ExtendWith(NoLeaks.class)
final class FusedKernelsTest {
  private static final float[] SPECIAL = {
    Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, Float.MIN_VALUE, 1e30f,
  };

  static Stream<FusedOp> all() {
    return FusedOp.all().stream();
  }

  @Test
  void theyAreInUse() {
    assertThat(new FusedKernels().availability()).isInstanceOf(Availability.Ready.class);
    assertThat(Kernels.providers()).anyMatch(p -> p instanceof FusedKernels);
  }

  @ParameterizedTest
  @MethodSource("all")
  void resultsAreThoseOfThePlainKernel(FusedOp op) {
    assertThat(kernel(DType.F32, op)).isPresent();
    resultsAreThoseOfThePlainKernel(DType.F32, op, 2e-6);
  }

  static Stream<FusedOp> inF64() {
    return all().filter(op -> kernel(DType.F64, op).isPresent());
  }

  @ParameterizedTest
  @MethodSource("inF64")
  void resultsInF64AreThoseOfThePlainKernel(FusedOp op) {
    resultsAreThoseOfThePlainKernel(DType.F64, op, 1e-14);
  }

  private static void resultsAreThoseOfThePlainKernel(DType dtype, FusedOp op, double tolerance) {
    for (int rows : new int[] {0, 1, 3, 130}) {
      for (int width : new int[] {1, 13, 207, 1100}) {
        List<Tensor> inputs = op.inputs().make(dtype, rows, width);
        List<double[]> plain = results(op.op(), inputs, op.op()::compute);
        List<double[]> fast = results(op.op(), inputs, kernel(op.op(), inputs));
        for (int i = 0; i < plain.size(); i++) close(fast.get(i), plain.get(i), tolerance);
      }
    }
  }

  private static void close(double[] actual, double[] expected, double tolerance) {
    double largest = 0;
    for (double each : expected) largest = Math.max(largest, Math.abs(each));
    for (int i = 0; i < expected.length; i++) {
      // A mean of nothing.
      if (Double.isNaN(expected[i]) && Double.isNaN(actual[i])) continue;
      double allowed = tolerance * (Math.abs(expected[i]) + 0.1 * largest);
      assertThat(Math.abs(actual[i] - expected[i])).as("at %d", i).isLessThanOrEqualTo(allowed);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void whatIsNoNumberIsWhereThePlainKernelHasIt(FusedOp op) {
    whatIsNoNumberIsWhereThePlainKernelHasIt(DType.F32, op);
  }

  @ParameterizedTest
  @MethodSource("inF64")
  void whatIsNoNumberInF64IsWhereThePlainKernelHasIt(FusedOp op) {
    whatIsNoNumberIsWhereThePlainKernelHasIt(DType.F64, op);
  }

  private static void whatIsNoNumberIsWhereThePlainKernelHasIt(DType dtype, FusedOp op) {
    for (float special : SPECIAL) {
      List<Tensor> inputs = new ArrayList<>(op.inputs().make(dtype, 4, 19));
      double[] values = inputs.getFirst().toDoubles();
      values[19 + 7] = special;
      inputs.set(0, Tensor.of(inputs.getFirst().shape(), values).toType(dtype));
      // What the way forward saved belongs to the same logits.
      if (op.op() instanceof CrossEntropyOp.Backward back) {
        List<Tensor> forward = Interpreter.callAll(back.forward(), inputs.get(0), inputs.get(1));
        inputs.set(2, forward.get(1));
        inputs.set(3, forward.get(2));
      }
      List<double[]> plain = results(op.op(), inputs, op.op()::compute);
      List<double[]> fast = results(op.op(), inputs, kernel(op.op(), inputs));
      for (int i = 0; i < plain.size(); i++) {
        for (int j = 0; j < plain.get(i).length; j++) {
          boolean nan = Double.isNaN(plain.get(i)[j]);
          assertThat(Double.isNaN(fast.get(i)[j]))
              .as("%s: result %d at %d: %s and %s", special, i, j, fast.get(i)[j], plain.get(i)[j])
              .isEqualTo(nan);
        }
      }
    }
  }

  private static Optional<Kernel> kernel(DType dtype, FusedOp op) {
    try (var _ = TensorScope.open()) {
      return new FusedKernels().find(op.op(), specs(op.inputs().make(dtype, 2, 3)));
    }
  }

  private static Kernel kernel(Op op, List<Tensor> inputs) {
    return new FusedKernels().find(op, specs(inputs)).orElseThrow();
  }

  private static List<TensorSpec> specs(List<Tensor> tensors) {
    return tensors.stream().map(Tensor::spec).toList();
  }

  private static List<double[]> results(Op.Custom op, List<Tensor> inputs, Kernel kernel) {
    List<Operand> outputs = new ArrayList<>();
    for (TensorSpec spec : op.specs(specs(inputs))) {
      MemorySegment memory = onHeap(spec.dtype(), (int) spec.shape().size());
      outputs.add(new Operand(spec.dtype(), Layout.contiguous(spec.shape()), memory));
    }
    withOperands(inputs, new ArrayList<>(), operands -> kernel.run(operands, outputs));
    return outputs.stream().map(FusedKernelsTest::numbers).toList();
  }

  private static MemorySegment onHeap(DType dtype, int size) {
    return dtype == DType.F32
        ? MemorySegment.ofArray(new float[size])
        : MemorySegment.ofArray(new double[size]);
  }

  private static double[] numbers(Operand contiguous) {
    double[] numbers = new double[(int) contiguous.size()];
    for (int i = 0; i < numbers.length; i++) numbers[i] = contiguous.getDouble(i);
    return numbers;
  }

  private static void withOperands(
      List<Tensor> rest, List<Operand> read, java.util.function.Consumer<List<Operand>> body) {
    if (rest.isEmpty()) {
      body.accept(read);
      return;
    }
    rest.getFirst()
        .read(
            operand -> {
              read.add(operand);
              withOperands(rest.subList(1, rest.size()), read, body);
              return true;
            });
  }
}
