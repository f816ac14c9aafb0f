package dev.ashlar.autodiff.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.autodiff.nn.CrossEntropyOp;
import dev.ashlar.autodiff.nn.FusedOp;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Availability;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Kernels;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
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
  void onlyF32IsTaken(FusedOp op) {
    assertThat(kernel(op.op(), op.inputs().make(DType.F32, 2, 3))).isNotNull();
    List<TensorSpec> doubles = specs(op.inputs().make(DType.F64, 2, 3));
    assertThat(new FusedKernels().find(op.op(), doubles)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("all")
  void resultsAreThoseOfThePlainKernel(FusedOp op) {
    for (int rows : new int[] {0, 1, 3, 130}) {
      for (int width : new int[] {1, 13, 207, 1100}) {
        List<Tensor> inputs = op.inputs().make(DType.F32, rows, width);
        List<float[]> plain = results(op.op(), inputs, op.op()::compute);
        List<float[]> fast = results(op.op(), inputs, kernel(op.op(), inputs));
        for (int i = 0; i < plain.size(); i++) close(fast.get(i), plain.get(i));
      }
    }
  }

  private static void close(float[] actual, float[] expected) {
    double largest = 0;
    for (float each : expected) largest = Math.max(largest, Math.abs(each));
    for (int i = 0; i < expected.length; i++) {
      // A mean of nothing.
      if (Float.isNaN(expected[i]) && Float.isNaN(actual[i])) continue;
      double allowed = 2e-6 * (Math.abs(expected[i]) + 0.1 * largest);
      assertThat(Math.abs((double) actual[i] - expected[i]))
          .as("at %d", i)
          .isLessThanOrEqualTo(allowed);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void whatIsNoNumberIsWhereThePlainKernelHasIt(FusedOp op) {
    for (float special : SPECIAL) {
      List<Tensor> inputs = new ArrayList<>(op.inputs().make(DType.F32, 4, 19));
      float[] values = inputs.getFirst().toFloats();
      values[19 + 7] = special;
      inputs.set(0, Tensor.of(inputs.getFirst().shape(), values));
      // What the way forward saved belongs to the same logits.
      boolean saved = op.op() instanceof CrossEntropyOp.Backward;
      if (saved) inputs.set(2, inputs.getFirst().logSumExp(-1));
      List<float[]> plain = results(op.op(), inputs, op.op()::compute);
      List<float[]> fast = results(op.op(), inputs, kernel(op.op(), inputs));
      for (int i = 0; i < plain.size(); i++) {
        for (int j = 0; j < plain.get(i).length; j++) {
          boolean nan = Float.isNaN(plain.get(i)[j]);
          assertThat(Float.isNaN(fast.get(i)[j]))
              .as("%s: result %d at %d: %s and %s", special, i, j, fast.get(i)[j], plain.get(i)[j])
              .isEqualTo(nan);
        }
      }
    }
  }

  private static Kernel kernel(Op op, List<Tensor> inputs) {
    return new FusedKernels().find(op, specs(inputs)).orElseThrow();
  }

  private static List<TensorSpec> specs(List<Tensor> tensors) {
    return tensors.stream().map(Tensor::spec).toList();
  }

  private static List<float[]> results(Op.Custom op, List<Tensor> inputs, Kernel kernel) {
    List<float[]> arrays = new ArrayList<>();
    List<Operand> outputs = new ArrayList<>();
    for (TensorSpec spec : op.specs(specs(inputs))) {
      float[] array = new float[(int) spec.shape().size()];
      arrays.add(array);
      Layout layout = Layout.contiguous(spec.shape());
      outputs.add(new Operand(DType.F32, layout, MemorySegment.ofArray(array)));
    }
    withOperands(inputs, new ArrayList<>(), operands -> kernel.run(operands, outputs));
    return arrays;
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
