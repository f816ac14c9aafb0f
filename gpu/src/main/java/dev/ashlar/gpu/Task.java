package dev.ashlar.gpu;

import java.util.List;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * One kernel of a program and what it is called with.
 *
 * @param kernel the kernel's name
 * @param reads what it reads
 * @param writes what it writes
 * @param items its work items, a multiple of {@code group}
 * @param group the work items of a group
 * @param call puts the kernel into a graph
 */
record Task(
    String kernel, List<FloatArray> reads, FloatArray writes, long items, int group, Call call) {
  /** Puts a kernel into a graph. */
  @FunctionalInterface
  interface Call {
    void addTo(TaskGraph graph, String id, IntArray geometry);
  }
}
