package dev.ashlar.tensor.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.DeviceInfo.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class RunnersTest {
  private final List<String> warnings = new ArrayList<>();

  /** Devices {@code fake:0}, {@code fake:1}, … of some kinds. */
  private record Fake(ProgramRunner runner, List<DeviceProblem> problems, List<DeviceInfo> devices)
      implements DeviceProvider {
    static Fake with(ProgramRunner runner, Kind... kinds) {
      List<DeviceInfo> devices = new ArrayList<>();
      for (Kind kind : kinds) {
        String name = "fake:" + devices.size();
        devices.add(new DeviceInfo(name, kind, "driver", "device", 1 << 20, 1 << 10));
      }
      return new Fake(runner, List.of(), devices);
    }

    static Fake broken(String what, String remedy) {
      return new Fake(ProgramExecutor.cpu(), List.of(new DeviceProblem(what, remedy)), List.of());
    }

    @Override
    public String name() {
      return "fake";
    }

    @Override
    public ProgramRunner runner(String device) {
      if (devices.stream().noneMatch(known -> known.name().equals(device))) {
        throw new ProgramRunnerException("no " + device);
      }
      return runner;
    }
  }

  private ProgramRunner get(String name, DeviceProvider... providers) {
    return Runners.get(name, Arrays.asList(providers), warnings::add);
  }

  private static final ProgramRunner REFUSING =
      program -> {
        throw new ProgramRunnerException(
            "no kernel for " + program.steps().getFirst().op().label());
      };

  /** Compiles everything, and fails at the second run. */
  private static Executable failingLater(Program program) {
    Executable cpu = ProgramExecutor.cpu().compile(program);
    return new Executable() {
      private int runs;

      @Override
      public List<Tensor> run(List<Tensor> inputs) {
        if (++runs > 1) throw new ProgramRunnerException("out of memory");
        return cpu.run(inputs);
      }

      @Override
      public long plannedBytes() {
        return cpu.plannedBytes();
      }

      @Override
      public CompileReport report() {
        return new CompileReport("fake:0", 1, 1, 8, 0.5);
      }

      @Override
      public void close() {
        cpu.close();
      }
    };
  }

  @Test
  void namesAreFound() {
    ProgramRunner device = ProgramExecutor.cpu()::compile;
    assertThat(get("cpu")).isSameAs(ProgramExecutor.cpu());
    assertThat(get("fake:1", Fake.with(device, Kind.CPU, Kind.GPU))).isSameAs(device);
    assertThat(get("fake", Fake.with(device, Kind.CPU))).isSameAs(device);
    assertThat(warnings).isEmpty();
  }

  @Test
  void unknownNamesAreToldWithWhatThereIs() {
    assertThatThrownBy(() -> get("tornado:0:0"))
        .isInstanceOf(ProgramRunnerException.class)
        .hasMessageStartingWith(
            "device tornado:0:0: there is none; there are cpu, auto; no module that offers devices"
                + " is on the class path; let TORNADOVM_HOME name");
    assertThatThrownBy(() -> get("gpu", Fake.with(REFUSING, Kind.GPU)))
        .hasMessage("device gpu: there is none; there are cpu, auto, fake:0");
    assertThatThrownBy(() -> get("fake:7", Fake.with(REFUSING, Kind.GPU))).hasMessage("no fake:7");
  }

  @Test
  void whatIsMissingIsToldWithItsRemedy() {
    Fake broken = Fake.broken("no driver", "install one");
    assertThatThrownBy(() -> get("fake:0", broken))
        .hasMessage("device fake:0 cannot be used: no driver; install one");
    assertThat(get("auto", broken)).isSameAs(ProgramExecutor.cpu());
    assertThat(warnings)
        .containsExactly(
            "device auto: programs run on the CPU, for there is no device: no driver; install one");
  }

  @Test
  void autoLeavesADriverForTheCpuAlone() {
    assertThat(get("auto", Fake.with(REFUSING, Kind.CPU))).isSameAs(ProgramExecutor.cpu());
    assertThat(warnings)
        .containsExactly(
            "device auto: programs run on the CPU, for fake:0 is a driver for this machine's"
                + " processor; name it to use it");
  }

  @Test
  void autoRunsOnTheCpuWhatTheDeviceRefusesAndSaysSoOnce() {
    ProgramRunner auto = get("auto", Fake.with(REFUSING, Kind.CPU, Kind.GPU));
    try (var one = Compiled.of(auto, (Tensor x) -> x.exp());
        var other = Compiled.of(auto, (Tensor x) -> x.tanh())) {
      Tensor x = Tensor.of(0f);
      assertThat(one.call(x).item()).isEqualTo(1);
      assertThat(one.call(Tensor.of(0f, 0f)).toFloats()).containsExactly(1, 1);
      assertThat(other.call(x).item()).isZero();
      assertThat(one.report(x).runner()).isEqualTo("cpu");
    }
    assertThat(warnings)
        .containsExactly(
            "the program runs on the CPU: no kernel for exp",
            "the program runs on the CPU: no kernel for tanh");
  }

  @Test
  void aDeviceThatFailsLaterIsLeft() {
    ProgramRunner auto = get("auto", Fake.with(RunnersTest::failingLater, Kind.GPU));
    try (var step = Compiled.of(auto, (Tensor x) -> x.plus(1))) {
      Tensor x = Tensor.of(1f);
      for (int i = 0; i < 4; i++) {
        assertThat(step.call(x).item()).isEqualTo(2);
        assertThat(step.report(x).runner()).isEqualTo(i == 0 ? "fake:0" : "cpu");
      }
    }
    assertThat(warnings).containsExactly("the program runs on the CPU: out of memory");
  }

  @Test
  void aNamedDeviceIsAnErrorWhereItCannotRunSomething() {
    try (var step = Compiled.of(get("fake:0", Fake.with(REFUSING, Kind.GPU)), Tensor::exp)) {
      assertThatThrownBy(() -> step.call(Tensor.of(0f)))
          .isInstanceOf(ProgramRunnerException.class)
          .hasMessage("no kernel for exp");
    }
  }

  /** A device whose sums are off by one in a thousand. */
  private static Executable inexact(Program program) {
    Executable cpu = ProgramExecutor.cpu().compile(program);
    boolean sums = program.steps().stream().anyMatch(step -> step.op() instanceof Op.Sum);
    return new Executable() {
      @Override
      public List<Tensor> run(List<Tensor> inputs) {
        List<Tensor> outputs = cpu.run(inputs);
        return sums ? outputs.stream().map(y -> y.times(1.001f)).toList() : outputs;
      }

      @Override
      public long plannedBytes() {
        return cpu.plannedBytes();
      }

      @Override
      public CompileReport report() {
        return new CompileReport("fake:0", 1, 1, 8, 0.5);
      }

      @Override
      public void close() {
        cpu.close();
      }
    };
  }

  @Test
  void everyOperationIsHeldToTheCpuWhenAProgramFirstRuns() {
    var programs = new ArrayList<Program>();
    ProgramRunner counting =
        program -> {
          programs.add(program);
          return ProgramExecutor.cpu().compile(program);
        };
    Tensor factor = Tensor.of(3f, 4f);
    try (var step =
        Compiled.of(
            Runners.checking(counting),
            (Tensor x) -> x.times(factor).exp().reshape(2, 1).exp().plus(1).sum())) {
      Tensor x = Tensor.of(0f, 1f);
      double expected = step.call(x).item();
      assertThat(step.call(x).item()).isEqualTo(expected);
      // The whole, and times, exp twice in different shapes, fill, plus, sum.
      assertThat(programs).hasSize(7);
    }
    try (var step =
        Compiled.of(Runners.checking(RunnersTest::inexact), (Tensor x) -> x.exp().sum().times(2))) {
      assertThatThrownBy(() -> step.call(Tensor.of(0f, 1f)))
          .isInstanceOf(ProgramRunnerException.class)
          .hasMessageStartingWith("check: sum on fake:0 gives ")
          .hasMessageContaining("where the CPU gives 3.71828")
          .hasMessageContaining("= sum[");
    }
  }

  @Test
  void checkingLeavesInputsThatAreUpdatedInPlace() {
    try (var step =
        Compiled.of(
            Runners.checking(ProgramExecutor.cpu()),
            (List<Tensor> in) -> Interpreter.call(new AddInPlace(), in.get(0), in.get(1)))) {
      Tensor sum = step.call(List.of(Tensor.of(1f, 2f), Tensor.of(3f, 4f)));
      assertThat(sum.toFloats()).containsExactly(7, 10);
    }
  }

  @Test
  void programsTellWhatBecameOfThem() {
    try (var step = Compiled.of((Tensor x) -> x.exp().plus(x.reshape(2)).exp())) {
      CompileReport report = step.report(Tensor.of(1f, 2f));
      assertThat(report.runner()).isEqualTo("cpu");
      assertThat(report.tasks()).isEqualTo(3);
      assertThat(report.kernels()).isEqualTo(2);
      assertThat(report.bytes()).isEqualTo(step.memory(Tensor.of(1f, 2f)).plannedPeakBytes());
      assertThat(report.seconds()).isPositive();
      assertThat(new CompileReport("fake:0", 1_212, 31, 13_107_200, 14.216))
          .hasToString("fake:0: 1,212 tasks, 31 kernels, 12.5 MiB, compiled in 14.22 s");
    }
  }
}
