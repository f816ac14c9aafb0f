package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The kernels of {@link LineKernels} for F64. They begin with a line's first element and not with
 * an infinity, of which TornadoVM writes half.
 */
final class DoubleLineKernels {
  /** The work items of a group: a power of two, and the size of its local memory. */
  static final int GROUP = 64;

  private DoubleLineKernels() {}

  /**
   * A number for each of {@code parts} parts of a line. Plain counterpart: {@code Reduce}; the code
   * is one of {@link LineKernels}.
   */
  static void reduceKernel(
      KernelContext c,
      DoubleArray a,
      DoubleArray y,
      IntArray g,
      int lines,
      int along,
      int size,
      int parts,
      int code) {
    int part = c.groupIdx;
    int line = part / parts;
    int me = c.localIdx;
    double[] shared = c.allocateDoubleLocalArray(GROUP);
    int from = Geometry.index(g, lines, 0, line);
    double mine = 0.0;
    if (code != LineKernels.SUM) {
      mine = a.get(from);
    }
    int begin = (part - line * parts) * LineKernels.PART;
    int end = begin + LineKernels.PART;
    if (parts == 1) {
      end = size;
    }
    if (end > size) {
      end = size;
    }
    for (int i = begin + me; i < end; i += GROUP) {
      mine = fold(code, mine, a.get(from + Geometry.index(g, along, 0, i)));
    }
    shared[me] = mine;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = fold(code, shared[me], shared[me + half]);
      }
    }
    if (me == 0) {
      y.set(part, shared[0]);
    }
  }

  private static double fold(int code, double a, double b) {
    double r = a + b;
    if (code == LineKernels.MAX) {
      r = DoubleElements.maximum(a, b);
    }
    if (code == LineKernels.MIN) {
      r = DoubleElements.minimum(a, b);
    }
    return r;
  }

  /**
   * Plain counterparts: {@code Op.Softmax} and, where {@code logarithm} is 1, {@code Op.LogSoftmax}
   * of {@code AlongAxis}. Results lie as the entries say too.
   */
  static void softmaxKernel(
      KernelContext c,
      DoubleArray a,
      DoubleArray y,
      IntArray g,
      int lines,
      int along,
      int size,
      int logarithm) {
    int line = c.groupIdx;
    int me = c.localIdx;
    double[] shared = c.allocateDoubleLocalArray(GROUP);
    int from = Geometry.index(g, lines, 0, line);
    int to = Geometry.index(g, lines, 1, line);
    double greatest = a.get(from);
    for (int i = me; i < size; i += GROUP) {
      greatest = DoubleElements.maximum(greatest, a.get(from + Geometry.index(g, along, 0, i)));
    }
    shared[me] = greatest;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = DoubleElements.maximum(shared[me], shared[me + half]);
      }
    }
    c.localBarrier();
    greatest = shared[0];
    // Everybody has read it before it is written over.
    c.localBarrier();
    double sum = 0.0;
    for (int i = me; i < size; i += GROUP) {
      sum += TornadoMath.exp(a.get(from + Geometry.index(g, along, 0, i)) - greatest);
    }
    shared[me] = sum;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = shared[me] + shared[me + half];
      }
    }
    c.localBarrier();
    double total = shared[0];
    for (int i = me; i < size; i += GROUP) {
      double x = a.get(from + Geometry.index(g, along, 0, i)) - greatest;
      double r = x - TornadoMath.log(total);
      if (logarithm == 0) {
        r = TornadoMath.exp(x) / total;
      }
      y.set(to + Geometry.index(g, along, 1, i), r);
    }
  }

  /**
   * The sums of the squares of each {@code size} numbers of {@code n} of F32, a work group per sum.
   * Plain counterpart: {@code compute} of {@code SumOfSquares}.
   */
  static void squaresKernel(
      KernelContext c, FloatArray x, DoubleArray sums, IntArray g, int at, int size, int n) {
    int part = c.groupIdx;
    int me = c.localIdx;
    double[] shared = c.allocateDoubleLocalArray(GROUP);
    int begin = part * size;
    int end = begin + size;
    if (end > n) {
      end = n;
    }
    double mine = 0.0;
    for (int i = begin + me; i < end; i += GROUP) {
      double each = (double) x.get(Geometry.index(g, at, 0, i));
      mine = mine + each * each;
    }
    shared[me] = mine;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = shared[me] + shared[me + half];
      }
    }
    if (me == 0) {
      sums.set(part, shared[0]);
    }
  }
}
