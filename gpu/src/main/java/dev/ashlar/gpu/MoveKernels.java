package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Kernels that move numbers as they are, one work item per number, of which there are {@code n}: of
 * F32 and BOOL, and by the names of other element types, of these. Their plain counterparts are in
 * {@code Move} and {@code Index} of {@code dev.ashlar.tensor.reference}. Indices are {@code places}
 * of {@link IndexKernels}: row-major and in range.
 */
final class MoveKernels {
  private MoveKernels() {}

  /**
   * [outer, count, inner] -> [outer, size, inner], 0 where nothing lies. Plain counterpart: {@code
   * Op.Pad}.
   */
  static void padKernel(
      KernelContext c,
      FloatArray a,
      FloatArray y,
      IntArray g,
      int at,
      int start,
      int step,
      int count,
      int size,
      int inner,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int line = i / inner;
      int outer = line / size;
      int behind = line - outer * size - start;
      int place = behind / step;
      float r = 0.0f;
      if (behind >= 0 && place * step == behind && place < count) {
        r = a.get(Geometry.index(g, at, 0, (outer * count + place) * inner + i - line * inner));
      }
      y.set(i, r);
    }
  }

  /**
   * [outer, count, inner] -> [outer, size, inner], 0 where nothing lies. Plain counterpart: {@code
   * Op.Pad}.
   */
  static void padOfDoublesKernel(
      KernelContext c,
      DoubleArray a,
      DoubleArray y,
      IntArray g,
      int at,
      int start,
      int step,
      int count,
      int size,
      int inner,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int line = i / inner;
      int outer = line / size;
      int behind = line - outer * size - start;
      int place = behind / step;
      double r = 0.0;
      if (behind >= 0 && place * step == behind && place < count) {
        r = a.get(Geometry.index(g, at, 0, (outer * count + place) * inner + i - line * inner));
      }
      y.set(i, r);
    }
  }

  /**
   * [outer, count, inner] -> [outer, size, inner], 0 where nothing lies. Plain counterpart: {@code
   * Op.Pad}.
   */
  static void padOfIntsKernel(
      KernelContext c,
      IntArray a,
      IntArray y,
      IntArray g,
      int at,
      int start,
      int step,
      int count,
      int size,
      int inner,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int line = i / inner;
      int outer = line / size;
      int behind = line - outer * size - start;
      int place = behind / step;
      int r = 0;
      if (behind >= 0 && place * step == behind && place < count) {
        r = a.get(Geometry.index(g, at, 0, (outer * count + place) * inner + i - line * inner));
      }
      y.set(i, r);
    }
  }

  /**
   * [outer, count, inner] -> [outer, size, inner], 0 where nothing lies. Plain counterpart: {@code
   * Op.Pad}.
   */
  static void padOfLongsKernel(
      KernelContext c,
      LongArray a,
      LongArray y,
      IntArray g,
      int at,
      int start,
      int step,
      int count,
      int size,
      int inner,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int line = i / inner;
      int outer = line / size;
      int behind = line - outer * size - start;
      int place = behind / step;
      long r = 0L;
      if (behind >= 0 && place * step == behind && place < count) {
        r = a.get(Geometry.index(g, at, 0, (outer * count + place) * inner + i - line * inner));
      }
      y.set(i, r);
    }
  }

  /** The entry says where the line of each index begins. Plain counterpart: {@code Op.Gather}. */
  static void gatherKernel(
      KernelContext c,
      FloatArray a,
      IntArray places,
      FloatArray y,
      IntArray g,
      int at,
      int stride,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, a.get(Geometry.index(g, at, 0, i) + places.get(i) * stride));
    }
  }

  /** The entry says where the line of each index begins. Plain counterpart: {@code Op.Gather}. */
  static void gatherOfDoublesKernel(
      KernelContext c,
      DoubleArray a,
      IntArray places,
      DoubleArray y,
      IntArray g,
      int at,
      int stride,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, a.get(Geometry.index(g, at, 0, i) + places.get(i) * stride));
    }
  }

  /** The entry says where the line of each index begins. Plain counterpart: {@code Op.Gather}. */
  static void gatherOfIntsKernel(
      KernelContext c,
      IntArray a,
      IntArray places,
      IntArray y,
      IntArray g,
      int at,
      int stride,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, a.get(Geometry.index(g, at, 0, i) + places.get(i) * stride));
    }
  }

  /** The entry says where the line of each index begins. Plain counterpart: {@code Op.Gather}. */
  static void gatherOfLongsKernel(
      KernelContext c,
      LongArray a,
      IntArray places,
      LongArray y,
      IntArray g,
      int at,
      int stride,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, a.get(Geometry.index(g, at, 0, i) + places.get(i) * stride));
    }
  }

  /**
   * [outer, size, inner] -> [outer, count, inner]; the entry is of [outer, inner]. Plain
   * counterpart: {@code Op.IndexSelect}.
   */
  static void selectKernel(
      KernelContext c,
      FloatArray a,
      IntArray places,
      FloatArray y,
      IntArray g,
      int at,
      int stride,
      int count,
      int inner,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int line = i / inner;
      int outer = line / count;
      int place = places.get(line - outer * count);
      int from = Geometry.index(g, at, 0, outer * inner + i - line * inner);
      y.set(i, a.get(from + place * stride));
    }
  }

  /**
   * [outer, size, inner] -> [outer, count, inner]; the entry is of [outer, inner]. Plain
   * counterpart: {@code Op.IndexSelect}.
   */
  static void selectOfDoublesKernel(
      KernelContext c,
      DoubleArray a,
      IntArray places,
      DoubleArray y,
      IntArray g,
      int at,
      int stride,
      int count,
      int inner,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int line = i / inner;
      int outer = line / count;
      int place = places.get(line - outer * count);
      int from = Geometry.index(g, at, 0, outer * inner + i - line * inner);
      y.set(i, a.get(from + place * stride));
    }
  }

  /**
   * [outer, size, inner] -> [outer, count, inner]; the entry is of [outer, inner]. Plain
   * counterpart: {@code Op.IndexSelect}.
   */
  static void selectOfIntsKernel(
      KernelContext c,
      IntArray a,
      IntArray places,
      IntArray y,
      IntArray g,
      int at,
      int stride,
      int count,
      int inner,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int line = i / inner;
      int outer = line / count;
      int place = places.get(line - outer * count);
      int from = Geometry.index(g, at, 0, outer * inner + i - line * inner);
      y.set(i, a.get(from + place * stride));
    }
  }

  /**
   * [outer, size, inner] -> [outer, count, inner]; the entry is of [outer, inner]. Plain
   * counterpart: {@code Op.IndexSelect}.
   */
  static void selectOfLongsKernel(
      KernelContext c,
      LongArray a,
      IntArray places,
      LongArray y,
      IntArray g,
      int at,
      int stride,
      int count,
      int inner,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int line = i / inner;
      int outer = line / count;
      int place = places.get(line - outer * count);
      int from = Geometry.index(g, at, 0, outer * inner + i - line * inner);
      y.set(i, a.get(from + place * stride));
    }
  }
}
