package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Runs programs in one place, and those that it cannot run in another. */
final class PreferringRunner implements ProgramRunner {
  private final ProgramRunner preferred;
  private final ProgramRunner other;
  private final Consumer<String> warn;
  private final Set<String> said = new HashSet<>();

  PreferringRunner(ProgramRunner preferred, ProgramRunner other, Consumer<String> warn) {
    this.preferred = preferred;
    this.other = other;
    this.warn = warn;
  }

  @Override
  public Executable compile(Program program) {
    try {
      return new Guarded(program, preferred.compile(program));
    } catch (ProgramRunnerException e) {
      say(e);
      return other.compile(program);
    }
  }

  @Override
  public Program prepared(Program program) {
    return preferred.prepared(program);
  }

  /** Says why a program runs elsewhere, once for each reason. */
  private void say(ProgramRunnerException reason) {
    String why = String.valueOf(reason.getMessage());
    synchronized (said) {
      if (!said.add(why)) return;
    }
    warn.accept("the program runs on the CPU: " + why);
  }

  /** A program that moves, and stays, when it fails where it is. */
  private final class Guarded implements Executable {
    private final Program program;
    private Executable now;
    private boolean moved;
    private boolean closed;

    Guarded(Program program, Executable first) {
      this.program = program;
      this.now = first;
    }

    @Override
    public List<Tensor> run(List<Tensor> inputs) {
      Executable before = now();
      try {
        return before.run(inputs);
      } catch (ProgramRunnerException e) {
        return moved(before, e).run(inputs);
      }
    }

    private synchronized Executable now() {
      return now;
    }

    private synchronized Executable moved(Executable failed, ProgramRunnerException why) {
      if (now != failed) return now; // another thread was here
      if (moved || closed) throw why;
      say(why);
      now = other.compile(program);
      moved = true;
      failed.close();
      return now;
    }

    @Override
    public long plannedBytes() {
      return now().plannedBytes();
    }

    @Override
    public CompileReport report() {
      return now().report();
    }

    @Override
    public synchronized void close() {
      closed = true;
      now.close();
    }
  }
}
