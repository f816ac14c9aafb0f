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

  /** The numbers of a part of a line: few enough for many groups, many enough for few parts. */
  static final int PART = 16_384;

  // What a reduction makes of two numbers: a constant to the compiler of a device.
  static final int SUM = 0;
  static final int MAX = 1;
  static final int MIN = 2;

  private LineKernels() {}

  /**
   * A number for each of {@code parts} parts of a line, a work group for each; one part is the
   * whole. Plain counterpart: {@code Reduce}; the code says which.
   */
  static void reduceKernel(
      KernelContext c,
      FloatArray a,
      FloatArray y,
      IntArray g,
      int lines,
      int along,
      int size,
      int parts,
      int code) {
    int part = c.groupIdx;
    int line = part / parts;
    int me = c.localIdx;
    float[] shared = c.allocateFloatLocalArray(GROUP);
    int from = Geometry.index(g, lines, 0, line);
    float mine = 0.0f;
    if (code != SUM) {
      mine = a.get(from);
    }
    int begin = (part - line * parts) * PART;
    int end = begin + PART;
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

  private static float fold(int code, float a, float b) {
    float r = a + b;
    if (code == MAX) {
      r = FloatElements.maximum(a, b);
    }
    if (code == MIN) {
      r = FloatElements.minimum(a, b);
    }
    return r;
  }

  /**
   * Plain counterparts: {@code Op.Softmax} and, where {@code logarithm} is 1, {@code Op.LogSoftmax}
   * of {@code AlongAxis}. Results lie as the entries say too.
   */
  static void softmaxKernel(
      KernelContext c,
      FloatArray a,
      FloatArray y,
      IntArray g,
      int lines,
      int along,
      int size,
      int logarithm) {
    int line = c.groupIdx;
    int me = c.localIdx;
    float[] shared = c.allocateFloatLocalArray(GROUP);
    int from = Geometry.index(g, lines, 0, line);
    int to = Geometry.index(g, lines, 1, line);
    float greatest = Float.NEGATIVE_INFINITY;
    for (int i = me; i < size; i += GROUP) {
      greatest = FloatElements.maximum(greatest, a.get(from + Geometry.index(g, along, 0, i)));
    }
    shared[me] = greatest;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = FloatElements.maximum(shared[me], shared[me + half]);
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
      float r = x - TornadoMath.log(total);
      if (logarithm == 0) {
        r = TornadoMath.exp(x) / total;
      }
      y.set(to + Geometry.index(g, along, 1, i), r);
    }
  }
}
