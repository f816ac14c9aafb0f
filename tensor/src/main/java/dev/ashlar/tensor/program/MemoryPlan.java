package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.Views;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where each value of a program lies: in the memory of an input, a constant or an answer, or at a
 * {@linkplain Placement planned place} that intermediate results share, each as long as it is read.
 */
final class MemoryPlan {
  /** Whose memory a buffer is. */
  enum Owner {
    INPUT,
    CONSTANT,
    ANSWER,
    SLAB
  }

  /** A piece of memory that values share: views, and results written over a dying input. */
  static final class Buffer {
    final Owner owner;
    // The number of the input, constant or answer.
    final int index;
    final TensorSpec spec;
    final int firstStep;
    int lastStep;
    // Of intermediate results alone: the answer whose memory they lie in, if any, and where.
    @Nullable Buffer host;
    long offset;
    // The operation that writes its result over an input's memory.
    List<Op> writers = new ArrayList<>();

    Buffer(Owner owner, int index, TensorSpec spec, int firstStep) {
      this.owner = owner;
      this.index = index;
      this.spec = spec;
      this.firstStep = firstStep;
      this.lastStep = firstStep;
    }

    long bytes() {
      return MemoryPlan.bytes(spec);
    }

    /** Sets where an intermediate result lies: in an answer's memory, or else in the slab. */
    void lie(@Nullable Buffer answer, long at) {
      host = answer;
      offset = at;
    }

    boolean meets(Buffer other) {
      return firstStep <= other.lastStep && other.firstStep <= lastStep;
    }
  }

  private final Program program;
  private final Liveness liveness;
  private final Map<Value, Buffer> buffers = new HashMap<>();
  private final Map<Value, Layout> layouts = new HashMap<>();
  private final List<Buffer> inputs = new ArrayList<>();
  private final List<Buffer> answers = new ArrayList<>();
  private final List<Buffer> slab = new ArrayList<>();
  private final long slabBytes;

  MemoryPlan(Program program) {
    this.program = program;
    this.liveness = Liveness.of(program);
    addGiven();
    for (int i = 0; i < program.steps().size(); i++) addResults(i);
    this.slabBytes = Placement.place(slab, answers);
  }

  private void addGiven() {
    for (int i = 0; i < program.inputs().size(); i++) {
      Value value = program.inputs().get(i).value();
      var buffer = new Buffer(Owner.INPUT, i, value.spec(), -1);
      inputs.add(buffer);
      put(value, buffer, Layout.contiguous(value.spec().shape()));
    }
    for (int i = 0; i < program.constants().size(); i++) {
      var constant = program.constants().get(i);
      var buffer = new Buffer(Owner.CONSTANT, i, constant.value().spec(), -1);
      put(constant.value(), buffer, constant.tensor().layout());
    }
  }

  private void addResults(int number) {
    Step step = program.steps().get(number);
    for (int i = 0; i < step.outputs().size(); i++) {
      Value output = step.outputs().get(i);
      if (step.op() instanceof Op.View view) {
        Value input = step.inputs().getFirst();
        // Where only a copy can have the wanted shape, the tracer recorded one.
        put(output, buffer(input), Views.layout(view, layout(input)).orElseThrow());
      } else if (writesOver(number, i) >= 0) {
        Value donor = step.inputs().get(writesOver(number, i));
        buffer(donor).writers.add(step.op());
        put(output, buffer(donor), layout(donor));
      } else {
        put(output, fresh(output, number), Layout.contiguous(output.spec().shape()));
      }
      buffer(output).lastStep = Math.max(buffer(output).lastStep, liveness.lastUse(output));
    }
  }

  private Buffer fresh(Value value, int step) {
    boolean answered = liveness.isAnswered(value) || isAnsweredInPlace(value);
    List<Buffer> place = answered ? answers : slab;
    var buffer = new Buffer(answered ? Owner.ANSWER : Owner.SLAB, place.size(), value.spec(), step);
    place.add(buffer);
    return buffer;
  }

  /** Returns whether a later step writes something over this value that the program answers. */
  private boolean isAnsweredInPlace(Value value) {
    int last = liveness.lastUse(value);
    if (last >= program.steps().size() || last < 0) return false;
    Step step = program.steps().get(last);
    for (int i = 0; i < step.outputs().size(); i++) {
      int donor = writesOver(last, i);
      if (donor < 0 || !liveness.root(step.inputs().get(donor)).equals(value)) continue;
      Value output = step.outputs().get(i);
      return liveness.isAnswered(output) || isAnsweredInPlace(output);
    }
    return false;
  }

  /** Returns the input of a step that its output {@code output} is written over, or -1. */
  int writesOver(int number, int output) {
    int donor = donor(program.steps().get(number).op(), output);
    return donor >= 0 && liveness.mayOverwrite(number, donor) ? donor : -1;
  }

  /** Returns the input whose memory an operation wants for an output, or -1. */
  static int donor(Op op, int output) {
    if (!(op instanceof Op.Custom custom) || output >= custom.donations().size()) return -1;
    return custom.donations().get(output);
  }

  private void put(Value value, Buffer buffer, Layout layout) {
    buffers.put(value, buffer);
    layouts.put(value, layout);
  }

  /** Returns the bytes a row-major tensor takes. */
  static long bytes(TensorSpec spec) {
    return Math.multiplyExact(spec.shape().size(), (long) spec.dtype().byteSize());
  }

  Buffer buffer(Value value) {
    return buffers.get(value);
  }

  /** Returns the layout in the value's buffer; an input's first element is number 0. */
  Layout layout(Value value) {
    return layouts.get(value);
  }

  /** Returns whether a buffer lies in memory that comes with each call. */
  boolean passes(Buffer buffer) {
    return buffer.owner == Owner.INPUT || buffer.owner == Owner.ANSWER || buffer.host != null;
  }

  List<Buffer> inputs() {
    return inputs;
  }

  List<Buffer> answers() {
    return answers;
  }

  long slabBytes() {
    return slabBytes;
  }

  /** Returns the bytes of slab and answers: all there is at any time. */
  long plannedBytes() {
    return slabBytes + answers.stream().mapToLong(buffer -> bytes(buffer.spec)).sum();
  }
}
