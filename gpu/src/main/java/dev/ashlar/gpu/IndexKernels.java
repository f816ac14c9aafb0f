package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Kernels of indices. First an index becomes {@code places}, row-major I32: its numbers, 0 for
 * those out of range, -1 for those to be ignored. Their plain counterparts are in {@code Index} of
 * {@code dev.ashlar.tensor.reference}. Additions to one place happen in row-major order of the
 * source, one work item adding all of them.
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

  /**
   * Writes which positions hold the least place, the next, …: {@code n} work items, each looking
   * for its rank.
   */
  static void orderKernel(KernelContext c, IntArray places, IntArray order, int n) {
    int i = c.globalIdx;
    if (i < n) {
      int mine = places.get(i);
      int rank = 0;
      for (int j = 0; j < n; j++) {
        int other = places.get(j);
        if (other < mine) {
          rank = rank + 1;
        }
        if (other == mine && j < i) {
          rank = rank + 1;
        }
      }
      order.set(rank, i);
    }
  }

  /**
   * into [outer, size, inner], source [outer, count, inner] row-major; a work item per result.
   * Plain counterpart: {@code Op.IndexAdd}.
   */
  static void indexAddKernel(
      KernelContext c,
      FloatArray into,
      IntArray places,
      IntArray order,
      FloatArray source,
      FloatArray y,
      IntArray g,
      int at,
      int size,
      int count,
      int inner,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int line = i / inner;
      int outer = line / size;
      int wanted = line - outer * size;
      int begin = 0;
      int end = count;
      while (begin < end) {
        int middle = (begin + end) / 2;
        if (places.get(order.get(middle)) < wanted) {
          begin = middle + 1;
        } else {
          end = middle;
        }
      }
      float sum = into.get(Geometry.index(g, at, 0, i));
      int from = outer * count * inner + i - line * inner;
      boolean more = begin < count;
      while (more) {
        int position = order.get(begin);
        more = places.get(position) == wanted;
        if (more) {
          sum = sum + source.get(from + position * inner);
        }
        begin = begin + 1;
        more = more && begin < count;
      }
      y.set(i, sum);
    }
  }

  /**
   * Adds to y, a copy of into: a work item per place of each line of the index. The entry says
   * where lines begin in places, source and y; {@code steps} where their strides are. Plain
   * counterpart: {@code Op.ScatterAdd}.
   */
  static void scatterAddKernel(
      KernelContext c,
      IntArray places,
      FloatArray source,
      FloatArray y,
      IntArray g,
      int at,
      int steps,
      int size,
      int count,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int line = i / size;
      int wanted = i - line * size;
      int place = Geometry.index(g, at, 0, line);
      int from = Geometry.index(g, at, 1, line);
      int to = Geometry.index(g, at, 2, line) + wanted * g.get(steps + 2);
      float sum = y.get(to);
      for (int j = 0; j < count; j++) {
        if (places.get(place + j * g.get(steps)) == wanted) {
          sum = sum + source.get(from + j * g.get(steps + 1));
        }
      }
      y.set(to, sum);
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
