package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Casts between element types, one work item per number, of which there are {@code n}. Their plain
 * counterpart is {@code Op.Cast} of {@code Elementwise}. BOOL is 0 or 1 as F32.
 */
final class CastKernels {
  private CastKernels() {}

  /** From {@code float} to {@code double}. */
  static void floatToDoubleKernel(
      KernelContext c, FloatArray a, DoubleArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, (double) a.get(Geometry.index(g, at, 0, i)));
    }
  }

  /** From {@code float} to {@code int}. */
  static void floatToIntKernel(
      KernelContext c, FloatArray a, IntArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, Scalars.toInt(a.get(Geometry.index(g, at, 0, i))));
    }
  }

  /** From {@code float} to {@code long}. */
  static void floatToLongKernel(
      KernelContext c, FloatArray a, LongArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, Scalars.toLong(a.get(Geometry.index(g, at, 0, i))));
    }
  }

  /** From {@code double} to {@code float}. */
  static void doubleToFloatKernel(
      KernelContext c, DoubleArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, (float) a.get(Geometry.index(g, at, 0, i)));
    }
  }

  /** From {@code double} to {@code int}. */
  static void doubleToIntKernel(
      KernelContext c, DoubleArray a, IntArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, Scalars.toInt(a.get(Geometry.index(g, at, 0, i))));
    }
  }

  /** From {@code double} to {@code long}. */
  static void doubleToLongKernel(
      KernelContext c, DoubleArray a, LongArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, Scalars.toLong(a.get(Geometry.index(g, at, 0, i))));
    }
  }

  /** From {@code int} to {@code float}. */
  static void intToFloatKernel(
      KernelContext c, IntArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, (float) a.get(Geometry.index(g, at, 0, i)));
    }
  }

  /** From {@code int} to {@code double}. */
  static void intToDoubleKernel(
      KernelContext c, IntArray a, DoubleArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, (double) a.get(Geometry.index(g, at, 0, i)));
    }
  }

  /** From {@code int} to {@code long}. */
  static void intToLongKernel(KernelContext c, IntArray a, LongArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, (long) a.get(Geometry.index(g, at, 0, i)));
    }
  }

  /** From {@code long} to {@code float}. */
  static void longToFloatKernel(
      KernelContext c, LongArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, (float) a.get(Geometry.index(g, at, 0, i)));
    }
  }

  /** From {@code long} to {@code double}. */
  static void longToDoubleKernel(
      KernelContext c, LongArray a, DoubleArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, (double) a.get(Geometry.index(g, at, 0, i)));
    }
  }

  /** From {@code long} to {@code int}. */
  static void longToIntKernel(KernelContext c, LongArray a, IntArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, (int) a.get(Geometry.index(g, at, 0, i)));
    }
  }

  /** From {@code double} to BOOL. */
  static void doubleTruthKernel(
      KernelContext c, DoubleArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float r = 0.0f;
      if (a.get(Geometry.index(g, at, 0, i)) != 0) {
        r = 1.0f;
      }
      y.set(i, r);
    }
  }

  /** From {@code int} to BOOL. */
  static void intTruthKernel(KernelContext c, IntArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float r = 0.0f;
      if (a.get(Geometry.index(g, at, 0, i)) != 0) {
        r = 1.0f;
      }
      y.set(i, r);
    }
  }

  /** From {@code long} to BOOL. */
  static void longTruthKernel(
      KernelContext c, LongArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float r = 0.0f;
      if (a.get(Geometry.index(g, at, 0, i)) != 0) {
        r = 1.0f;
      }
      y.set(i, r);
    }
  }
}
