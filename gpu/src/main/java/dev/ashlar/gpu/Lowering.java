package dev.ashlar.gpu;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Views;
import dev.ashlar.tensor.program.Liveness;
import dev.ashlar.tensor.program.Program;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A program as tasks: where each value lies, and the {@linkplain CoreRules rules'} tasks for each
 * step. A view is another layout of its input's array and costs nothing.
 */
final class Lowering {
  private final Program program;
  private final String device;
  private final Liveness liveness;
  private final Tasks tasks;
  private final Map<Value, Place> places = new HashMap<>();
  private final List<Place> outputs = new ArrayList<>();

  /**
   * Lowers a program.
   *
   * @throws DeviceException naming an operation or element type without a device kernel
   */
  Lowering(Program program, String device) {
    this.program = program;
    this.device = device;
    this.liveness = Liveness.of(program);
    this.tasks = new Tasks(device, program.steps().size());
    for (var input : program.inputs()) allocate("input " + input.name(), input.value());
    for (var constant : program.constants()) allocate("constant", constant.value());
    for (int i = 0; i < program.steps().size(); i++) add(i);
    Set<TornadoNativeArray> read = new HashSet<>();
    tasks.all().forEach(task -> read.addAll(task.reads()));
    Set<TornadoNativeArray> written = new HashSet<>();
    tasks.all().forEach(task -> written.addAll(task.writes()));
    for (Value output : program.outputs()) outputs.add(output(output, read, written));
  }

  /** Returns where an output lies alone, row-major, in an array that no kernel reads. */
  private Place output(Value value, Set<TornadoNativeArray> read, Set<TornadoNativeArray> written) {
    Place place = place(value);
    boolean own = written.contains(place.array()) && !read.contains(place.array());
    if (own && place.isRowMajor() && place.size() == place.array().getSize()) return place;
    Place output = DeviceArrays.place("output", value.spec(), device);
    copy(place, output);
    return output;
  }

  private void copy(Place from, Place to) {
    var op = new Op.Copy();
    Value x = new Value(0, from.spec());
    Value y = new Value(1, to.spec());
    rule(new Step(op, List.of(x), List.of(y))).lower(tasks, List.of(from), List.of(to));
  }

  private Place allocate(String what, Value value) {
    Place place = DeviceArrays.place(what, value.spec(), device);
    places.put(value, place);
    return place;
  }

  private void add(int number) {
    Step step = program.steps().get(number);
    List<Place> in = new ArrayList<>(step.inputs().stream().map(this::place).toList());
    if (step.op() instanceof Op.View view) {
      // Where only a copy can have the wanted shape, the tracer recorded one.
      Layout layout = Views.layout(view, in.getFirst().layout()).orElseThrow();
      places.put(step.outputs().getFirst(), in.getFirst().with(layout));
      return;
    }
    // What cannot be computed is refused at every size, none included.
    Rule rule = rule(step);
    for (int i = 0; i < step.outputs().size(); i++) result(number, i, in);
    List<Place> out = step.outputs().stream().map(this::place).toList();
    if (out.stream().anyMatch(place -> place.size() > 0)) rule.lower(tasks, in, out);
  }

  /** Finds the place of a result: that of the input it is written over, or another. */
  private void result(int number, int output, List<Place> in) {
    Step step = program.steps().get(number);
    Value value = step.outputs().get(output);
    int donor = donor(step.op(), output);
    if (donor >= 0 && liveness.mayOverwrite(number, donor) && isOwn(step, donor, in)) {
      places.put(value, in.get(donor));
      return;
    }
    Place place = allocate(step.op().label(), value);
    if (donor < 0) return;
    // The input is still needed: the kernel updates a copy of it.
    copy(in.get(donor), place);
    in.set(donor, place);
  }

  /** Returns whether a donor has its array to itself, as the result should have it. */
  private boolean isOwn(Step step, int donor, List<Place> in) {
    Value root = liveness.root(step.inputs().get(donor));
    boolean given = program.inputs().stream().anyMatch(input -> input.value().equals(root));
    Place place = in.get(donor);
    return !given && place.isRowMajor() && place.size() == place.array().getSize();
  }

  private static int donor(Op op, int output) {
    if (!(op instanceof Op.Custom custom) || output >= custom.donations().size()) return -1;
    return custom.donations().get(output);
  }

  private Rule rule(Step step) {
    return CoreRules.of(step).orElseThrow(() -> DeviceException.noKernel(step, device));
  }

  // ---- What was made of the program.

  Place place(Value value) {
    return places.get(value);
  }

  Tasks tasks() {
    return tasks;
  }

  /** Returns where each output of the program lies, row-major. */
  List<Place> outputs() {
    return outputs;
  }
}
