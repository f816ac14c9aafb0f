package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels with a work group per line of {@code size} elements, whose work items combine what each
 * found as a tree, in an order that does not depend on the device. Entry {@code lines} of the
 * {@link Geometry} says where lines begin, entry {@code along} where their elements lie from there.
 */
final class LineKernels {
  /** The work items of a group: a power of two, and the size of its local memory. */
  static final int GROUP = 64;

  private LineKernels() {}

  /** Plain counterpart: {@code Op.Sum} of {@code Reduce}. */
  static void sumKernel(
      KernelContext c, FloatArray a, FloatArray y, IntArray g, int lines, int along, int size) {
    int line = c.groupIdx;
    int me = c.localIdx;
    float[] shared = c.allocateFloatLocalArray(GROUP);
    int from = Geometry.index(g, lines, 0, line);
    float mine = 0.0f;
    for (int i = me; i < size; i += GROUP) {
      float x = a.get(from + Geometry.index(g, along, 0, i));
      mine = mine + x;
    }
    shared[me] = mine;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = shared[me] + shared[me + half];
      }
    }
    if (me == 0) {
      y.set(line, shared[0]);
    }
  }

  /** Plain counterpart: {@code Op.Max} of {@code Reduce}. */
  static void maxKernel(
      KernelContext c, FloatArray a, FloatArray y, IntArray g, int lines, int along, int size) {
    int line = c.groupIdx;
    int me = c.localIdx;
    float[] shared = c.allocateFloatLocalArray(GROUP);
    int from = Geometry.index(g, lines, 0, line);
    float mine = Float.NEGATIVE_INFINITY;
    for (int i = me; i < size; i += GROUP) {
      float x = a.get(from + Geometry.index(g, along, 0, i));
      mine = Scalars.max(mine, x);
    }
    shared[me] = mine;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = Scalars.max(shared[me], shared[me + half]);
      }
    }
    if (me == 0) {
      y.set(line, shared[0]);
    }
  }

  /** Plain counterpart: {@code Op.Min} of {@code Reduce}. */
  static void minKernel(
      KernelContext c, FloatArray a, FloatArray y, IntArray g, int lines, int along, int size) {
    int line = c.groupIdx;
    int me = c.localIdx;
    float[] shared = c.allocateFloatLocalArray(GROUP);
    int from = Geometry.index(g, lines, 0, line);
    float mine = Float.POSITIVE_INFINITY;
    for (int i = me; i < size; i += GROUP) {
      float x = a.get(from + Geometry.index(g, along, 0, i));
      mine = Scalars.min(mine, x);
    }
    shared[me] = mine;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = Scalars.min(shared[me], shared[me + half]);
      }
    }
    if (me == 0) {
      y.set(line, shared[0]);
    }
  }

  /**
   * Plain counterpart: {@code Op.Softmax} of {@code AlongAxis}. Results lie as the entries say too.
   */
  static void softmaxKernel(
      KernelContext c, FloatArray a, FloatArray y, IntArray g, int lines, int along, int size) {
    int line = c.groupIdx;
    int me = c.localIdx;
    float[] shared = c.allocateFloatLocalArray(GROUP);
    int from = Geometry.index(g, lines, 0, line);
    int to = Geometry.index(g, lines, 1, line);
    float greatest = Float.NEGATIVE_INFINITY;
    for (int i = me; i < size; i += GROUP) {
      greatest = Scalars.max(greatest, a.get(from + Geometry.index(g, along, 0, i)));
    }
    shared[me] = greatest;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = Scalars.max(shared[me], shared[me + half]);
      }
    }
    c.localBarrier();
    greatest = shared[0];
    // Everybody has read it before it is written over.
    c.localBarrier();
    float sum = 0.0f;
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
    float total = shared[0];
    for (int i = me; i < size; i += GROUP) {
      float x = a.get(from + Geometry.index(g, along, 0, i)) - greatest;
      y.set(to + Geometry.index(g, along, 1, i), TornadoMath.exp(x) / total);
    }
  }

  /**
   * Plain counterpart: {@code Op.LogSoftmax} of {@code AlongAxis}. Results lie as the entries say
   * too.
   */
  static void logSoftmaxKernel(
      KernelContext c, FloatArray a, FloatArray y, IntArray g, int lines, int along, int size) {
    int line = c.groupIdx;
    int me = c.localIdx;
    float[] shared = c.allocateFloatLocalArray(GROUP);
    int from = Geometry.index(g, lines, 0, line);
    int to = Geometry.index(g, lines, 1, line);
    float greatest = Float.NEGATIVE_INFINITY;
    for (int i = me; i < size; i += GROUP) {
      greatest = Scalars.max(greatest, a.get(from + Geometry.index(g, along, 0, i)));
    }
    shared[me] = greatest;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = Scalars.max(shared[me], shared[me + half]);
      }
    }
    c.localBarrier();
    greatest = shared[0];
    // Everybody has read it before it is written over.
    c.localBarrier();
    float sum = 0.0f;
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
    float total = shared[0];
    for (int i = me; i < size; i += GROUP) {
      float x = a.get(from + Geometry.index(g, along, 0, i)) - greatest;
      y.set(to + Geometry.index(g, along, 1, i), x - TornadoMath.log(total));
    }
  }
}
