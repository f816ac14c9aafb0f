package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels of no, two or three inputs, broadcast: one work item per result, of which there are
 * {@code n}. Their plain counterparts are {@code Elementwise} and {@code Move} in {@code
 * dev.ashlar.tensor.reference}. BOOL is 0 or 1 as F32. Where inputs lie is said by {@link
 * Geometry}, whose entry for a kernel begins at {@code at}.
 */
final class BinaryKernels {
  private BinaryKernels() {}

  /** Plain counterpart: {@code Op.Plus}. */
  static void plusKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      y.set(i, u + v);
    }
  }

  /** Plain counterpart: {@code Op.Minus}. */
  static void minusKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      y.set(i, u - v);
    }
  }

  /** Plain counterpart: {@code Op.Times}. */
  static void timesKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      y.set(i, u * v);
    }
  }

  /** Plain counterpart: {@code Op.Div}. */
  static void divKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      y.set(i, u / v);
    }
  }

  /** Plain counterpart: {@code Op.Rem}. */
  static void remKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      y.set(i, Scalars.rem(u, v));
    }
  }

  /** Plain counterpart: {@code Op.Pow}. */
  static void powKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      y.set(i, Scalars.pow(u, v));
    }
  }

  /** Plain counterpart: {@code Op.Logical of AND}. */
  static void andKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      y.set(i, u * v);
    }
  }

  /** Plain counterpart: {@code Op.Maximum}. */
  static void maximumKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      y.set(i, Scalars.max(u, v));
    }
  }

  /** Plain counterpart: {@code Op.Minimum}. */
  static void minimumKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      y.set(i, Scalars.min(u, v));
    }
  }

  /** Plain counterpart: {@code Op.Compare}. */
  static void equalKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      float r = 0.0f;
      if (u == v) {
        r = 1.0f;
      }
      y.set(i, r);
    }
  }

  /** Plain counterpart: {@code Op.Compare}. */
  static void notEqualKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      float r = 0.0f;
      if (u != v) {
        r = 1.0f;
      }
      y.set(i, r);
    }
  }

  /** Plain counterpart: {@code Op.Compare}. */
  static void lessKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      float r = 0.0f;
      if (u < v) {
        r = 1.0f;
      }
      y.set(i, r);
    }
  }

  /** Plain counterpart: {@code Op.Compare}. */
  static void lessOrEqualKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      float r = 0.0f;
      // Not in one comparison: TornadoVM makes that true of NaN.
      if (u < v) {
        r = 1.0f;
      }
      if (u == v) {
        r = 1.0f;
      }
      y.set(i, r);
    }
  }

  /** Plain counterpart: {@code Op.Compare}. */
  static void greaterKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      float r = 0.0f;
      if (u > v) {
        r = 1.0f;
      }
      y.set(i, r);
    }
  }

  /** Plain counterpart: {@code Op.Compare}. */
  static void greaterOrEqualKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      float r = 0.0f;
      // Not in one comparison: TornadoVM makes that true of NaN.
      if (u > v) {
        r = 1.0f;
      }
      if (u == v) {
        r = 1.0f;
      }
      y.set(i, r);
    }
  }

  /** Plain counterpart: {@code Op.Logical of OR}. */
  static void orKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      float r = 0.0f;
      if (u + v != 0.0f) {
        r = 1.0f;
      }
      y.set(i, r);
    }
  }

  /** Plain counterpart: {@code Op.Logical of XOR}. */
  static void xorKernel(
      KernelContext c, FloatArray a, FloatArray b, FloatArray y, IntArray g, int at, int n) {
    int i = c.globalIdx;
    if (i < n) {
      float u = a.get(Geometry.index(g, at, 0, i));
      float v = b.get(Geometry.index(g, at, 1, i));
      float r = 0.0f;
      if (u != v) {
        r = 1.0f;
      }
      y.set(i, r);
    }
  }

  /** Plain counterpart: {@code Op.Where} of {@code Elementwise}. */
  static void whereKernel(
      KernelContext c,
      FloatArray condition,
      FloatArray a,
      FloatArray b,
      FloatArray y,
      IntArray g,
      int at,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      float left = a.get(Geometry.index(g, at, 1, i));
      float right = b.get(Geometry.index(g, at, 2, i));
      float chosen = right;
      if (condition.get(Geometry.index(g, at, 0, i)) != 0.0f) {
        chosen = left;
      }
      y.set(i, chosen);
    }
  }

  /** Plain counterpart: {@code Op.Fill} of {@code Sources}. */
  static void fillKernel(KernelContext c, FloatArray y, float value, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, value);
    }
  }

  /** Plain counterpart: {@code Op.Arange} of {@code Sources}. */
  static void arangeKernel(KernelContext c, FloatArray y, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, (float) i);
    }
  }
}
