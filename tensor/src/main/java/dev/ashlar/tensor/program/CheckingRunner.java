package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Hold;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.program.Program.Constant;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a device to the CPU: before a program first runs, each step that the device {@linkplain
 * ProgramRunner#prepared makes of it}, once per types, shapes and views, runs there by itself on
 * what the CPU has computed so far, and must answer the same numbers within rounding.
 */
final class CheckingRunner implements ProgramRunner {
  private static final Logger LOG = LoggerFactory.getLogger(CheckingRunner.class);
  // Sums of single-precision numbers, in another order.
  private static final double TOLERANCE = 1e-4;

  private final ProgramRunner runner;
  private final Set<Program> checked = new HashSet<>();

  CheckingRunner(ProgramRunner runner) {
    this.runner = runner;
  }

  @Override
  public Executable compile(Program program) {
    Executable executable = runner.compile(program);
    return new Executable() {
      private boolean ran;

      @Override
      public List<Tensor> run(List<Tensor> inputs) {
        checkFirst(inputs);
        return executable.run(inputs);
      }

      private synchronized void checkFirst(List<Tensor> inputs) {
        if (ran) return;
        LOG.info("check: {} holds every operation to the CPU", executable.report().runner());
        try (var _ = TensorScope.open();
            var hold = new Hold()) {
          inputs.forEach(hold::add);
          Interpreter.eager()
              .during(
                  () -> {
                    check(runner.prepared(program), inputs);
                    return true;
                  });
        }
        ran = true;
      }

      @Override
      public long plannedBytes() {
        return executable.plannedBytes();
      }

      @Override
      public CompileReport report() {
        return executable.report();
      }

      @Override
      public void close() {
        executable.close();
      }
    };
  }

  /** Computes a program step by step on the CPU, and each new step on the device beside it. */
  private void check(Program program, List<Tensor> inputs) {
    Map<Value, Tensor> values = new HashMap<>();
    for (int i = 0; i < inputs.size(); i++) {
      values.put(program.inputs().get(i).value(), inputs.get(i).contiguous());
    }
    for (Constant constant : program.constants()) {
      values.put(constant.value(), constant.tensor());
    }
    Map<Value, Step> views = new HashMap<>();
    for (Step step : program.steps()) {
      List<Tensor> in = step.inputs().stream().map(values::get).toList();
      List<Tensor> expected = Interpreter.eager().interpret(step.op(), spared(step.op(), in));
      for (int i = 0; i < expected.size(); i++) values.put(step.outputs().get(i), expected.get(i));
      if (step.op() instanceof Op.View) {
        views.put(step.outputs().getFirst(), step);
      } else {
        LoneStep alone = LoneStep.of(step, views);
        List<Tensor> reads = alone.reads().stream().map(values::get).toList();
        if (isNew(alone)) check(step, alone.program(), reads, expected);
      }
    }
  }

  private synchronized boolean isNew(LoneStep step) {
    return checked.add(step.program());
  }

  /** Returns the inputs, with copies of those that the operation writes over. */
  private static List<Tensor> spared(Op op, List<Tensor> inputs) {
    if (!(op instanceof Op.Custom custom)) return inputs;
    List<Tensor> spared = new ArrayList<>(inputs);
    for (int donor : custom.donations()) {
      if (donor >= 0) spared.set(donor, inputs.get(donor).copy());
    }
    return spared;
  }

  private void check(Step step, Program alone, List<Tensor> in, List<Tensor> expected) {
    try (var _ = TensorScope.open();
        Executable executable = runner.compile(alone)) {
      List<Tensor> copies = in.stream().map(Tensor::copy).toList();
      List<Tensor> actual = executable.run(copies);
      String where = executable.report().runner();
      for (int i = 0; i < actual.size(); i++) compare(step, i, where, actual, expected);
    }
  }

  private static void compare(
      Step step, int output, String where, List<Tensor> actual, List<Tensor> expected) {
    double[] got = actual.get(output).toDoubles();
    double[] wanted = expected.get(output).toDoubles();
    boolean exact = !expected.get(output).dtype().isFloating();
    double largest = 1;
    for (double value : wanted) {
      if (Double.isFinite(value)) largest = Math.max(largest, Math.abs(value));
    }
    double allowed = exact ? 0 : TOLERANCE * largest;
    for (int i = 0; i < wanted.length; i++) {
      if (Double.compare(got[i], wanted[i]) == 0) continue;
      if (Math.abs(got[i] - wanted[i]) <= allowed) continue;
      throw new ProgramRunnerException(
          "check: %s on %s gives %s where the CPU gives %s, element %d of %,d: %s"
              .formatted(
                  step.op().label(),
                  where,
                  got[i],
                  wanted[i],
                  i,
                  wanted.length,
                  Listing.line(step)));
    }
  }
}
