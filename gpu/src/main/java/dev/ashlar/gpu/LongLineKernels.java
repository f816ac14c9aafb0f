package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** The reductions of {@link LineKernels} for I64. */
final class LongLineKernels {
  /** The work items of a group: a power of two, and the size of its local memory. */
  static final int GROUP = 64;

  private LongLineKernels() {}

  /**
   * A number for each of {@code parts} parts of a line. Plain counterpart: {@code Reduce}; the code
   * is one of {@link LineKernels}.
   */
  static void reduceKernel(
      KernelContext c,
      LongArray a,
      LongArray y,
      IntArray g,
      int lines,
      int along,
      int size,
      int parts,
      int code) {
    int part = c.groupIdx;
    int line = part / parts;
    int me = c.localIdx;
    long[] shared = c.allocateLongLocalArray(GROUP);
    int from = Geometry.index(g, lines, 0, line);
    long mine = 0L;
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

  private static long fold(int code, long a, long b) {
    long r = a + b;
    if (code == LineKernels.MAX) {
      r = LongElements.maximum(a, b);
    }
    if (code == LineKernels.MIN) {
      r = LongElements.minimum(a, b);
    }
    return r;
  }
}
