package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Element by element kernels of I32, broadcast: one work item per result, of which there are {@code
 * n}. What is computed is a code of {@link Kernels}, which the compiler of a device knows. Their
 * plain counterparts are in {@code Elementwise}, {@code Select} and {@code Sources} of {@code
 * dev.ashlar.tensor.reference}.
 */
final class IntKernels {
  private IntKernels() {}

  /** Plain counterpart: {@code Op.Fill}. */
  static void fillKernel(KernelContext c, IntArray y, int value, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, value);
    }
  }

  /** Plain counterpart: {@code Op.Arange}. */
  static void arangeKernel(KernelContext c, IntArray y, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, i);
    }
  }

  /** Plain counterpart: {@code Op.Copy}. */
  static void copyKernel(KernelContext c, IntArray a, IntArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, a.get(Geometry.index(g, at, 0, i)));
    }
  }

  /** Plain counterpart: {@code Op.Unary}. */
  static void unaryKernel(
      KernelContext c, IntArray a, IntArray y, IntArray g, int at, int code, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, unary(code, a.get(Geometry.index(g, at, 0, i))));
    }
  }

  /** Plain counterpart: {@code Op.Binary}. */
  static void binaryKernel(
      KernelContext c, IntArray a, IntArray b, IntArray y, IntArray g, int at, int code, int n) {
    int i = c.globalIdx;
    if (i < n) {
      int u = a.get(Geometry.index(g, at, 0, i));
      int v = b.get(Geometry.index(g, at, 1, i));
      y.set(i, binary(code, u, v));
    }
  }

  /** Plain counterpart: {@code Op.Compare}. */
  static void compareKernel(
      KernelContext c, IntArray a, IntArray b, FloatArray y, IntArray g, int at, int code, int n) {
    int i = c.globalIdx;
    if (i < n) {
      int u = a.get(Geometry.index(g, at, 0, i));
      int v = b.get(Geometry.index(g, at, 1, i));
      y.set(i, compare(code, u, v));
    }
  }

  /** Plain counterpart: {@code Op.Where}. */
  static void whereKernel(
      KernelContext c,
      FloatArray condition,
      IntArray a,
      IntArray b,
      IntArray y,
      IntArray g,
      int at,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int chosen = b.get(Geometry.index(g, at, 2, i));
      if (condition.get(Geometry.index(g, at, 0, i)) != 0.0f) {
        chosen = a.get(Geometry.index(g, at, 1, i));
      }
      y.set(i, chosen);
    }
  }

  private static int unary(int code, int x) {
    int r = x;
    if (code == Kernels.ABS && x < 0) {
      r = -x;
    }
    if (code == Kernels.RELU && x < 0) {
      r = 0;
    }
    if (code == Kernels.NEGATE) {
      r = -x;
    }
    return r;
  }

  private static int binary(int code, int u, int v) {
    int r = u + v;
    if (code == Kernels.MINUS) {
      r = u - v;
    }
    if (code == Kernels.TIMES) {
      r = u * v;
    }
    if (code == Kernels.MAXIMUM) {
      r = TornadoMath.max(u, v);
    }
    if (code == Kernels.MINIMUM) {
      r = TornadoMath.min(u, v);
    }
    return r;
  }

  /**
   * Reports a division by 0, which would end the process on some devices. Plain counterparts:
   * {@code Op.Div}, {@code Op.Rem}.
   */
  static void divideKernel(
      KernelContext c,
      IntArray a,
      IntArray b,
      IntArray y,
      IntArray faults,
      IntArray g,
      int at,
      int fault,
      int code,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int u = a.get(Geometry.index(g, at, 0, i));
      int v = b.get(Geometry.index(g, at, 1, i));
      int r = 0;
      if (v != 0) {
        r = u / v;
        if (code == Kernels.REM) {
          r = u - r * v;
        }
      }
      if (v == 0) {
        faults.set(fault, faults.get(fault) | 1);
      }
      y.set(i, r);
    }
  }

  /** Reports a negative exponent. Plain counterpart: {@code Op.Pow}. */
  static void powKernel(
      KernelContext c,
      IntArray a,
      IntArray b,
      IntArray y,
      IntArray faults,
      IntArray g,
      int at,
      int fault,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int square = a.get(Geometry.index(g, at, 0, i));
      int rest = b.get(Geometry.index(g, at, 1, i));
      if (rest < 0) {
        faults.set(fault, faults.get(fault) | 1);
      }
      int r = 1;
      while (rest > 0) {
        if ((rest & 1) == 1) {
          r = r * square;
        }
        square = square * square;
        rest = rest >> 1;
      }
      y.set(i, r);
    }
  }

  /** Two comparisons where one would do: TornadoVM makes {@code <=} true of NaN. */
  private static float compare(int code, int u, int v) {
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
