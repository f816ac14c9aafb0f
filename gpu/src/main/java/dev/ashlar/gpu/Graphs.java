package dev.ashlar.gpu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
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
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * The tasks of a program in task graphs of limited length, for TornadoVM has buffers of fixed size
 * per graph. What one graph makes and a later one needs stays on the device.
 */
final class Graphs {
  private static final AtomicLong NUMBER = new AtomicLong();

  private final String prefix = "ashlar" + NUMBER.incrementAndGet() + "g";
  private final List<List<Task>> parts = new ArrayList<>();
  // Of arrays that kernels write: the first and the last graph that uses them.
  private final Map<TornadoNativeArray, Integer> first = new LinkedHashMap<>();
  private final Map<TornadoNativeArray, Integer> last = new HashMap<>();
  private final GridScheduler grid = new GridScheduler();
  private final Given given;

  /**
   * What kernels find in arrays before a run, and what is wanted of them after it.
   *
   * @param fixed arrays whose numbers never change
   * @param fresh arrays that the host writes before each run
   * @param wanted arrays that the host reads after each run
   */
  record Given(
      IntArray geometry,
      Set<TornadoNativeArray> fixed,
      Set<TornadoNativeArray> fresh,
      Set<TornadoNativeArray> wanted) {}

  /**
   * Divides tasks into graphs.
   *
   * @param length the most tasks of a graph
   */
  Graphs(List<Task> tasks, Given given, int length) {
    this.given = given;
    Set<TornadoNativeArray> written = new HashSet<>();
    for (int from = 0; from < tasks.size(); from += length) {
      parts.add(tasks.subList(from, Math.min(tasks.size(), from + length)));
    }
    tasks.forEach(task -> written.addAll(task.writes()));
    for (int part = 0; part < parts.size(); part++) {
      for (TornadoNativeArray array : used(part)) {
        if (!written.contains(array)) continue;
        first.putIfAbsent(array, part);
        last.put(array, part);
      }
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
      task.call().addTo(graph, id, given.geometry);
      var worker = new WorkerGrid1D(Math.toIntExact(task.items()));
      worker.setLocalWork(task.group(), 1, 1);
      grid.addWorkerGrid(prefix + part + "." + id, worker);
    }
    give(graph, part);
    return graph;
  }

  /** Lets a graph begin with what it needs. */
  private void take(TaskGraph graph, int part) {
    graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, given.geometry);
    for (TornadoNativeArray array : used(part)) {
      if (first.getOrDefault(array, part) != part) continue;
      if (given.fixed.contains(array)) {
        graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, array);
      } else if (given.fresh.contains(array)) {
        graph.transferToDevice(DataTransferMode.EVERY_EXECUTION, array);
      }
    }
    // A graph can take over what the one before it had, and no other.
    for (TornadoNativeArray array : carried(part)) {
      graph.consumeFromDevice(prefix + (part - 1), array);
    }
  }

  /** Lets a graph end with what others need. */
  private void give(TaskGraph graph, int part) {
    for (TornadoNativeArray array : carried(part + 1)) graph.persistOnDevice(array);
    for (TornadoNativeArray array : used(part)) {
      if (given.wanted.contains(array) && last.get(array) == part) {
        graph.transferToHost(DataTransferMode.EVERY_EXECUTION, array);
      }
    }
  }

  /** Returns what graphs before {@code part} write and it or a later one uses. */
  private List<TornadoNativeArray> carried(int part) {
    return first.keySet().stream()
        .filter(array -> first.get(array) < part && last.get(array) >= part)
        .toList();
  }

  private Set<TornadoNativeArray> used(int part) {
    Set<TornadoNativeArray> used = new LinkedHashSet<>();
    for (Task task : parts.get(part)) {
      used.addAll(task.reads());
      used.addAll(task.writes());
    }
    return used;
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
