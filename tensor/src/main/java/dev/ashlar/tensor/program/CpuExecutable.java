package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Hold;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorAccess;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.program.MemoryPlan.Buffer;
import dev.ashlar.tensor.program.MemoryPlan.Owner;
import dev.ashlar.tensor.program.Program.Constant;
import dev.ashlar.tensor.program.Program.Value;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A program with a kernel per step and a place per value. */
final class CpuExecutable implements Executable {
  private final Program program;
  private final MemoryPlan plan;
  private final List<Instruction> instructions;
  private final Frames frames;
  // Values that lie in memory which comes with each call.
  private final List<Value> passing = new ArrayList<>();
  // By number of the input, what writes over it first.
  private final Map<Integer, Op> overwritten = new HashMap<>();
  private final CompileReport report;

  CpuExecutable(Program program) {
    long start = System.nanoTime();
    this.program = program;
    this.plan = new MemoryPlan(program);
    for (Buffer buffer : plan.inputs()) {
      if (!buffer.writers.isEmpty()) overwritten.put(buffer.index, buffer.writers.getFirst());
    }
    this.instructions = Instruction.of(program, plan);
    List<Value> staying = new ArrayList<>();
    for (Value value : values()) {
      (plan.passes(plan.buffer(value)) ? passing : staying).add(value);
    }
    this.frames = new Frames(program, plan, staying);
    this.report = report((System.nanoTime() - start) * 1e-9);
  }

  private CompileReport report(double seconds) {
    long kernels =
        program.steps().stream()
            .map(Program.Step::op)
            .filter(op -> !(op instanceof Op.View))
            .map(Op::label)
            .distinct()
            .count();
    return new CompileReport(
        Runners.CPU, instructions.size(), (int) kernels, plan.plannedBytes(), seconds);
  }

  private List<Value> values() {
    List<Value> values = new ArrayList<>();
    program.inputs().forEach(input -> values.add(input.value()));
    program.constants().forEach(constant -> values.add(constant.value()));
    program.steps().forEach(step -> values.addAll(step.outputs()));
    return values;
  }

  @Override
  public List<Tensor> run(List<Tensor> inputs) {
    CallChecks.checkInputs(program, inputs);
    try (var hold = new Hold()) {
      inputs.forEach(hold::add);
      for (Constant constant : program.constants()) {
        // Held too: another thread may close what keeps them.
        hold.add(constant.tensor());
        TensorAccess.checkAlive(constant.tensor());
      }
      CallChecks.checkOverwritten(program, overwritten, inputs);
      List<Tensor> given =
          Interpreter.eager().during(() -> inputs.stream().map(Tensor::contiguous).toList());
      List<Tensor> answers =
          plan.answers().stream().map(buffer -> TensorAccess.allocate(buffer.spec)).toList();
      List<Tensor> now;
      try {
        compute(given, answers);
      } finally {
        // After a failure too: what was being overwritten is half old and half new.
        now = donated(inputs, given);
      }
      return outputs(inputs, now, answers);
    }
  }

  private void compute(List<Tensor> given, List<Tensor> answers) {
    Frames.Frame frame = frames.take(TensorScope.current().memory());
    try {
      Operand[] operands = frame.operands().clone();
      List<MemorySegment> inputs =
          given.stream().map(tensor -> TensorAccess.operand(tensor).elements()).toList();
      List<MemorySegment> outputs =
          answers.stream().map(tensor -> TensorAccess.operand(tensor).data()).toList();
      for (Value value : passing) {
        var memory = memory(plan.buffer(value), inputs, outputs);
        operands[value.number()] = new Operand(value.spec().dtype(), plan.layout(value), memory);
      }
      for (Instruction instruction : instructions) instruction.run(operands);
    } finally {
      frames.giveBack(frame);
    }
  }

  private static MemorySegment memory(
      Buffer buffer, List<MemorySegment> inputs, List<MemorySegment> outputs) {
    if (buffer.host == null) {
      return (buffer.owner == Owner.INPUT ? inputs : outputs).get(buffer.index);
    }
    return outputs.get(buffer.host.index).asSlice(buffer.offset, buffer.bytes());
  }

  /** Returns the given inputs, where they were written over the tensors that take their place. */
  private List<Tensor> donated(List<Tensor> inputs, List<Tensor> given) {
    List<Tensor> now = new ArrayList<>(given);
    for (Buffer buffer : plan.inputs()) {
      if (buffer.writers.isEmpty()) continue;
      Op writer = buffer.writers.getLast();
      int i = buffer.index;
      Tensor next = TensorAccess.donated(writer, inputs.get(i));
      // One that did not lie row-major was copied before; the copy is what was written over.
      now.set(i, given.get(i) == inputs.get(i) ? next : given.get(i));
    }
    return now;
  }

  private List<Tensor> outputs(List<Tensor> inputs, List<Tensor> now, List<Tensor> answers) {
    List<Tensor> outputs = new ArrayList<>(program.outputs().size());
    for (Value value : program.outputs()) {
      Buffer buffer = plan.buffer(value);
      outputs.add(
          switch (buffer.owner) {
            case INPUT ->
                isInput(value, buffer.index)
                    ? inputs.get(buffer.index)
                    : view(now.get(buffer.index), value);
            case ANSWER -> view(answers.get(buffer.index), value);
            case CONSTANT -> constant(program.constants().get(buffer.index), value);
            case SLAB -> throw new IllegalStateException("no memory of its own: " + value);
          });
    }
    return outputs;
  }

  private boolean isInput(Value value, int input) {
    return program.inputs().get(input).value().equals(value);
  }

  private Tensor view(Tensor base, Value value) {
    Layout layout = plan.layout(value);
    boolean whole = layout.isContiguous() && layout.shape().equals(base.shape());
    if (whole) return base;
    long offset = layout.offsetElements() + base.layout().offsetElements();
    return TensorAccess.view(base, layout.withOffset(offset));
  }

  private Tensor constant(Constant constant, Value value) {
    TensorScope.current().retain(constant.tensor());
    return TensorAccess.view(constant.tensor(), plan.layout(value));
  }

  @Override
  public long plannedBytes() {
    return plan.plannedBytes();
  }

  @Override
  public CompileReport report() {
    return report;
  }

  @Override
  public void close() {
    frames.close();
  }
}
