package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.Views;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where each value of a program lies: in the memory of an input, a constant or an answer, or at a
 * planned place of one slab that intermediate results share, each as long as it is read.
 *
 * <p>Places are given to the largest buffers first, each at the lowest that is free during its
 * whole life (Pisarchyk and Lee, "Efficient memory management for deep neural net inference", arXiv
 * 2001.03288, greedy by size).
 */
final class MemoryPlan {
  private static final long ALIGNMENT_BYTES = 64;

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

    private boolean meets(Buffer other) {
      return firstStep <= other.lastStep && other.firstStep <= lastStep;
    }

    private long end() {
      return offset + bytes(spec);
    }
  }

  private final Program program;
  private final Liveness liveness;
  private final Map<Value, Buffer> buffers = new HashMap<>();
  private final Map<Value, Layout> layouts = new HashMap<>();
  private final List<Buffer> inputs = new ArrayList<>();
  private final List<Buffer> answers = new ArrayList<>();
  private final List<Buffer> slab = new ArrayList<>();
  private long slabBytes;

  MemoryPlan(Program program) {
    this.program = program;
    this.liveness = Liveness.of(program);
    addGiven();
    for (int i = 0; i < program.steps().size(); i++) addResults(i);
    place();
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

  private void place() {
    List<Buffer> placed = new ArrayList<>();
    List<Buffer> largestFirst = new ArrayList<>(slab);
    largestFirst.sort(Comparator.comparingLong((Buffer buffer) -> bytes(buffer.spec)).reversed());
    for (Buffer buffer : largestFirst) {
      buffer.offset = lowestGap(buffer, placed);
      slabBytes = Math.max(slabBytes, buffer.end());
      int at = placed.size();
      while (at > 0 && placed.get(at - 1).offset > buffer.offset) at--;
      placed.add(at, buffer);
    }
  }

  /**
   * Returns the first place, among buffers in order of offset, that is free while this one lives.
   */
  private static long lowestGap(Buffer buffer, List<Buffer> placed) {
    long bytes = bytes(buffer.spec);
    long offset = 0;
    for (Buffer other : placed) {
      if (!other.meets(buffer)) continue;
      if (other.offset >= offset + bytes) break;
      offset = Math.max(offset, align(other.end()));
    }
    return offset;
  }

  private static long align(long bytes) {
    return (bytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
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

  List<Buffer> inputs() {
    return inputs;
  }

  List<Buffer> answers() {
    return answers;
  }

  long slabBytes() {
    return slabBytes;
  }

  /** Returns the bytes of slab and answers. */
  long plannedBytes() {
    return slabBytes + answers.stream().mapToLong(buffer -> bytes(buffer.spec)).sum();
  }
}
