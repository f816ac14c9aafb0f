package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.Views;
import dev.ashlar.tensor.program.Liveness;
import dev.ashlar.tensor.program.Program;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A program as tasks: where each value lies, and the {@linkplain CoreRules rules'} tasks for each
 * step. A view is another layout of its input's array and costs nothing; a result that may be
 * written over an input is.
 */
final class Lowering {
  // Inputs of fewer bytes come with every run, unless they are updated in place.
  private static final long WORTH_KEEPING_BYTES = 4096;

  /**
   * Where an output of the program lies.
   *
   * @param input the number of the input that it is or is written over, or -1
   */
  record Output(Value value, Place place, int input) {}

  private final Program program;
  private final String device;
  private final Function<Step, Optional<Rule>> rules;
  private final Liveness liveness;
  private final DeviceArrays arrays;
  private final ArrayPool pool;
  private final Tasks tasks;
  private final Map<Value, Place> places = new HashMap<>();
  private final Map<Integer, Op> overwritten = new LinkedHashMap<>();
  private final Map<Integer, Place> residents = new LinkedHashMap<>();
  private final Map<Integer, Place> passing = new LinkedHashMap<>();
  private final Map<Integer, List<Value>> dying = new HashMap<>();
  // Of arrays of the pool, the value that was given each last.
  private final Map<TornadoNativeArray, Value> holders = new IdentityHashMap<>();
  private final List<Output> outputs = new ArrayList<>();

  /**
   * Lowers a program.
   *
   * @param rules how each step becomes tasks: {@link CoreRules#of}, and others in tests
   * @throws DeviceException naming an operation or element type without a device kernel
   */
  Lowering(Program program, String device, Function<Step, Optional<Rule>> rules) {
    this.program = program;
    this.device = device;
    this.rules = rules;
    this.liveness = Liveness.of(program);
    this.arrays = new DeviceArrays(device);
    this.pool = new ArrayPool(arrays);
    this.tasks = new Tasks(device, pool, program.steps().stream().mapToInt(Fused::count).sum());
    for (int i = 0; i < program.inputs().size(); i++) input(i);
    for (var constant : program.constants()) {
      TensorSpec spec = constant.value().spec();
      places.put(constant.value(), Place.rowMajor(arrays.own("constant", spec), spec));
    }
    for (int i = 0; i < program.steps().size(); i++) add(i);
    for (Value output : program.outputs()) outputs.add(output(output));
  }

  static <T> Set<T> identities() {
    return Collections.newSetFromMap(new IdentityHashMap<>());
  }

  // ---- Inputs.

  private void input(int number) {
    Value value = program.inputs().get(number).value();
    TensorSpec spec = value.spec();
    String what = "input " + program.inputs().get(number).name();
    boolean resident = isReal(spec) && (isLarge(spec) || isUpdated(value));
    Place place =
        Place.rowMajor(resident ? arrays.shared(what, spec) : arrays.own(what, spec), spec);
    places.put(value, place);
    (resident ? residents : passing).put(number, place);
  }

  private static boolean isReal(TensorSpec spec) {
    return spec.dtype() == DType.F32 || spec.dtype() == DType.F64;
  }

  private static boolean isLarge(TensorSpec spec) {
    return spec.byteSize() >= WORTH_KEEPING_BYTES;
  }

  private boolean isUpdated(Value input) {
    for (int i = 0; i < program.steps().size(); i++) {
      Step step = program.steps().get(i);
      for (int output = 0; output < step.outputs().size(); output++) {
        int donor = Fused.donor(step.op(), output);
        if (donor < 0 || !liveness.root(step.inputs().get(donor)).equals(input)) continue;
        if (liveness.mayOverwrite(i, donor)) return true;
      }
    }
    return false;
  }

  // ---- Steps.

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
    tasks.endStep();
    dying.getOrDefault(number, List.of()).forEach(this::giveBack);
  }

  /** Finds the place of a result: that of the input it is written over, or another. */
  private void result(int number, int output, List<Place> in) {
    Step step = program.steps().get(number);
    Value value = step.outputs().get(output);
    int donor = Fused.donor(step.op(), output);
    if (donor >= 0 && liveness.mayOverwrite(number, donor) && isWhole(step, donor, in)) {
      Op writer = step.op() instanceof Fused fused ? fused.writer(output) : step.op();
      writeOver(writer, value, in.get(donor));
      return;
    }
    Place place = intermediate(step.op().label(), value);
    if (donor < 0) return;
    // The input is still needed: the kernel updates a copy of it.
    copy(in.get(donor), place);
    in.set(donor, place);
  }

  private void writeOver(Op writer, Value value, Place place) {
    places.put(value, place);
    int input = inputAt(place.array());
    if (input >= 0) overwritten.putIfAbsent(input, writer);
    // Its memory lives on: it ends with the result and not with the donor, whose last step this is.
    else endsAt(value, place.array());
  }

  /** Returns whether a donor fills its array as the result is wanted, and may be written over. */
  private boolean isWhole(Step step, int donor, List<Place> in) {
    Place place = in.get(donor);
    Value root = liveness.root(step.inputs().get(donor));
    return place.isRowMajor()
        && root.spec().shape().size() == place.size()
        && passing.values().stream().noneMatch(other -> other.array() == place.array());
  }

  private int inputAt(TornadoNativeArray array) {
    return residents.entrySet().stream()
        .filter(entry -> entry.getValue().array() == array)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElse(-1);
  }

  private Place intermediate(String what, Value value) {
    boolean stays = liveness.lastUse(value) >= program.steps().size();
    TornadoNativeArray array =
        stays ? arrays.shared(what, value.spec()) : pool.take(what, value.spec());
    Place place = Place.rowMajor(array, value.spec());
    places.put(value, place);
    if (!stays) endsAt(value, array);
    return place;
  }

  private void endsAt(Value value, TornadoNativeArray array) {
    int last = liveness.lastUse(value);
    holders.put(array, value);
    dying.computeIfAbsent(last, _ -> new ArrayList<>()).add(value);
  }

  private void giveBack(Value value) {
    TornadoNativeArray array = place(value).array();
    if (holders.remove(array, value)) pool.giveBack(array);
  }

  private void copy(Place from, Place to) {
    Value x = new Value(0, from.spec());
    Value y = new Value(1, to.spec());
    Step step = new Step(new Op.Copy(), List.of(x), List.of(y));
    if (to.size() > 0) rule(step).lower(tasks, List.of(from), List.of(to));
  }

  private Rule rule(Step step) {
    return rules.apply(step).orElseThrow(() -> DeviceException.noKernel(step, device));
  }

  // ---- Outputs.

  /** Returns an output in an array of its own, row-major, or over the input that it replaces. */
  private Output output(Value value) {
    Place place = place(value);
    for (int i = 0; i < program.inputs().size(); i++) {
      if (program.inputs().get(i).value().equals(value)) return new Output(value, place, i);
    }
    int input = inputAt(place.array());
    boolean replaces = overwritten.containsKey(input) && place.isRowMajor() && fills(value, place);
    boolean own = replaces || input < 0 && place.isRowMajor() && isMade(value);
    boolean taken = outputs.stream().anyMatch(o -> o.place.array() == place.array());
    if (own && !taken) return new Output(value, place, replaces ? input : -1);
    Place other = Place.rowMajor(arrays.shared("output", value.spec()), value.spec());
    copy(place, other);
    tasks.endStep();
    return new Output(value, other, -1);
  }

  private boolean fills(Value value, Place place) {
    return liveness.root(value).spec().shape().size() == place.size();
  }

  /** Returns whether a step made the value's memory: it is no input's and no constant's. */
  private boolean isMade(Value value) {
    Value root = liveness.root(value);
    return program.steps().stream().anyMatch(step -> step.outputs().contains(root));
  }

  // ---- What was made of the program.

  Place place(Value value) {
    return places.get(value);
  }

  Tasks tasks() {
    return tasks;
  }

  List<Output> outputs() {
    return outputs;
  }

  /** Returns, by number, the inputs that stay on the device from run to run. */
  Map<Integer, Place> residents() {
    return residents;
  }

  /** Returns, by number, the inputs that come with every run. */
  Map<Integer, Place> passing() {
    return passing;
  }

  /** Returns, by number, the inputs that are written over, and what does so first. */
  Map<Integer, Op> overwritten() {
    return overwritten;
  }
}
