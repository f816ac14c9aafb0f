package dev.ashlar.gpu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The tasks of a program in task graphs of limited length, for TornadoVM has buffers of fixed size
 * per graph. What one graph makes and a later one needs stays on the device.
 */
final class Graphs {
  private static final AtomicLong NUMBER = new AtomicLong();

  private final String prefix = "ashlar" + NUMBER.incrementAndGet() + "g";
  private final List<List<Task>> parts = new ArrayList<>();
  private final Map<FloatArray, Integer> maker = new HashMap<>();
  private final GridScheduler grid = new GridScheduler();
  private final IntArray geometry;
  private final Set<FloatArray> fixed;
  private final Set<FloatArray> outputs;

  /**
   * Divides tasks into graphs.
   *
   * @param fixed arrays whose numbers never change
   * @param length the most tasks of a graph
   */
  Graphs(Lowering lowering, Set<FloatArray> fixed, int length) {
    this.geometry = lowering.geometry().toArray();
    this.fixed = fixed;
    this.outputs = new HashSet<>(lowering.outputs());
    List<Task> tasks = lowering.tasks();
    for (int from = 0; from < tasks.size(); from += length) {
      parts.add(tasks.subList(from, Math.min(tasks.size(), from + length)));
    }
    for (int part = 0; part < parts.size(); part++) {
      for (Task task : parts.get(part)) maker.put(task.writes(), part);
    }
  }

  /** Returns the graphs, to be executed in this order with {@link #grid}. */
  ImmutableTaskGraph[] build() {
    var graphs = new ImmutableTaskGraph[parts.size()];
    for (int part = 0; part < graphs.length; part++) graphs[part] = graph(part).snapshot();
    return graphs;
  }

  private TaskGraph graph(int part) {
    var graph = new TaskGraph(prefix + part);
    take(graph, part);
    int number = 0;
    for (Task task : parts.get(part)) {
      String id = "t" + number++;
      task.call().addTo(graph, id, geometry);
      var worker = new WorkerGrid1D(Math.toIntExact(task.items()));
      worker.setLocalWork(task.group(), 1, 1);
      grid.addWorkerGrid(prefix + part + "." + id, worker);
    }
    give(graph, part);
    return graph;
  }

  /** Lets a graph begin with what it needs. */
  private void take(TaskGraph graph, int part) {
    graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, geometry);
    Set<FloatArray> given = read(part, part + 1);
    given.removeIf(maker::containsKey);
    for (FloatArray array : given) {
      boolean once = fixed.contains(array);
      graph.transferToDevice(
          once ? DataTransferMode.FIRST_EXECUTION : DataTransferMode.EVERY_EXECUTION, array);
    }
    // A graph can take over what the one before it had, and no other.
    for (FloatArray array : carried(part)) {
      graph.consumeFromDevice(prefix + (part - 1), array);
    }
  }

  /** Lets a graph end with what others need. */
  private void give(TaskGraph graph, int part) {
    for (FloatArray array : carried(part + 1)) graph.persistOnDevice(array);
    for (Task task : parts.get(part)) {
      if (outputs.contains(task.writes())) {
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, task.writes());
      }
    }
  }

  /** Returns what graphs before {@code part} make and graphs from there on read. */
  private Set<FloatArray> carried(int part) {
    Set<FloatArray> carried = read(part, parts.size());
    carried.removeIf(array -> maker.getOrDefault(array, parts.size()) >= part);
    return carried;
  }

  private Set<FloatArray> read(int begin, int end) {
    Set<FloatArray> read = new LinkedHashSet<>();
    for (int part = begin; part < end; part++) {
      for (Task task : parts.get(part)) read.addAll(task.reads());
    }
    return read;
  }

  GridScheduler grid() {
    return grid;
  }

  int count() {
    return parts.size();
  }

  /** Returns the names of a graph's kernels. */
  String kernels(int part) {
    return String.join(
        ", ", new LinkedHashSet<>(parts.get(part).stream().map(Task::kernel).toList()));
  }
}
