package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.CompileReport;
import dev.ashlar.tensor.program.Compiled;
import dev.ashlar.tensor.program.DeviceInfo;
import dev.ashlar.tensor.program.Executable;
import dev.ashlar.tensor.program.Runners;
import dev.ashlar.tensor.program.Tracer;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
final class TornadoRunnerTest {
  private final TornadoRunner runner = Devices.get("tornado:0:0");

  /** Two layers: weights [in, hidden] and [hidden, out]. */
  record Mlp(Tensor first, Tensor bias, Tensor second) {
    Tensor forward(Tensor x) {
      return x.matmul(first).plus(bias).relu().matmul(second);
    }

    Mlp minus(Mlp gradient, float rate) {
      return new Mlp(
          first.minus(gradient.first.times(rate)),
          bias.minus(gradient.bias.times(rate)),
          second.minus(gradient.second.times(rate)));
    }
  }

  record Batch(Mlp model, Tensor x, Tensor wanted) {}

  record Stepped(Tensor loss, Mlp model) {}

  private static Stepped step(Batch batch) {
    var result =
        Grad.valueAndGrad(
            batch.model,
            model -> {
              Tensor error = model.forward(batch.x).minus(batch.wanted);
              return error.times(error).mean();
            });
    return new Stepped(result.value(), batch.model.minus(result.gradient(), 0.05f));
  }

  private static Tensor numbers(long seed, int... dims) {
    return SampleData.numbers(DType.F32, seed, dims);
  }

  @Test
  void aWholeTrainingStepGoesAsOnTheCpu() {
    Mlp there = new Mlp(numbers(1, 9, 33), numbers(2, 33), numbers(3, 33, 5));
    Mlp here = there;
    Tensor x = numbers(4, 17, 9);
    Tensor wanted = numbers(5, 17, 5);
    double first = 0;
    double last = 0;
    try (var compiled = Compiled.of(runner, TornadoRunnerTest::step)) {
      for (int i = 0; i < 20; i++) {
        Stepped device = compiled.call(new Batch(there, x, wanted));
        Stepped cpu = step(new Batch(here, x, wanted));
        last = cpu.loss().toFloats()[0];
        if (i == 0) first = last;
        assertThat((double) device.loss().toFloats()[0]).isCloseTo(last, offset(1e-4 * last));
        there = device.model();
        here = cpu.model();
      }
      assertThat(compiled.programCount()).isEqualTo(1);
    }
    assertThat(last).isLessThan(first);
    Close.assertClose(List.of(there.first), List.of(here.first), 1e-4);
  }

  private static Function<Tensor, Tensor> chain(int length) {
    return x -> {
      Tensor early = x.times(0.5f);
      Tensor y = x;
      for (int i = 0; i < length; i++) y = i % 2 == 0 ? y.plus(early) : y.tanh();
      return y.plus(early);
    };
  }

  /** What the first graph makes is read by the next and by the last. */
  @ParameterizedTest
  @ValueSource(ints = {12, 13, 14, 29, 80})
  void programsLongerThanATaskGraphAreDivided(int length) {
    Tensor x = numbers(6, 70);
    try (var compiled = Compiled.of(runner.withoutFusion(), chain(length))) {
      for (int i = 0; i < 2; i++) {
        Tensor input = x.plus(i);
        Close.assertClose(List.of(compiled.call(input)), List.of(chain(length).apply(input)), 1e-5);
      }
    }
  }

  @Test
  void aProgramTellsWhatBecameOfIt() {
    Tensor x = numbers(13, 33);
    try (var compiled = Compiled.of(runner, (Tensor in) -> in.exp().plus(in).exp())) {
      compiled.call(x);
      CompileReport report = compiled.report(x);
      assertThat(report.runner()).isEqualTo("tornado:0:0");
      assertThat(report.tasks()).isPositive();
      assertThat(report.kernels()).isPositive();
      assertThat(report.bytes()).isGreaterThanOrEqualTo(33 * 4);
      assertThat(report.seconds()).isPositive();
    }
  }

  @Test
  void twoPlansLiveAtOnce() {
    Tensor x = numbers(7, 33);
    Tensor factor = numbers(8, 33);
    try (var one = Compiled.of(runner, (Tensor in) -> in.times(factor).exp());
        var other = Compiled.of(runner, (Tensor in) -> in.plus(factor).tanh())) {
      for (int i = 0; i < 3; i++) {
        Close.assertClose(List.of(one.call(x)), List.of(x.times(factor).exp()), 1e-5);
        Close.assertClose(List.of(other.call(x)), List.of(x.plus(factor).tanh()), 1e-5);
      }
    }
  }

  @Test
  void aProgramRunsOnWhenAnotherIsClosed() {
    Tensor x = numbers(7, 33);
    try (var one = Compiled.of(runner, (Tensor in) -> in.exp().plus(in))) {
      one.call(x);
      try (var other = Compiled.of(runner, (Tensor in) -> in.plus(1).tanh())) {
        other.call(x);
      }
      Close.assertClose(List.of(one.call(x)), List.of(x.exp().plus(x)), 1e-5);
    }
  }

  /** Every operation by itself, beside the whole, which runs after they are closed. */
  @Test
  void aProgramCanBeHeldToTheCpu() {
    Tensor x = numbers(14, 33);
    try (var checked = Compiled.of(Runners.checking(runner), chain(5))) {
      for (int i = 0; i < 2; i++) {
        Close.assertClose(List.of(checked.call(x)), List.of(chain(5).apply(x)), 1e-5);
      }
    }
  }

  @Test
  void outputsMayBeInputsViewsAndConstants() {
    Tensor x = numbers(9, 3, 4);
    Tensor constant = numbers(10, 2);
    Function<Tensor, List<Tensor>> function =
        in -> {
          Tensor y = in.exp();
          return List.of(in, in.permute(1, 0), y, y.slice(1, 1, 3), constant, y.plus(1), y);
        };
    try (var compiled = Compiled.of(runner, function)) {
      Close.assertClose(compiled.call(x), function.apply(x), 1e-5);
    }
  }

  @Test
  void aClosedProgramIsRefused() {
    Tensor x = numbers(11, 3);
    try (var trace = Tracer.trace(x, chain(5))) {
      Executable executable = runner.compile(trace.program());
      executable.run(List.of(x));
      executable.close();
      assertThatThrownBy(() -> executable.run(List.of(x)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void whatHasNoKernelIsNamed() {
    try (var compiled = Compiled.of(runner, (Tensor in) -> in.toType(DType.BF16))) {
      assertThatThrownBy(() -> compiled.call(Tensor.of(1, 2)))
          .isInstanceOf(DeviceException.class)
          .hasMessage(
              "no device kernel for op cast of [I32] (device tornado:0:0);"
                  + " run the program on the CPU");
    }
  }

  @Test
  void withoutTheFlagAgainstSilentFallbackNothingRuns() {
    String before = System.setProperty("tornado.recover.bailout", "True");
    try {
      assertThat(Devices.problems().getFirst().remedy())
          .contains("-Dtornado.recover.bailout=False");
      assertThat(Runners.devices()).isEmpty();
      assertThatThrownBy(() -> Devices.get("tornado:0:0")).isInstanceOf(DeviceException.class);
    } finally {
      System.setProperty("tornado.recover.bailout", before);
    }
  }

  @Test
  void devicesAreListedAndUnknownOnesNamed() {
    assertThat(Devices.list()).extracting(DeviceInfo::name).contains("tornado:0:0");
    assertThat(Devices.list().getFirst().memoryBytes()).isPositive();
    assertThat(Runners.devices()).isEqualTo(Devices.list());
    assertThat(Runners.get("tornado")).isInstanceOf(TornadoRunner.class);
    assertThatThrownBy(() -> Devices.get("tornado:7:0"))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("tornado:0:0");
  }
}
