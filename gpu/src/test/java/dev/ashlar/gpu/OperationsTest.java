package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class OperationsTest {
  private static final double TOLERANCE = 1e-5;

  /** What has no device kernel, with the inputs' element types where they are not all F32. */
  private static final Set<String> WITHOUT_KERNEL =
      Set.of(
          "arange of [F64]",
          "arange of [I32]",
          "arange of [I64]",
          "argMax",
          "argMin",
          "cast",
          "concat",
          "cos",
          "cumSum",
          "expm1",
          "fill of [BF16]",
          "fill of [F64]",
          "fill of [I32]",
          "fill of [I64]",
          "foldKey of [I64]",
          "gather of [F32, I32]",
          "gather of [F32, I64]",
          "indexAdd of [F32, I32]",
          "indexAdd of [F32, I64]",
          "indexSelect of [F32, I32]",
          "indexSelect of [F32, I64]",
          "log1p",
          "normal of [I64]",
          "oneHot of [I32]",
          "oneHot of [I64]",
          "pad",
          "pow",
          "rem",
          "round",
          "scatterAdd of [F32, I32]",
          "scatterAdd of [F32, I64]",
          "sin",
          "sort",
          "topK",
          "uniform of [I64]");

  private static final Pattern REFUSAL = Pattern.compile("no device kernel for op (.+) \\(device");

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
        tryOne(sample, inputs, expected);
        tried++;
      } catch (RuntimeException | AssertionError e) {
        failures.add(sample.name() + ": " + e.getMessage());
      }
    }
    assertThat(failures).isEmpty();
    return tried;
  }

  private void tryOne(OpSample sample, List<Tensor> inputs, List<Tensor> expected) {
    Op op = sample.op();
    try (var step =
        Compiled.of(runner, (List<Tensor> in) -> Interpreter.current().interpret(op, in))) {
      List<Tensor> first = step.call(inputs);
      Close.assertClose(first, expected, TOLERANCE);
      Close.assertClose(step.call(inputs), expected, TOLERANCE);
    } catch (DeviceException e) {
      Matcher refusal = REFUSAL.matcher(e.getMessage());
      if (!refusal.lookingAt()) throw e;
      refused.add(refusal.group(1));
    }
  }
}
