package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Kernels of order along lines of {@code size} elements, and running sums. Entry {@code lines} of
 * the {@link Geometry} says where lines begin, entry {@code along} where their elements lie from
 * there, of input and results. Their plain counterparts are in {@code Order} and {@code AlongAxis}
 * of {@code dev.ashlar.tensor.reference}.
 */
final class OrderKernels {
  /** The work items of a group: a power of two, and the size of its local memory. */
  static final int GROUP = 64;

  private OrderKernels() {}

  /** Returns whether a at i comes before b at j where the greatest is first, and NaN before it. */
  private static boolean above(float a, int i, float b, int j) {
    boolean r = a > b;
    if (a != a && b == b) {
      r = true;
    }
    if (a == b && i < j) {
      r = true;
    }
    if (a != a && b != b && i < j) {
      r = true;
    }
    return r;
  }

  /** Returns whether a at i comes before b at j where the least is first, and NaN last. */
  private static boolean below(float a, int i, float b, int j) {
    boolean r = a < b;
    if (a == a && b != b) {
      r = true;
    }
    if (a == b && i < j) {
      r = true;
    }
    if (a != a && b != b && i < j) {
      r = true;
    }
    return r;
  }

  /**
   * A work group per line. Plain counterparts: {@code Op.ArgMax}, with {@code sign} 1, and {@code
   * Op.ArgMin}, with -1.
   */
  static void argumentKernel(
      KernelContext c,
      FloatArray a,
      LongArray y,
      IntArray g,
      int lines,
      int along,
      int size,
      float sign) {
    int line = c.groupIdx;
    int me = c.localIdx;
    float[] values = c.allocateFloatLocalArray(GROUP);
    int[] places = c.allocateIntLocalArray(GROUP);
    int from = Geometry.index(g, lines, 0, line);
    float best = Float.NEGATIVE_INFINITY;
    int place = size;
    for (int i = me; i < size; i += GROUP) {
      float x = sign * a.get(from + Geometry.index(g, along, 0, i));
      if (above(x, i, best, place)) {
        best = x;
        place = i;
      }
    }
    values[me] = best;
    places[me] = place;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        if (above(values[me + half], places[me + half], values[me], places[me])) {
          values[me] = values[me + half];
          places[me] = places[me + half];
        }
      }
    }
    if (me == 0) {
      y.set(line, (long) places[0]);
    }
  }

  /**
   * A work item per element, of which there are {@code n}: it looks for its rank, and stands there
   * if that is among the first {@code wanted}. Plain counterparts: {@code Op.Sort}, {@code
   * Op.TopK}.
   */
  static void descendingKernel(
      KernelContext c,
      FloatArray a,
      FloatArray values,
      LongArray indices,
      IntArray g,
      int lines,
      int along,
      int size,
      int wanted,
      int n) {
    int item = c.globalIdx;
    if (item < n) {
      int line = item / size;
      int i = item - line * size;
      int from = Geometry.index(g, lines, 0, line);
      float mine = a.get(from + Geometry.index(g, along, 0, i));
      int rank = 0;
      for (int j = 0; j < size; j++) {
        if (above(a.get(from + Geometry.index(g, along, 0, j)), j, mine, i)) {
          rank = rank + 1;
        }
      }
      if (rank < wanted) {
        int to = Geometry.index(g, lines, 1, line) + Geometry.index(g, along, 1, rank);
        values.set(to, mine);
        indices.set(to, (long) i);
      }
    }
  }

  /**
   * A work item per element, of which there are {@code n}: it looks for its rank, and stands there
   * if that is among the first {@code wanted}. Plain counterparts: {@code Op.Sort}, {@code
   * Op.TopK}.
   */
  static void ascendingKernel(
      KernelContext c,
      FloatArray a,
      FloatArray values,
      LongArray indices,
      IntArray g,
      int lines,
      int along,
      int size,
      int wanted,
      int n) {
    int item = c.globalIdx;
    if (item < n) {
      int line = item / size;
      int i = item - line * size;
      int from = Geometry.index(g, lines, 0, line);
      float mine = a.get(from + Geometry.index(g, along, 0, i));
      int rank = 0;
      for (int j = 0; j < size; j++) {
        if (below(a.get(from + Geometry.index(g, along, 0, j)), j, mine, i)) {
          rank = rank + 1;
        }
      }
      if (rank < wanted) {
        int to = Geometry.index(g, lines, 1, line) + Geometry.index(g, along, 1, rank);
        values.set(to, mine);
        indices.set(to, (long) i);
      }
    }
  }

  /** A work item per line, of which there are {@code n}. Plain counterpart: {@code Op.CumSum}. */
  static void cumSumKernel(
      KernelContext c,
      FloatArray a,
      FloatArray y,
      IntArray g,
      int lines,
      int along,
      int size,
      int reverse,
      int n) {
    int line = c.globalIdx;
    if (line < n) {
      int from = Geometry.index(g, lines, 0, line);
      int to = Geometry.index(g, lines, 1, line);
      float sum = 0.0f;
      for (int i = 0; i < size; i++) {
        int at = i;
        if (reverse == 1) {
          at = size - 1 - i;
        }
        sum = sum + a.get(from + Geometry.index(g, along, 0, at));
        y.set(to + Geometry.index(g, along, 1, at), sum);
      }
    }
  }
}
