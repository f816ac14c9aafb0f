package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The tasks of a program as they come, and what rules need to make them: a {@link Geometry} per
 * step, arrays for what lies between two tasks, constant arrays, and faults that kernels can
 * report.
 */
final class Tasks {
  /** The work items of a group of kernels with one work item per element. */
  static final int GROUP = 64;

  /** Ints of a fault: how often it happened, and the number that was at fault. */
  private static final int FAULT = 2;

  private final String device;
  private final KernelContext context = new KernelContext();
  private final Map<List<Integer>, IntArray> geometries = new HashMap<>();
  private final List<Task> tasks = new ArrayList<>();
  private final List<TornadoNativeArray> constants = new ArrayList<>();
  private final Map<Object, Object> shared = new HashMap<>();
  private final Map<Integer, Function<Integer, RuntimeException>> faults = new LinkedHashMap<>();
  private final IntArray faultNumbers;
  private final ArrayPool pool;
  private final Geometry none = new Geometry(geometries);
  private Geometry geometry = new Geometry(geometries);
  private final List<TornadoNativeArray> scratch = new ArrayList<>();

  /** Makes an empty list, for a program of so many steps, those counted that became one. */
  Tasks(String device, ArrayPool pool, int steps) {
    this.device = device;
    this.pool = pool;
    this.faultNumbers = new IntArray(FAULT * Math.max(1, steps));
    faultNumbers.init(0);
  }

  // ---- Adding tasks.

  /** Adds a kernel with one work item per element, of which there are {@code n}. */
  void each(
      String kernel,
      List<? extends TornadoNativeArray> reads,
      List<? extends TornadoNativeArray> writes,
      long n,
      Task.Call call) {
    groups(kernel, reads, writes, groupsFor(n), GROUP, call);
  }

  /** Adds a kernel with one work item per element that does not take the geometry. */
  void each(
      String kernel,
      List<? extends TornadoNativeArray> reads,
      List<? extends TornadoNativeArray> writes,
      long n,
      Task.PlainCall call) {
    groups(kernel, reads, writes, groupsFor(n), GROUP, call);
  }

  private static long groupsFor(long n) {
    return (n + GROUP - 1) / GROUP;
  }

  /** Adds a kernel with {@code count} work groups of {@code group} work items. */
  void groups(
      String kernel,
      List<? extends TornadoNativeArray> reads,
      List<? extends TornadoNativeArray> writes,
      long count,
      int group,
      Task.Call call) {
    add(new Task(kernel, reads, writes, geometry, items(kernel, count, group), group, call));
  }

  /** Adds a kernel with work groups that does not take the geometry. */
  void groups(
      String kernel,
      List<? extends TornadoNativeArray> reads,
      List<? extends TornadoNativeArray> writes,
      long count,
      int group,
      Task.PlainCall call) {
    long items = items(kernel, count, group);
    add(
        new Task(
            kernel, reads, writes, none, items, group, (graph, id, _) -> call.addTo(graph, id)));
  }

  private long items(String kernel, long count, int group) {
    long items = Math.multiplyExact(count, (long) group);
    if (items > Integer.MAX_VALUE) throw DeviceException.tooManyItems(kernel, items, device);
    return items;
  }

  private void add(Task task) {
    if (task.items() > 0) tasks.add(task);
  }

  // ---- What kernels are given.

  /** Returns what every kernel takes first. */
  KernelContext context() {
    return context;
  }

  /** Returns the geometry of the step whose tasks are being added. */
  Geometry geometry() {
    return geometry;
  }

  /** Returns numbers for the tasks of one step, undefined at first. */
  FloatArray floats(long size) {
    return scratch(DType.F32, size).floats();
  }

  /** Returns whole numbers for the tasks of one step, undefined at first. */
  IntArray ints(long size) {
    return scratch(DType.I32, size).ints();
  }

  /** Returns memory for the tasks of one step, undefined at first. */
  Place scratch(DType dtype, long size) {
    Place place = pool.line("scratch", dtype, size);
    scratch.add(place.array());
    return place;
  }

  /** Ends a step: what was scratch to it may be used again, and the next has another geometry. */
  void endStep() {
    scratch.forEach(pool::giveBack);
    scratch.clear();
    geometry = new Geometry(geometries);
  }

  /**
   * Makes an array that has its numbers already, and keeps them, one of the program's constants.
   */
  <A extends TornadoNativeArray> A constant(A array) {
    constants.add(array);
    return array;
  }

  /**
   * Returns what {@code make} made when it was first asked for by this key: memory that is filled
   * once in a run, by a task or from the beginning, and read by the tasks of several steps.
   */
  <A> A once(Object key, Class<A> type, Supplier<A> make) {
    Object known = shared.get(key);
    if (known != null) return type.cast(known);
    A made = make.get();
    shared.put(key, made);
    return made;
  }

  /** Returns memory for the tasks of several steps, undefined at first. */
  Place lasting(DType dtype, long size) {
    return pool.lasting("scratch", dtype, size);
  }

  // ---- Faults.

  /**
   * Adds a fault that the kernels of a step can report, and returns where: they add 1 to, or set,
   * that number of {@link #faultNumbers}, and may put a number that says more into the next. After
   * a run with such a report the program throws {@code error}, given the second number.
   */
  int fault(Function<Integer, RuntimeException> error) {
    int at = FAULT * faults.size();
    faults.put(at, error);
    return at;
  }

  /**
   * Returns where the kernels of several steps report one fault: equal numbers make equal kernels.
   *
   * @param key what the steps have in common
   */
  int fault(Object key, Function<Integer, RuntimeException> error) {
    return once(List.of("fault", key), Integer.class, () -> fault(error));
  }

  /** Returns where faults are reported: 0 before a run. */
  IntArray faultNumbers() {
    return faultNumbers;
  }

  /** Throws what the last run reported, if anything. */
  void throwFault() {
    faults.forEach(
        (at, error) -> {
          if (faultNumbers.get(at) != 0) throw error.apply(faultNumbers.get(at + 1));
        });
  }

  boolean hasFaults() {
    return !faults.isEmpty();
  }

  // ---- Refusals.

  /** Returns the error for an element type that an operation's kernels do not take. */
  DeviceException noType(String what, DType dtype) {
    return DeviceException.noType(what, dtype, device);
  }

  /** Returns the error for a size that an operation's kernels do not reach. */
  DeviceException tooLarge(String what, long size, long most) {
    return DeviceException.tooLarge(what, size, most, device);
  }

  // ---- What was made.

  List<Task> all() {
    return tasks;
  }

  List<TornadoNativeArray> constants() {
    return constants;
  }
}
