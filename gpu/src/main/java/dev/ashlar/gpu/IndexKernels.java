package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Kernels of indices. First an index becomes {@code places}, row-major I32: its numbers, 0 for
 * those out of range, -1 for those to be ignored. Their plain counterparts are in {@code Index} of
 * {@code dev.ashlar.tensor.reference}.
 */
final class IndexKernels {
  /** The work items of a group: a power of two, and the size of its local memory. */
  static final int GROUP = 64;

  private IndexKernels() {}

  /**
   * Makes places of an index of {@code n} numbers, one group. Reports 1 + the position of the first
   * number out of range, and that number.
   */
  static void intsToPlacesKernel(
      KernelContext c,
      IntArray index,
      IntArray places,
      IntArray faults,
      IntArray g,
      int at,
      int fault,
      int size,
      int ignoring,
      int ignored,
      int n) {
    int me = c.localIdx;
    int[] shared = c.allocateIntLocalArray(GROUP);
    int first = n;
    for (int begin = 0; begin < n; begin += GROUP) {
      int i = begin + me;
      if (i < n) {
        int value = index.get(Geometry.index(g, at, 0, i));
        int place = value;
        if (value < 0 || value > size - 1) {
          place = 0;
          if (i < first) {
            first = i;
          }
        }
        if (ignoring == 1 && value == ignored) {
          place = -1;
          if (first == i) {
            first = n;
          }
        }
        places.set(i, place);
      }
    }
    shared[me] = first;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        if (shared[me + half] < shared[me]) {
          shared[me] = shared[me + half];
        }
      }
    }
    c.localBarrier();
    if (me == 0) {
      // Read as well as written: TornadoVM brings no array to the device that is only written.
      int told = faults.get(fault);
      int number = faults.get(fault + 1);
      int position = shared[0];
      if (position < n) {
        int value = index.get(Geometry.index(g, at, 0, position));
        told = position + 1;
        number = value;
      }
      faults.set(fault, told);
      faults.set(fault + 1, number);
    }
  }

  /**
   * Makes places of an index of {@code n} numbers, one group. Reports 1 + the position of the first
   * number out of range, and the I32 nearest to it.
   */
  static void longsToPlacesKernel(
      KernelContext c,
      LongArray index,
      IntArray places,
      IntArray faults,
      IntArray g,
      int at,
      int fault,
      int size,
      int ignoring,
      long ignored,
      int n) {
    int me = c.localIdx;
    int[] shared = c.allocateIntLocalArray(GROUP);
    int first = n;
    for (int begin = 0; begin < n; begin += GROUP) {
      int i = begin + me;
      if (i < n) {
        long value = index.get(Geometry.index(g, at, 0, i));
        int place = (int) value;
        if (value < 0 || value > size - 1) {
          place = 0;
          if (i < first) {
            first = i;
          }
        }
        if (ignoring == 1 && value == ignored) {
          place = -1;
          if (first == i) {
            first = n;
          }
        }
        places.set(i, place);
      }
    }
    shared[me] = first;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        if (shared[me + half] < shared[me]) {
          shared[me] = shared[me + half];
        }
      }
    }
    c.localBarrier();
    if (me == 0) {
      // Read as well as written: TornadoVM brings no array to the device that is only written.
      int told = faults.get(fault);
      int number = faults.get(fault + 1);
      int position = shared[0];
      if (position < n) {
        long value = index.get(Geometry.index(g, at, 0, position));
        told = position + 1;
        number = (int) value;
        if (value > 2147483647L) {
          number = Integer.MAX_VALUE;
        }
        if (value < -2147483648L) {
          number = Integer.MIN_VALUE;
        }
      }
      faults.set(fault, told);
      faults.set(fault + 1, number);
    }
  }

  /** A work item per result. Plain counterpart: {@code Op.OneHot}. */
  static void oneHotKernel(KernelContext c, IntArray places, FloatArray y, int classes, int n) {
    int i = c.globalIdx;
    if (i < n) {
      int row = i / classes;
      float r = 0.0f;
      if (places.get(row) == i - row * classes) {
        r = 1.0f;
      }
      y.set(i, r);
    }
  }
}
