package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Kernels that put lines of {@code size} elements in order, a work group per line: runs of 1, 2, 4,
 * … elements are merged, every element looking by bisection for its place among those of the other
 * run. What is sorted are positions, in the first or second half of {@code order}, of {@code total}
 * positions each: each round reads one and writes the other. Entry {@code lines} of the {@link
 * Geometry} says where lines begin, {@code step} how far apart their elements lie.
 *
 * <p>Plain counterpart: {@code Order} of {@code dev.ashlar.tensor.reference}.
 */
final class SortKernels {
  /** The work items of a group. */
  static final int GROUP = 256;

  private SortKernels() {}

  /** Returns in which half of {@code order} lines of this size end. */
  static int half(int size) {
    int rounds = 0;
    for (long width = 1; width < size; width *= 2) rounds++;
    return rounds % 2;
  }

  /** Sorts F32; the greatest first, NaN before it, or the least first and NaN last. */
  static void sortFloatsKernel(
      KernelContext c,
      FloatArray a,
      IntArray order,
      IntArray g,
      int lines,
      int step,
      int size,
      int total,
      int descending) {
    int me = c.localIdx;
    int from = Geometry.index(g, lines, 0, c.groupIdx);
    int base = c.groupIdx * size;
    for (int i = me; i < size; i += GROUP) {
      order.set(base + i, i);
    }
    // TornadoVM cannot swap two variables at the end of a loop.
    int half = 0;
    for (int width = 1; width < size; width = 2 * width) {
      c.globalBarrier();
      int source = base + half * total;
      int target = base + (1 - half) * total;
      for (int i = me; i < size; i += GROUP) {
        int place = order.get(source + i);
        float mine = a.get(from + place * step);
        int begin = i - i % (2 * width);
        int low = Math.min(begin + width, size);
        int high = Math.min(begin + 2 * width, size);
        int to = i;
        if (i > low - 1) {
          high = low;
          low = begin;
          to = i - width;
        }
        int first = low;
        while (low < high) {
          int middle = (low + high) / 2;
          int other = order.get(source + middle);
          if (before(descending, a.get(from + other * step), other, mine, place)) {
            low = middle + 1;
          } else {
            high = middle;
          }
        }
        order.set(target + to + low - first, place);
      }
      half = 1 - half;
    }
  }

  /** Sorts F64; the greatest first, NaN before it, or the least first and NaN last. */
  static void sortDoublesKernel(
      KernelContext c,
      DoubleArray a,
      IntArray order,
      IntArray g,
      int lines,
      int step,
      int size,
      int total,
      int descending) {
    int me = c.localIdx;
    int from = Geometry.index(g, lines, 0, c.groupIdx);
    int base = c.groupIdx * size;
    for (int i = me; i < size; i += GROUP) {
      order.set(base + i, i);
    }
    // TornadoVM cannot swap two variables at the end of a loop.
    int half = 0;
    for (int width = 1; width < size; width = 2 * width) {
      c.globalBarrier();
      int source = base + half * total;
      int target = base + (1 - half) * total;
      for (int i = me; i < size; i += GROUP) {
        int place = order.get(source + i);
        double mine = a.get(from + place * step);
        int begin = i - i % (2 * width);
        int low = Math.min(begin + width, size);
        int high = Math.min(begin + 2 * width, size);
        int to = i;
        if (i > low - 1) {
          high = low;
          low = begin;
          to = i - width;
        }
        int first = low;
        while (low < high) {
          int middle = (low + high) / 2;
          int other = order.get(source + middle);
          if (before(descending, a.get(from + other * step), other, mine, place)) {
            low = middle + 1;
          } else {
            high = middle;
          }
        }
        order.set(target + to + low - first, place);
      }
      half = 1 - half;
    }
  }

  /** Sorts I32; the greatest first, or the least. */
  static void sortIntsKernel(
      KernelContext c,
      IntArray a,
      IntArray order,
      IntArray g,
      int lines,
      int step,
      int size,
      int total,
      int descending) {
    int me = c.localIdx;
    int from = Geometry.index(g, lines, 0, c.groupIdx);
    int base = c.groupIdx * size;
    for (int i = me; i < size; i += GROUP) {
      order.set(base + i, i);
    }
    // TornadoVM cannot swap two variables at the end of a loop.
    int half = 0;
    for (int width = 1; width < size; width = 2 * width) {
      c.globalBarrier();
      int source = base + half * total;
      int target = base + (1 - half) * total;
      for (int i = me; i < size; i += GROUP) {
        int place = order.get(source + i);
        int mine = a.get(from + place * step);
        int begin = i - i % (2 * width);
        int low = Math.min(begin + width, size);
        int high = Math.min(begin + 2 * width, size);
        int to = i;
        if (i > low - 1) {
          high = low;
          low = begin;
          to = i - width;
        }
        int first = low;
        while (low < high) {
          int middle = (low + high) / 2;
          int other = order.get(source + middle);
          if (before(descending, a.get(from + other * step), other, mine, place)) {
            low = middle + 1;
          } else {
            high = middle;
          }
        }
        order.set(target + to + low - first, place);
      }
      half = 1 - half;
    }
  }

  /** Sorts I64; the greatest first, or the least. */
  static void sortLongsKernel(
      KernelContext c,
      LongArray a,
      IntArray order,
      IntArray g,
      int lines,
      int step,
      int size,
      int total,
      int descending) {
    int me = c.localIdx;
    int from = Geometry.index(g, lines, 0, c.groupIdx);
    int base = c.groupIdx * size;
    for (int i = me; i < size; i += GROUP) {
      order.set(base + i, i);
    }
    // TornadoVM cannot swap two variables at the end of a loop.
    int half = 0;
    for (int width = 1; width < size; width = 2 * width) {
      c.globalBarrier();
      int source = base + half * total;
      int target = base + (1 - half) * total;
      for (int i = me; i < size; i += GROUP) {
        int place = order.get(source + i);
        long mine = a.get(from + place * step);
        int begin = i - i % (2 * width);
        int low = Math.min(begin + width, size);
        int high = Math.min(begin + 2 * width, size);
        int to = i;
        if (i > low - 1) {
          high = low;
          low = begin;
          to = i - width;
        }
        int first = low;
        while (low < high) {
          int middle = (low + high) / 2;
          int other = order.get(source + middle);
          if (before(descending, a.get(from + other * step), other, mine, place)) {
            low = middle + 1;
          } else {
            high = middle;
          }
        }
        order.set(target + to + low - first, place);
      }
      half = 1 - half;
    }
  }

  /** Returns whether a at i comes before b at j. */
  static boolean before(int descending, float a, int i, float b, int j) {
    boolean r = false;
    if (descending == 1) {
      r = a > b;
      if (a != a && b == b) {
        r = true;
      }
    }
    if (descending == 0) {
      r = a < b;
      if (a == a && b != b) {
        r = true;
      }
    }
    if (a == b && i < j) {
      r = true;
    }
    if (a != a && b != b && i < j) {
      r = true;
    }
    return r;
  }

  /** Returns whether a at i comes before b at j. */
  static boolean before(int descending, double a, int i, double b, int j) {
    boolean r = false;
    if (descending == 1) {
      r = a > b;
      if (a != a && b == b) {
        r = true;
      }
    }
    if (descending == 0) {
      r = a < b;
      if (a == a && b != b) {
        r = true;
      }
    }
    if (a == b && i < j) {
      r = true;
    }
    if (a != a && b != b && i < j) {
      r = true;
    }
    return r;
  }

  /** Returns whether a at i comes before b at j. */
  static boolean before(int descending, long a, int i, long b, int j) {
    boolean r = a < b;
    if (descending == 1) {
      r = a > b;
    }
    if (a == b && i < j) {
      r = true;
    }
    return r;
  }

  /**
   * Takes the first {@code wanted} positions of each line from half {@code at} of their order, to
   * results [outer, wanted, inner] and to {@code places}: a work item per result, of which there
   * are {@code n}.
   */
  static void firstKernel(
      KernelContext c,
      IntArray order,
      LongArray indices,
      IntArray places,
      int at,
      int size,
      int wanted,
      int inner,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int row = i / inner;
      int outer = row / wanted;
      int line = outer * inner + i - row * inner;
      int place = order.get(at + line * size + row - outer * wanted);
      indices.set(i, (long) place);
      places.set(i, place);
    }
  }
}
