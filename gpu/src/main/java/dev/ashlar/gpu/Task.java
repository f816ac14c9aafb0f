package dev.ashlar.gpu;

import java.util.List;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * One kernel of a program and what it is called with. An array may be both read and written.
 *
 * @param kernel the kernel's name
 * @param reads the arrays it reads, beside the geometry
 * @param writes the arrays it writes, or parts of
 * @param geometry where its step's tensors lie; empty if it does not take that
 * @param items its work items, a multiple of {@code group}
 * @param group the work items of a group
 * @param call puts the kernel into a graph
 */
record Task(
    String kernel,
    List<? extends TornadoNativeArray> reads,
    List<? extends TornadoNativeArray> writes,
    Geometry geometry,
    long items,
    int group,
    Call call) {
  /** Puts a kernel into a graph. */
  @FunctionalInterface
  interface Call {
    void addTo(TaskGraph graph, String id, IntArray geometry);
  }

  /** Puts a kernel that does not take the geometry into a graph. */
  @FunctionalInterface
  interface PlainCall {
    void addTo(TaskGraph graph, String id);
  }
}
