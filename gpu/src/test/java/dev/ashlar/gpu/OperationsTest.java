package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.OpSample;
import dev.ashlar.tensor.OpSamples;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.program.Compiled;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class OperationsTest {
  private static final double TOLERANCE = 1e-5;

  /** The operations that have no device kernel; the guide names the same. */
  private static final Set<String> WITHOUT_KERNEL =
      Set.of(
          "argMax",
          "cos",
          "pow",
          "sin",
          "argMin",
          "concat",
          "cumSum",
          "expm1",
          "gather",
          "indexAdd",
          "indexSelect",
          "log1p",
          "normal",
          "oneHot",
          "pad",
          "rem",
          "round",
          "scatterAdd",
          "sort",
          "topK",
          "uniform");

  private final TornadoRunner runner = Devices.get("tornado:0:0");
  private final Set<String> refused = new TreeSet<>();

  @Test
  void everyOperationAnswersWhatTheCpuDoesOrIsRefused() {
    int tried = tryAll(OpSamples.all(), _ -> true);
    assertThat(refused).isEqualTo(new TreeSet<>(WITHOUT_KERNEL));
    assertThat(tried).isGreaterThan(200);
  }

  /** NaN, infinities and numbers near overflow. */
  @Test
  void specialNumbersComeOutAsOnTheCpu() {
    tryAll(OpSamples.special(), _ -> true);
  }

  private int tryAll(List<OpSample> samples, Predicate<OpSample> wanted) {
    int tried = 0;
    List<String> failures = new ArrayList<>();
    for (OpSample sample : samples) {
      if (!sample.takes(DType.F32) || !wanted.test(sample)) continue;
      try (var _ = TensorScope.open()) {
        List<Tensor> inputs = sample.inputs().apply(DType.F32);
        List<Tensor> expected = Interpreter.current().interpret(sample.op(), inputs);
        boolean known =
            Stream.concat(inputs.stream(), expected.stream())
                .allMatch(t -> t.dtype() == DType.F32 || t.dtype() == DType.BOOL);
        tryOne(sample, inputs, expected, known);
        tried++;
      } catch (RuntimeException | AssertionError e) {
        failures.add(sample.name() + ": " + e.getMessage());
      }
    }
    assertThat(failures).isEmpty();
    return tried;
  }

  private void tryOne(OpSample sample, List<Tensor> inputs, List<Tensor> expected, boolean known) {
    Op op = sample.op();
    try (var step =
        Compiled.of(runner, (List<Tensor> in) -> Interpreter.current().interpret(op, in))) {
      if (!known || WITHOUT_KERNEL.contains(op.label())) {
        assertThatThrownBy(() -> step.call(inputs))
            .isInstanceOf(DeviceException.class)
            .hasMessageContaining("no device kernel for");
        if (known || WITHOUT_KERNEL.contains(op.label())) refused.add(op.label());
        return;
      }
      Close.assertClose(step.call(inputs), expected, TOLERANCE);
      Close.assertClose(step.call(inputs), expected, TOLERANCE);
    }
  }
}
