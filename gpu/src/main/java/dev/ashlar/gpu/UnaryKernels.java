package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels of one input, one work item per result, of which there are {@code n}. Their plain
 * counterparts are in {@code Elementwise} of {@code dev.ashlar.tensor.reference}. BOOL is 0 or 1 as
 * F32. Where inputs lie is said by {@link Geometry}, whose entry for a kernel begins at {@code at}.
 */
final class UnaryKernels {
  private UnaryKernels() {}

  /** Plain counterpart: {@code Op.Negate}. */
  static void negateKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, -x);
    }
  }

  /** Plain counterpart: {@code Op.Abs}. */
  static void absKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, TornadoMath.abs(x));
    }
  }

  /** Plain counterpart: {@code Op.Exp}. */
  static void expKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, TornadoMath.exp(x));
    }
  }

  /** Plain counterpart: {@code Op.Log}. */
  static void logKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, TornadoMath.log(x));
    }
  }

  /** Plain counterpart: {@code Op.Sqrt}. */
  static void sqrtKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, TornadoMath.sqrt(x));
    }
  }

  /** Plain counterpart: {@code Op.Reciprocal}. */
  static void reciprocalKernel(
      KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, 1.0f / x);
    }
  }

  /** Plain counterpart: {@code Op.Tanh}. */
  static void tanhKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, TornadoMath.tanh(x));
    }
  }

  /** Plain counterpart: {@code Op.Sigmoid}. */
  static void sigmoidKernel(
      KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, Scalars.sigmoid(x));
    }
  }

  /** Plain counterpart: {@code Op.Floor}. */
  static void floorKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, TornadoMath.floor(x));
    }
  }

  /** Plain counterpart: {@code Op.Copy}. */
  static void copyKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, x);
    }
  }

  /** Plain counterpart: {@code Op.Not}. */
  static void notKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, 1.0f - x);
    }
  }

  /** Plain counterpart: {@code Op.Relu}. */
  static void reluKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      float r = x;
      if (x < 0.0f) {
        r = 0.0f;
      }
      y.set(i, r);
    }
  }

  /** Plain counterpart: {@code Op.Cast to BOOL}. */
  static void truthKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      float r = 0.0f;
      if (x != 0.0f) {
        r = 1.0f;
      }
      y.set(i, r);
    }
  }

  /** Plain counterpart: {@code Op.Expm1}. */
  static void expm1Kernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, Scalars.expm1(x));
    }
  }

  /** Plain counterpart: {@code Op.Log1p}. */
  static void log1pKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, Scalars.log1p(x));
    }
  }

  /** Plain counterpart: {@code Op.Round}. */
  static void roundKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, Scalars.round(x));
    }
  }

  /** Plain counterpart: {@code Op.Sin}. */
  static void sinKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, TornadoMath.sin(x));
    }
  }

  /** Plain counterpart: {@code Op.Cos}. */
  static void cosKernel(KernelContext c, FloatArray a, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float x = a.get(Geometry.index(g, at, 0, i));
      y.set(i, TornadoMath.cos(x));
    }
  }
}
