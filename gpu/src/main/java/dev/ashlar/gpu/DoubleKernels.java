package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Element by element kernels of F64, broadcast: one work item per result, of which there are {@code
 * n}. What is computed is a code of {@link Kernels}, which the compiler of a device knows. Their
 * plain counterparts are in {@code Elementwise}, {@code Select} and {@code Sources} of {@code
 * dev.ashlar.tensor.reference}.
 */
final class DoubleKernels {
  private DoubleKernels() {}

  /** Plain counterpart: {@code Op.Fill}. */
  static void fillKernel(KernelContext c, DoubleArray y, double value, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, value);
    }
  }

  /** Plain counterpart: {@code Op.Arange}. */
  static void arangeKernel(KernelContext c, DoubleArray y, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, (double) i);
    }
  }

  /** Plain counterpart: {@code Op.Copy}. */
  static void copyKernel(KernelContext c, DoubleArray a, DoubleArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, a.get(Geometry.index(g, at, 0, i)));
    }
  }

  /** Plain counterpart: {@code Op.Unary}. */
  static void unaryKernel(
      KernelContext c, DoubleArray a, DoubleArray y, IntArray g, int at, int code, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, unary(code, a.get(Geometry.index(g, at, 0, i))));
    }
  }

  /** Plain counterpart: {@code Op.Binary}. */
  static void binaryKernel(
      KernelContext c,
      DoubleArray a,
      DoubleArray b,
      DoubleArray y,
      IntArray g,
      int at,
      int code,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      double u = a.get(Geometry.index(g, at, 0, i));
      double v = b.get(Geometry.index(g, at, 1, i));
      y.set(i, binary(code, u, v));
    }
  }

  /** Plain counterpart: {@code Op.Compare}. */
  static void compareKernel(
      KernelContext c,
      DoubleArray a,
      DoubleArray b,
      FloatArray y,
      IntArray g,
      int at,
      int code,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      double u = a.get(Geometry.index(g, at, 0, i));
      double v = b.get(Geometry.index(g, at, 1, i));
      y.set(i, compare(code, u, v));
    }
  }

  /** Plain counterpart: {@code Op.Where}. */
  static void whereKernel(
      KernelContext c,
      FloatArray condition,
      DoubleArray a,
      DoubleArray b,
      DoubleArray y,
      IntArray g,
      int at,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      double chosen = b.get(Geometry.index(g, at, 2, i));
      if (condition.get(Geometry.index(g, at, 0, i)) != 0.0f) {
        chosen = a.get(Geometry.index(g, at, 1, i));
      }
      y.set(i, chosen);
    }
  }

  private static double unary(int code, double x) {
    double r = x;
    if (code == Kernels.ABS) {
      r = TornadoMath.abs(x);
    }
    if (code == Kernels.RELU && x < 0.0) {
      r = 0.0;
    }
    if (code == Kernels.NEGATE) {
      r = -x;
    }
    if (code == Kernels.SQRT) {
      r = TornadoMath.sqrt(x);
    }
    if (code == Kernels.EXP) {
      r = TornadoMath.exp(x);
    }
    if (code == Kernels.LOG) {
      r = TornadoMath.log(x);
    }
    if (code == Kernels.RECIPROCAL) {
      r = 1.0 / x;
    }
    if (code == Kernels.FLOOR) {
      r = TornadoMath.floor(x);
    }
    if (code == Kernels.EXPM1) {
      r = DoubleScalars.expm1(x);
    }
    if (code == Kernels.LOG1P) {
      r = DoubleScalars.log1p(x);
    }
    if (code == Kernels.SIN) {
      r = TornadoMath.sin(x);
    }
    if (code == Kernels.COS) {
      r = TornadoMath.cos(x);
    }
    if (code == Kernels.TANH) {
      r = TornadoMath.tanh(x);
    }
    if (code == Kernels.SIGMOID) {
      r = 1.0 / (1.0 + TornadoMath.exp(-x));
    }
    if (code == Kernels.ROUND) {
      r = DoubleScalars.round(x);
    }
    return r;
  }

  /** Computes what a code says. */
  static double binary(int code, double u, double v) {
    double r = u + v;
    if (code == Kernels.MINUS) {
      r = u - v;
    }
    if (code == Kernels.TIMES) {
      r = u * v;
    }
    if (code == Kernels.DIV) {
      r = u / v;
    }
    if (code == Kernels.MAXIMUM) {
      r = Scalars.max(u, v);
    }
    if (code == Kernels.MINIMUM) {
      r = Scalars.min(u, v);
    }
    if (code == Kernels.REM) {
      r = DoubleScalars.rem(u, v);
    }
    if (code == Kernels.POW) {
      r = DoubleScalars.pow(u, v);
    }
    return r;
  }

  /** Two comparisons where one would do: TornadoVM makes {@code <=} true of NaN. */
  private static float compare(int code, double u, double v) {
    float r = 0.0f;
    if (u == v
        && (code == Kernels.EQUAL
            || code == Kernels.LESS_OR_EQUAL
            || code == Kernels.GREATER_OR_EQUAL)) {
      r = 1.0f;
    }
    if (u != v && code == Kernels.NOT_EQUAL) {
      r = 1.0f;
    }
    if (u < v && (code == Kernels.LESS || code == Kernels.LESS_OR_EQUAL)) {
      r = 1.0f;
    }
    if (u > v && (code == Kernels.GREATER || code == Kernels.GREATER_OR_EQUAL)) {
      r = 1.0f;
    }
    return r;
  }
}
