package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.autodiff.optim.AccumulateStep;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Compiled;
import dev.ashlar.tensor.program.ProgramRunner;
import dev.ashlar.tensor.program.Runners;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a program with a kernel that cannot be compiled, and of all others. */
@ExtendWith(NoLeaks.class)
final class BrokenKernelsTest {
  private static final String DEVICE = "tornado:0:0";

  private final TornadoRunner sound = Devices.get(DEVICE);
  private final TornadoRunner broken = sound.withRules(BrokenKernels::of).withoutFusion();

  private static Tensor numbers(long seed) {
    return SampleData.numbers(DType.F32, seed, 2000);
  }

  /** Adds to the first input in place; the result wants a kernel that does not compile. */
  private static List<Tensor> step(List<Tensor> in, Function<Tensor, Tensor> last) {
    Tensor sum = Interpreter.call(new AccumulateStep(0.5), in.get(0), in.get(1));
    return List.of(sum, last.apply(in.get(1).exp()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tanh", "sigmoid"})
  void aKernelThatDoesNotCompileIsNamedAndNothingElseIsHarmed(String kernel) {
    boolean tanh = kernel.equals("tanh");
    Function<Tensor, Tensor> last = tanh ? Tensor::tanh : Tensor::sigmoid;
    long before = DeviceMemory.usedBytes(DEVICE);
    Tensor x = numbers(1);
    Tensor sum = numbers(2);
    float[] numbers = sum.toFloats();
    try (var other = Compiled.of(broken, (Tensor in) -> in.exp().plus(in));
        var step = Compiled.of(broken, (List<Tensor> in) -> step(in, last));
        var whole = Compiled.of(sound, (List<Tensor> in) -> step(in, last))) {
      Close.assertClose(List.of(other.call(x)), List.of(x.exp().plus(x)), 1e-5);
      long one = DeviceMemory.usedBytes(DEVICE);
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> step.call(List.of(sum, x)))
            .isInstanceOf(DeviceException.class)
            .hasMessageStartingWith(
                "kernel %s cannot be compiled for device %s: ".formatted(kernel, DEVICE))
            .hasMessageContaining(tanh ? "OpenCL driver" : "FloatToDecimal")
            .hasMessageEndingWith("; run the program on the CPU")
            .message()
            .doesNotContain("\n", "\u001B", "Stacktrace");
      }
      // Nothing was written over, and the device's memory is as it was.
      assertThat(sum.toFloats()).isEqualTo(numbers);
      assertThat(DeviceMemory.usedBytes(DEVICE)).isEqualTo(one);
      Close.assertClose(List.of(other.call(x)), List.of(x.exp().plus(x)), 1e-5);
      List<Tensor> expected = step(List.of(sum.copy(), x), last);
      Close.assertClose(whole.call(List.of(sum, x)), expected, 1e-5);
    }
    assertThat(DeviceMemory.usedBytes(DEVICE)).isEqualTo(before);
  }

  @Test
  void aChainThatDoesNotCompileIsNamedByItsOperations() {
    TornadoRunner unsound = sound.withRules(BrokenKernels::withoutNumbers);
    Tensor x = numbers(1);
    try (var chain = Compiled.of(unsound, (Tensor in) -> in.times(2).plus(1).tanh());
        var step = Compiled.of(unsound, (Tensor in) -> in.exp().sum().times(2))) {
      assertThatThrownBy(() -> chain.call(x))
          .isInstanceOf(DeviceException.class)
          .hasMessageStartingWith("kernel fused(times, plus, tanh) cannot be compiled for device ");
      assertThatThrownBy(() -> step.call(x))
          .isInstanceOf(DeviceException.class)
          .hasMessageStartingWith("kernel times cannot be compiled for device ");
    }
  }

  @Test
  void whoPrefersTheDeviceComputesOnTheCpuAndIsToldOnce() {
    List<String> warnings = new ArrayList<>();
    ProgramRunner preferring = Runners.preferring(broken, warnings::add);
    Tensor x = numbers(1);
    Tensor sum = numbers(2);
    List<Tensor> expected = step(List.of(sum.copy(), x), Tensor::tanh);
    try (var step = Compiled.of(preferring, (List<Tensor> in) -> step(in, Tensor::tanh));
        var again = Compiled.of(preferring, (Tensor in) -> in.plus(1).tanh());
        var other = Compiled.of(preferring, (Tensor in) -> in.exp())) {
      Close.assertClose(step.call(List.of(sum, x)), expected, 0);
      assertThat(step.report(List.of(expected.getFirst(), x)).runner()).isEqualTo("cpu");
      Close.assertClose(List.of(again.call(x)), List.of(x.plus(1).tanh()), 0);
      other.call(x);
      assertThat(other.report(x).runner()).isEqualTo(DEVICE);
    }
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("the program runs on the CPU: kernel tanh cannot be compiled");
  }
}
