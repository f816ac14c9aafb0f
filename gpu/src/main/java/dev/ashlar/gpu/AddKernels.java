package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Kernels that add at the places that {@link IndexKernels} make of an index. What comes to one
 * place is added in row-major order of the source, by one work item. Their plain counterparts are
 * in {@code Index} of {@code dev.ashlar.tensor.reference}.
 */
final class AddKernels {
  private AddKernels() {}

  /**
   * into [outer, size, inner], source [outer, count, inner] row-major; a work item per result.
   * {@code order}, from {@code first} on, says which positions hold the least place, the next, ….
   * Plain counterpart: {@code Op.IndexAdd}.
   */
  static void indexAddKernel(
      KernelContext c,
      FloatArray into,
      IntArray places,
      IntArray order,
      int first,
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
        if (places.get(order.get(first + middle)) < wanted) {
          begin = middle + 1;
        } else {
          end = middle;
        }
      }
      float sum = into.get(Geometry.index(g, at, 0, i));
      int from = outer * count * inner + i - line * inner;
      boolean more = begin < count;
      while (more) {
        int position = order.get(first + begin);
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
   * into [outer, size, inner], source [outer, count, inner] row-major; a work item per result.
   * {@code order}, from {@code first} on, says which positions hold the least place, the next, ….
   * Plain counterpart: {@code Op.IndexAdd}.
   */
  static void indexAddOfDoublesKernel(
      KernelContext c,
      DoubleArray into,
      IntArray places,
      IntArray order,
      int first,
      DoubleArray source,
      DoubleArray y,
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
        if (places.get(order.get(first + middle)) < wanted) {
          begin = middle + 1;
        } else {
          end = middle;
        }
      }
      double sum = into.get(Geometry.index(g, at, 0, i));
      int from = outer * count * inner + i - line * inner;
      boolean more = begin < count;
      while (more) {
        int position = order.get(first + begin);
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
   * into [outer, size, inner], source [outer, count, inner] row-major; a work item per result.
   * {@code order}, from {@code first} on, says which positions hold the least place, the next, ….
   * Plain counterpart: {@code Op.IndexAdd}.
   */
  static void indexAddOfLongsKernel(
      KernelContext c,
      LongArray into,
      IntArray places,
      IntArray order,
      int first,
      LongArray source,
      LongArray y,
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
        if (places.get(order.get(first + middle)) < wanted) {
          begin = middle + 1;
        } else {
          end = middle;
        }
      }
      long sum = into.get(Geometry.index(g, at, 0, i));
      int from = outer * count * inner + i - line * inner;
      boolean more = begin < count;
      while (more) {
        int position = order.get(first + begin);
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
   * Adds to y, a copy of into: a work item per place of each line of the index, whose positions are
   * in order from {@code first} on. The entry says where lines begin in places, source and y;
   * {@code steps} where their strides are. Plain counterpart: {@code Op.ScatterAdd}.
   */
  static void scatterAddKernel(
      KernelContext c,
      IntArray places,
      IntArray order,
      int first,
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
      int sorted = first + line * count;
      int begin = 0;
      int end = count;
      while (begin < end) {
        int middle = (begin + end) / 2;
        if (places.get(place + order.get(sorted + middle) * g.get(steps)) < wanted) {
          begin = middle + 1;
        } else {
          end = middle;
        }
      }
      float sum = y.get(to);
      boolean more = begin < count;
      while (more) {
        int position = order.get(sorted + begin);
        more = places.get(place + position * g.get(steps)) == wanted;
        if (more) {
          sum = sum + source.get(from + position * g.get(steps + 1));
        }
        begin = begin + 1;
        more = more && begin < count;
      }
      y.set(to, sum);
    }
  }

  /**
   * Adds to y, a copy of into: a work item per place of each line of the index, whose positions are
   * in order from {@code first} on. The entry says where lines begin in places, source and y;
   * {@code steps} where their strides are. Plain counterpart: {@code Op.ScatterAdd}.
   */
  static void scatterAddOfDoublesKernel(
      KernelContext c,
      IntArray places,
      IntArray order,
      int first,
      DoubleArray source,
      DoubleArray y,
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
      int sorted = first + line * count;
      int begin = 0;
      int end = count;
      while (begin < end) {
        int middle = (begin + end) / 2;
        if (places.get(place + order.get(sorted + middle) * g.get(steps)) < wanted) {
          begin = middle + 1;
        } else {
          end = middle;
        }
      }
      double sum = y.get(to);
      boolean more = begin < count;
      while (more) {
        int position = order.get(sorted + begin);
        more = places.get(place + position * g.get(steps)) == wanted;
        if (more) {
          sum = sum + source.get(from + position * g.get(steps + 1));
        }
        begin = begin + 1;
        more = more && begin < count;
      }
      y.set(to, sum);
    }
  }

  /**
   * Adds to y, a copy of into: a work item per place of each line of the index, whose positions are
   * in order from {@code first} on. The entry says where lines begin in places, source and y;
   * {@code steps} where their strides are. Plain counterpart: {@code Op.ScatterAdd}.
   */
  static void scatterAddOfLongsKernel(
      KernelContext c,
      IntArray places,
      IntArray order,
      int first,
      LongArray source,
      LongArray y,
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
      int sorted = first + line * count;
      int begin = 0;
      int end = count;
      while (begin < end) {
        int middle = (begin + end) / 2;
        if (places.get(place + order.get(sorted + middle) * g.get(steps)) < wanted) {
          begin = middle + 1;
        } else {
          end = middle;
        }
      }
      long sum = y.get(to);
      boolean more = begin < count;
      while (more) {
        int position = order.get(sorted + begin);
        more = places.get(place + position * g.get(steps)) == wanted;
        if (more) {
          sum = sum + source.get(from + position * g.get(steps + 1));
        }
        begin = begin + 1;
        more = more && begin < count;
      }
      y.set(to, sum);
    }
  }
}
