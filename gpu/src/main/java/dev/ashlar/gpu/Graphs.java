package dev.ashlar.gpu;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The task graphs of a program: one per resident array, which brings its numbers to the device, and
 * then the tasks, in graphs of limited length, for TornadoVM has buffers of fixed size per graph.
 *
 * <p>Each array belongs to one graph: its resident's, or the first whose tasks use it. That one
 * allocates its device memory and frees it. A later graph takes it over from the one executed just
 * before, whichever that is, so every graph in between passes it on; residents are passed on by
 * all, so that any of their graphs can be executed between two runs.
 */
final class Graphs {
  private static final AtomicLong NUMBER = new AtomicLong();

  private final String prefix = "ashlar" + NUMBER.incrementAndGet();
  private final List<List<Task>> parts = new ArrayList<>();
  private final Map<TornadoNativeArray, Integer> first = new IdentityHashMap<>();
  private final Map<TornadoNativeArray, Integer> last = new IdentityHashMap<>();
  // The arrays of first and last, in order of their first use.
  private final List<TornadoNativeArray> order = new ArrayList<>();
  private final GridScheduler grid = new GridScheduler();
  private final Given given;
  private final Set<TornadoNativeArray> geometries = Lowering.identities();

  /**
   * What kernels find in arrays before a run.
   *
   * @param fixed arrays whose numbers never change
   * @param fresh arrays that the host writes before each run
   * @param residents arrays that keep their numbers on the device from run to run
   */
  record Given(
      Set<TornadoNativeArray> fixed,
      Set<TornadoNativeArray> fresh,
      List<TornadoNativeArray> residents) {}

  /**
   * Divides tasks into graphs.
   *
   * @param length the most tasks of a graph
   */
  Graphs(List<Task> tasks, Given given, int length) {
    this.given = given;
    for (Task task : tasks) geometries.add(task.geometry().array());
    for (int from = 0; from < tasks.size(); from += length) {
      parts.add(tasks.subList(from, Math.min(tasks.size(), from + length)));
    }
    Set<TornadoNativeArray> residents = Lowering.identities();
    residents.addAll(given.residents);
    for (int part = 0; part < parts.size(); part++) {
      for (TornadoNativeArray array : used(part)) {
        if (residents.contains(array)) continue;
        if (first.putIfAbsent(array, part) == null) order.add(array);
        last.put(array, part);
      }
    }
  }

  /** Returns the graph of one of the tasks, by itself. */
  Graphs alone(Task task) {
    return new Graphs(List.of(task), new Given(Set.of(), Set.of(), List.of()), 1);
  }

  /**
   * Returns the graphs of residents and then those of the tasks.
   *
   * @throws DeviceException naming a kernel that TornadoVM cannot take
   */
  ImmutableTaskGraph[] build(String device) {
    List<ImmutableTaskGraph> graphs = new ArrayList<>();
    for (int i = 0; i < given.residents.size(); i++) graphs.add(bringing(i).snapshot());
    for (int part = 0; part < parts.size(); part++) graphs.add(computing(part, device).snapshot());
    return graphs.toArray(ImmutableTaskGraph[]::new);
  }

  /** Returns the graph that brings a resident to the device, and leaves the others there. */
  private TaskGraph bringing(int resident) {
    String name = prefix + "in" + resident;
    var graph = new TaskGraph(name);
    TornadoNativeArray array = given.residents.get(resident);
    List<TornadoNativeArray> others = new ArrayList<>(given.residents);
    others.remove(resident);
    passOn(graph, others);
    graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, array);
    if (array instanceof FloatArray floats) {
      graph.task("t0", Touch::floatsKernel, new KernelContext(), floats);
    } else {
      graph.task("t0", Touch::doublesKernel, new KernelContext(), (DoubleArray) array);
    }
    grid(name + ".t0", Tasks.GROUP, Tasks.GROUP);
    graph.transferToHost(DataTransferMode.UNDER_DEMAND, array);
    return graph;
  }

  private TaskGraph computing(int part, String device) {
    String name = prefix + "g" + part;
    var graph = new TaskGraph(name);
    passOn(graph, given.residents);
    passOn(graph, carried(part));
    for (TornadoNativeArray array : owned(part)) {
      if (isFixed(array)) graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, array);
      if (given.fresh.contains(array)) {
        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, array);
      }
    }
    int number = 0;
    for (Task task : parts.get(part)) {
      String id = "t" + number++;
      try {
        task.call().addTo(graph, id, task.geometry().array());
      } catch (RuntimeException e) {
        throw DeviceException.notCompiled(task.kernel(), device, e);
      }
      grid(name + "." + id, task.items(), task.group());
    }
    // On demand: such memory is kept after the execution, can be read, and is freed at the end.
    for (TornadoNativeArray array : owned(part)) {
      boolean comes = isFixed(array) || given.fresh.contains(array);
      if (!comes) graph.transferToHost(DataTransferMode.UNDER_DEMAND, array);
    }
    return graph;
  }

  private static void passOn(TaskGraph graph, List<TornadoNativeArray> arrays) {
    if (!arrays.isEmpty()) graph.consumeFromDevice(arrays.toArray());
  }

  private void grid(String task, long items, int group) {
    var worker = new WorkerGrid1D(Math.toIntExact(items));
    worker.setLocalWork(group, 1, 1);
    grid.addWorkerGrid(task, worker);
  }

  private boolean isFixed(TornadoNativeArray array) {
    return geometries.contains(array) || given.fixed.contains(array);
  }

  private List<TornadoNativeArray> owned(int part) {
    return order.stream().filter(array -> first.get(array) == part).toList();
  }

  /** Returns what graphs before {@code part} use and it or a later one does. */
  private List<TornadoNativeArray> carried(int part) {
    return order.stream()
        .filter(array -> first.get(array) < part && last.get(array) >= part)
        .toList();
  }

  private Set<TornadoNativeArray> used(int part) {
    Set<TornadoNativeArray> used = new LinkedHashSet<>();
    for (Task task : parts.get(part)) {
      if (!task.geometry().isEmpty()) used.add(task.geometry().array());
      used.addAll(task.reads());
      used.addAll(task.writes());
    }
    return used;
  }

  GridScheduler grid() {
    return grid;
  }

  /** Returns the number of graphs that compute. */
  int count() {
    return parts.size();
  }

  /** Returns the number, among all, of a graph that computes. */
  int number(int part) {
    return given.residents.size() + part;
  }

  /** Returns the graph that an array belongs to, among all. */
  int owner(TornadoNativeArray array) {
    for (int i = 0; i < given.residents.size(); i++) {
      if (given.residents.get(i) == array) return i;
    }
    return number(first.get(array));
  }

  /** Returns every array there is. */
  List<TornadoNativeArray> arrays() {
    List<TornadoNativeArray> all = new ArrayList<>(given.residents);
    all.addAll(order);
    return all;
  }

  List<Task> tasks(int part) {
    return parts.get(part);
  }
}
