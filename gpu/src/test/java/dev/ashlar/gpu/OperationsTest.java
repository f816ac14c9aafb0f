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
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.program.Compiled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
final class OperationsTest {
  private static final Pattern REFUSAL = Pattern.compile("no device kernel for op (.+) \\(device");

  /** What has no device kernel, of each element type: what makes BF16. The guide says the same. */
  private static final Map<DType, Set<String>> WITHOUT_KERNEL =
      Map.of(
          DType.F32,
          Set.of("cast", "fill of [BF16]"),
          DType.F64,
          Set.of("cast of [F64]"),
          DType.I32,
          Set.of("cast of [I32]"),
          DType.I64,
          Set.of("cast of [I64]"));

  private final TornadoRunner runner = Devices.get("tornado:0:0");
  private final Set<String> refused = new TreeSet<>();

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F64", "I32", "I64"})
  void everyOperationAnswersWhatTheCpuDoesOrIsRefused(DType dtype) {
    int tried = tryAll(OpSamples.all(), dtype);
    assertThat(refused).isEqualTo(new TreeSet<>(WITHOUT_KERNEL.get(dtype)));
    assertThat(tried).isGreaterThan(100);
  }

  /** NaN, infinities and numbers near overflow. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F64"})
  void specialNumbersComeOutAsOnTheCpu(DType dtype) {
    tryAll(OpSamples.special(), dtype);
  }

  private int tryAll(List<OpSample> samples, DType dtype) {
    int tried = 0;
    List<String> failures = new ArrayList<>();
    for (OpSample sample : samples) {
      if (!sample.takes(dtype)) continue;
      try (var _ = TensorScope.open()) {
        List<Tensor> inputs = sample.inputs().apply(dtype);
        if (dtype != DType.F32 && !isWorthTrying(sample, inputs)) continue;
        List<Tensor> expected = Interpreter.current().interpret(sample.op(), inputs);
        tryOne(sample, inputs, expected, dtype.isInteger() ? 0 : 1e-5);
        tried++;
      } catch (RuntimeException | AssertionError e) {
        failures.add(sample.name() + ": " + e.getMessage());
      }
    }
    assertThat(failures).isEmpty();
    return tried;
  }

  /**
   * Returns whether a sample says something that the samples of F32 did not: most kernels of other
   * element types are the same but for the type, and each takes its time to compile.
   */
  private static boolean isWorthTrying(OpSample sample, List<Tensor> inputs) {
    List<Tensor> before = sample.inputs().apply(DType.F32);
    return !specs(before).equals(specs(inputs))
        && Stream.of("scalar", "[1]", "empty", "offset", "expanded", "kept", "leading", "inner")
            .noneMatch(sample.name()::contains);
  }

  private static List<TensorSpec> specs(List<Tensor> tensors) {
    return tensors.stream().map(Tensor::spec).toList();
  }

  private void tryOne(
      OpSample sample, List<Tensor> inputs, List<Tensor> expected, double tolerance) {
    Op op = sample.op();
    try (var step =
        Compiled.of(runner, (List<Tensor> in) -> Interpreter.current().interpret(op, in))) {
      List<Tensor> first = step.call(inputs);
      Close.assertClose(first, expected, tolerance);
      Close.assertClose(step.call(inputs), expected, tolerance);
    } catch (DeviceException e) {
      Matcher refusal = REFUSAL.matcher(e.getMessage());
      if (!refusal.lookingAt()) throw e;
      refused.add(refusal.group(1));
    }
  }
}
