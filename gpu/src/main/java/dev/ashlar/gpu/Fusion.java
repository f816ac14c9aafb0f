package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Liveness;
import dev.ashlar.tensor.program.Passes;
import dev.ashlar.tensor.program.Program;
import dev.ashlar.tensor.program.Program.Constant;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Makes a {@link Fused} step of every elementwise one, and one of those that follow from each
 * other.
 *
 * <p>A group is open until something beside it reads a result of it, or writes over what it reads;
 * until then a step that follows from it may join, and all of it be computed when the last does.
 * Numbers that are the same everywhere become part of the code, and views of results by other
 * shapes cost nothing.
 */
final class Fusion {
  /** The most arrays of a fused step: TornadoVM takes kernels of at most 20 parameters. */
  static final int MOST_ARRAYS = 14;

  /** The most steps: long kernels compile slowly. */
  static final int MOST_STEPS = 48;

  private final Program program;
  private final Liveness liveness;
  private final Map<Value, Integer> readers = new HashMap<>();
  private final Map<Value, Number> numbers = new HashMap<>();
  // The group that computes a value, or views what it computes.
  private final Map<Value, Group> groups = new HashMap<>();
  // By number of the step that they are computed at.
  private final Map<Integer, List<Step>> placed = new TreeMap<>();

  private Fusion(Program program) {
    this.program = program;
    this.liveness = Liveness.of(program);
  }

  /** Returns a program of fewer steps that answers the same. */
  static Program fuse(Program program) {
    return Passes.removeDeadCode(new Fusion(program).run());
  }

  /** Steps that may become one. */
  private static final class Group {
    // By number, views of the same elements among them.
    final SortedMap<Integer, Step> steps = new TreeMap<>();
    // What a kernel would have in variables.
    final Set<Value> results = new LinkedHashSet<>();
    // All views of results, by number.
    final SortedMap<Integer, Step> views = new TreeMap<>();
    int last;
    boolean open = true;
  }

  private Program run() {
    for (Step step : program.steps()) step.inputs().forEach(v -> readers.merge(v, 1, Integer::sum));
    program.outputs().forEach(v -> readers.merge(v, 1, Integer::sum));
    program.constants().forEach(this::constant);
    Set<Group> all = new LinkedHashSet<>();
    for (int i = 0; i < program.steps().size(); i++) {
      Step step = program.steps().get(i);
      if (step.op() instanceof Op.Fill fill) number(step.outputs().getFirst(), fill.value());
      if (step.op() instanceof Op.View) {
        view(i, step);
      } else if (isElementwise(step)) {
        all.add(join(i, step));
      } else {
        step.inputs().forEach(this::close);
        closeReadersOfDonated(step, null);
        place(i, step);
      }
    }
    for (Group group : all) if (group.last >= 0) place(group);
    List<Step> steps = placed.values().stream().flatMap(List::stream).toList();
    return new Program(program.inputs(), program.constants(), steps, program.outputs());
  }

  private void place(int at, Step step) {
    placed.computeIfAbsent(at, _ -> new ArrayList<>()).add(step);
  }

  // ---- Numbers that are the same everywhere.

  private void constant(Constant constant) {
    Tensor tensor = constant.tensor();
    if (tensor.size() != 1) return;
    if (tensor.dtype().isInteger()) {
      numbers.put(constant.value(), tensor.toLongs()[0]);
    } else if (tensor.dtype() != DType.BF16) {
      number(constant.value(), tensor.dtype() == DType.BOOL ? bool(tensor) : tensor.toDoubles()[0]);
    }
  }

  private static double bool(Tensor tensor) {
    return tensor.toBooleans()[0] ? 1 : 0;
  }

  private void number(Value value, double number) {
    Fused.number(value.spec().dtype(), number).ifPresent(known -> numbers.put(value, known));
  }

  // ---- Views.

  private void view(int at, Step step) {
    Value from = step.inputs().getFirst();
    Value to = step.outputs().getFirst();
    if (numbers.containsKey(from)) numbers.put(to, numbers.get(from));
    Group group = groups.get(from);
    if (group == null || !group.open) {
      place(at, step);
      return;
    }
    groups.put(to, group);
    group.views.put(at, step);
    if (isSameElements(step.op()) && group.results.contains(from)) add(group, at, step);
  }

  /** Returns whether a view of a row-major value has its elements in the same order. */
  private static boolean isSameElements(Op op) {
    return op instanceof Op.Alias || op instanceof Op.StopGradient || op instanceof Op.Reshape;
  }

  // ---- Elementwise steps.

  private static boolean isElementwise(Step step) {
    return ElementCode.of(step).isPresent() && size(step) > 0;
  }

  private static long size(Step step) {
    return step.outputs().getFirst().spec().shape().size();
  }

  /** Adds a step to the groups that it follows from, or to a new one, and returns that group. */
  private Group join(int at, Step step) {
    for (Value input : step.inputs()) if (!canPass(input, step)) close(input);
    Set<Group> from = new LinkedHashSet<>();
    for (Value input : step.inputs()) if (isOpen(input)) from.add(groups.get(input));
    Group group = new Group();
    add(group, at, step);
    for (Group each : from) {
      Group both = joined(each, group);
      if (isPossible(both)) group = both;
      else each.open = false;
    }
    group.last = at;
    for (Value value : group.results) groups.put(value, group);
    for (Step view : group.views.values()) groups.put(view.outputs().getFirst(), group);
    for (Group each : from) if (each.open) each.last = -1;
    closeReadersOfDonated(step, group);
    return group;
  }

  private boolean isPossible(Group group) {
    return arrays(group) <= MOST_ARRAYS
        && group.steps.size() <= MOST_STEPS
        && group.steps.values().stream().allMatch(step -> isSoleReader(group, step));
  }

  /** Returns whether a group reads by one value alone what a step of it writes over. */
  private boolean isSoleReader(Group group, Step step) {
    for (int i = 0; i < step.outputs().size(); i++) {
      int donor = Fused.donor(step.op(), i);
      if (donor < 0) continue;
      Value root = liveness.root(step.inputs().get(donor));
      long readers = inputs(group).stream().filter(v -> liveness.root(v).equals(root)).count();
      if (readers > 1) return false;
    }
    return true;
  }

  private static void add(Group group, int at, Step step) {
    group.steps.put(at, step);
    group.results.addAll(step.outputs());
  }

  private static Group joined(Group a, Group b) {
    Group both = new Group();
    for (Group each : List.of(a, b)) {
      both.steps.putAll(each.steps);
      both.results.addAll(each.results);
      both.views.putAll(each.views);
    }
    return both;
  }

  private boolean isOpen(Value value) {
    return groups.containsKey(value) && groups.get(value).open;
  }

  /** Returns whether a step can take an input from the group that computes it. */
  private boolean canPass(Value input, Step step) {
    Group group = groups.get(input);
    return group != null
        && group.results.contains(input)
        && input.spec().shape().size() == size(step)
        && !ElementCode.isVector(step, input);
  }

  private void close(Value value) {
    Group group = groups.get(value);
    if (group != null && !numbers.containsKey(value)) group.open = false;
  }

  /** Closes the groups that read what a step writes over, but the step's own. */
  private void closeReadersOfDonated(Step step, Group own) {
    for (int i = 0; i < step.outputs().size(); i++) {
      int donor = Fused.donor(step.op(), i);
      if (donor < 0) continue;
      Value root = liveness.root(step.inputs().get(donor));
      for (Group group : Set.copyOf(groups.values())) {
        if (group == own || !group.open) continue;
        boolean reads = inputs(group).stream().anyMatch(v -> liveness.root(v).equals(root));
        if (reads) group.open = false;
      }
    }
  }

  // ---- What a group reads and is read of.

  private int arrays(Group group) {
    return inputs(group).size() + outputs(group).size();
  }

  private Set<Value> inputs(Group group) {
    Set<Value> inputs = new LinkedHashSet<>();
    for (Step step : group.steps.values()) inputs.addAll(step.inputs());
    inputs.removeAll(group.results);
    inputs.removeAll(numbers.keySet());
    return inputs;
  }

  /** Returns the results that something beside the group reads, those of views left out. */
  private List<Value> outputs(Group group) {
    Map<Value, Integer> others = otherReaders(group);
    Set<Value> viewed = new HashSet<>();
    group.views.values().forEach(view -> viewed.addAll(view.outputs()));
    return group.results.stream().filter(v -> others.get(v) > 0 && !viewed.contains(v)).toList();
  }

  /** Returns how many read each result beside the group's steps. */
  private Map<Value, Integer> otherReaders(Group group) {
    Map<Value, Integer> others = new HashMap<>();
    for (Value value : group.results) others.put(value, readers.getOrDefault(value, 0));
    for (Step step : group.steps.values()) {
      for (Value input : step.inputs()) others.computeIfPresent(input, (_, count) -> count - 1);
    }
    // A view that others read needs what it views. Later ones first: they may view earlier ones.
    for (int i : group.views.keySet().stream().sorted(Comparator.reverseOrder()).toList()) {
      Step view = group.views.get(i);
      boolean kept = group.steps.containsKey(i) && others.get(view.outputs().getFirst()) > 0;
      if (kept) others.merge(view.inputs().getFirst(), 1, Integer::sum);
    }
    return others;
  }

  private void place(Group group) {
    List<Step> steps = List.copyOf(group.steps.values());
    List<Value> inputs = List.copyOf(inputs(group));
    List<Value> outputs = outputs(group);
    if (!isPossible(group)) {
      // A step by itself that reads in two ways what it writes over.
      steps.stream()
          .filter(step -> !(step.op() instanceof Op.View))
          .forEach(step -> place(group.last, step));
    } else if (!outputs.isEmpty()) {
      place(
          group.last,
          new Step(Fused.of(steps, numbersOf(steps), inputs, outputs), inputs, outputs));
    }
    Map<Value, Integer> others = otherReaders(group);
    for (Step view : group.views.values()) {
      if (others.getOrDefault(view.outputs().getFirst(), 1) > 0) place(group.last, view);
    }
  }

  private Map<Value, Number> numbersOf(List<Step> steps) {
    Map<Value, Number> used = new HashMap<>();
    for (Step step : steps) {
      for (Value input : step.inputs()) {
        Number number = numbers.get(input);
        if (number != null) used.put(input, number);
      }
    }
    return Map.copyOf(used);
  }
}
