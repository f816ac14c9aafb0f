package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Kernels of the greatest and the least along lines of {@code size} elements, and of running sums.
 * Entry {@code lines} of the {@link Geometry} says where lines begin, entry {@code along} where
 * their elements lie from there, of input and results. Their plain counterparts are in {@code
 * Order} and {@code AlongAxis} of {@code dev.ashlar.tensor.reference}.
 */
final class OrderKernels {
  /** The work items of a group: a power of two, and the size of its local memory. */
  static final int GROUP = 64;

  private OrderKernels() {}

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
      if (SortKernels.before(1, x, i, best, place)) {
        best = x;
        place = i;
      }
    }
    values[me] = best;
    places[me] = place;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        if (SortKernels.before(1, values[me + half], places[me + half], values[me], places[me])) {
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
   * A work group per line. Plain counterparts: {@code Op.ArgMax}, with {@code sign} 1, and {@code
   * Op.ArgMin}, with -1.
   */
  static void argumentOfDoublesKernel(
      KernelContext c,
      DoubleArray a,
      LongArray y,
      IntArray g,
      int lines,
      int along,
      int size,
      double sign) {
    int line = c.groupIdx;
    int me = c.localIdx;
    double[] values = c.allocateDoubleLocalArray(GROUP);
    int[] places = c.allocateIntLocalArray(GROUP);
    int from = Geometry.index(g, lines, 0, line);
    // TornadoVM writes half of an infinity.
    double best = sign * a.get(from);
    int place = 0;
    for (int i = me; i < size; i += GROUP) {
      double x = sign * a.get(from + Geometry.index(g, along, 0, i));
      if (SortKernels.before(1, x, i, best, place)) {
        best = x;
        place = i;
      }
    }
    values[me] = best;
    places[me] = place;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        if (SortKernels.before(1, values[me + half], places[me + half], values[me], places[me])) {
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
   * A work group per line. Plain counterparts: {@code Op.ArgMax}, with {@code flip} 0, and {@code
   * Op.ArgMin}, with -1, which turns their order round.
   */
  static void argumentOfLongsKernel(
      KernelContext c,
      LongArray a,
      LongArray y,
      IntArray g,
      int lines,
      int along,
      int size,
      long flip) {
    int line = c.groupIdx;
    int me = c.localIdx;
    long[] values = c.allocateLongLocalArray(GROUP);
    int[] places = c.allocateIntLocalArray(GROUP);
    int from = Geometry.index(g, lines, 0, line);
    long best = a.get(from) ^ flip;
    int place = 0;
    for (int i = me; i < size; i += GROUP) {
      long x = a.get(from + Geometry.index(g, along, 0, i)) ^ flip;
      if (SortKernels.before(1, x, i, best, place)) {
        best = x;
        place = i;
      }
    }
    values[me] = best;
    places[me] = place;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        if (SortKernels.before(1, values[me + half], places[me + half], values[me], places[me])) {
          values[me] = values[me + half];
          places[me] = places[me + half];
        }
      }
    }
    if (me == 0) {
      y.set(line, (long) places[0]);
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

  /** A work item per line, of which there are {@code n}. Plain counterpart: {@code Op.CumSum}. */
  static void cumSumOfDoublesKernel(
      KernelContext c,
      DoubleArray a,
      DoubleArray y,
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
      double sum = 0.0;
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

  /** A work item per line, of which there are {@code n}. Plain counterpart: {@code Op.CumSum}. */
  static void cumSumOfLongsKernel(
      KernelContext c,
      LongArray a,
      LongArray y,
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
      long sum = 0L;
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
