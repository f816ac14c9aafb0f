package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels of layers, of row-major tensors. A work group reduces a row or column as a tree, in an
 * order that does not depend on the device. Small tensors, one number per row, may lie anywhere: an
 * entry of the {@link Geometry} says where.
 */
final class LayerKernels {
  /** The work items of a group: a power of two, and the size of its local memory. */
  static final int GROUP = 64;

  private LayerKernels() {}

  /**
   * x [rows, width], a work group per row. Plain counterpart: {@code compute} of {@code RmsNormOp}.
   */
  static void rmsNormKernel(
      KernelContext c,
      FloatArray x,
      FloatArray weight,
      FloatArray y,
      FloatArray scale,
      int width,
      float epsilon) {
    int row = c.groupIdx;
    int me = c.localIdx;
    float[] shared = c.allocateFloatLocalArray(GROUP);
    int from = row * width;
    float squares = 0.0f;
    for (int i = me; i < width; i += GROUP) {
      float each = x.get(from + i);
      squares = squares + each * each;
    }
    shared[me] = squares;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = shared[me] + shared[me + half];
      }
    }
    c.localBarrier();
    float factor = 1.0f / TornadoMath.sqrt(shared[0] / width + epsilon);
    for (int i = me; i < width; i += GROUP) {
      y.set(from + i, x.get(from + i) * factor * weight.get(i));
    }
    if (me == 0) {
      scale.set(row, factor);
    }
  }

  /**
   * The gradient in x [rows, width], a work group per row; layouts 0 and 1 of the entry are scale's
   * and dScale's. Plain counterpart: {@code compute} of {@code RmsNormOp.Backward}.
   */
  static void rmsNormInputKernel(
      KernelContext c,
      FloatArray x,
      FloatArray weight,
      FloatArray scale,
      FloatArray dY,
      FloatArray dScale,
      FloatArray dX,
      IntArray g,
      int at,
      int width) {
    int row = c.groupIdx;
    int me = c.localIdx;
    float[] shared = c.allocateFloatLocalArray(GROUP);
    int from = row * width;
    float along = 0.0f;
    for (int i = me; i < width; i += GROUP) {
      along = along + weight.get(i) * dY.get(from + i) * x.get(from + i);
    }
    shared[me] = along;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = shared[me] + shared[me + half];
      }
    }
    c.localBarrier();
    float factor = scale.get(Geometry.index(g, at, 0, row));
    float total = shared[0] + dScale.get(Geometry.index(g, at, 1, row));
    float back = total * factor * factor * factor / width;
    for (int i = me; i < width; i += GROUP) {
      dX.set(from + i, factor * weight.get(i) * dY.get(from + i) - x.get(from + i) * back);
    }
  }

  /**
   * The gradient in weight [width], a work group per column; layout 0 of the entry is scale's.
   * Plain counterpart: {@code compute} of {@code RmsNormOp.Backward}.
   */
  static void rmsNormWeightKernel(
      KernelContext c,
      FloatArray x,
      FloatArray scale,
      FloatArray dY,
      FloatArray dWeight,
      IntArray g,
      int at,
      int rows,
      int width) {
    int column = c.groupIdx;
    int me = c.localIdx;
    float[] shared = c.allocateFloatLocalArray(GROUP);
    float sum = 0.0f;
    for (int row = me; row < rows; row += GROUP) {
      int i = row * width + column;
      sum = sum + dY.get(i) * x.get(i) * scale.get(Geometry.index(g, at, 0, row));
    }
    shared[me] = sum;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = shared[me] + shared[me + half];
      }
    }
    if (me == 0) {
      dWeight.set(column, shared[0]);
    }
  }

  /**
   * logits [rows, width], a work group per row. Places are those of {@link IndexKernels}. Plain
   * counterpart: {@code compute} of {@code CrossEntropyOp}.
   */
  static void crossEntropyKernel(
      KernelContext c,
      FloatArray logits,
      IntArray places,
      FloatArray loss,
      FloatArray logSumExp,
      FloatArray total,
      int width) {
    int row = c.groupIdx;
    int me = c.localIdx;
    float[] shared = c.allocateFloatLocalArray(GROUP);
    int from = row * width;
    float greatest = Float.NEGATIVE_INFINITY;
    for (int i = me; i < width; i += GROUP) {
      greatest = FloatElements.maximum(greatest, logits.get(from + i));
    }
    shared[me] = greatest;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = FloatElements.maximum(shared[me], shared[me + half]);
      }
    }
    c.localBarrier();
    greatest = shared[0];
    // Everybody has read it before it is written over.
    c.localBarrier();
    float sum = 0.0f;
    for (int i = me; i < width; i += GROUP) {
      sum = sum + TornadoMath.exp(logits.get(from + i) - greatest);
    }
    shared[me] = sum;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = shared[me] + shared[me + half];
      }
    }
    if (me == 0) {
      float log = TornadoMath.log(shared[0]) + greatest;
      if (TornadoMath.abs(greatest) == Float.POSITIVE_INFINITY) {
        log = greatest;
      }
      int place = places.get(row);
      float r = 0.0f;
      if (place >= 0) {
        r = log - logits.get(from + place);
      }
      loss.set(row, r);
      logSumExp.set(row, log);
      float all = shared[0] * TornadoMath.exp(greatest - log);
      if (all != all) {
        all = 1.0f;
      }
      total.set(row, all);
    }
  }

  /**
   * logits [rows, width], a work item per number; layouts 0 to 3 of the entry are those of
   * logSumExp, total, dLoss and dLogSumExp. Plain counterpart: {@code compute} of {@code
   * CrossEntropyOp.Backward}.
   */
  static void crossEntropyBackwardKernel(
      KernelContext c,
      FloatArray logits,
      IntArray places,
      FloatArray logSumExp,
      FloatArray total,
      FloatArray dLoss,
      FloatArray dLogSumExp,
      FloatArray dLogits,
      IntArray g,
      int at,
      int width,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int row = i / width;
      int place = places.get(row);
      float direct = 0.0f;
      if (place >= 0) {
        direct = dLoss.get(Geometry.index(g, at, 2, row));
      }
      float spread = direct + dLogSumExp.get(Geometry.index(g, at, 3, row));
      float r = 0.0f;
      if (spread != 0.0f) {
        float log = logSumExp.get(Geometry.index(g, at, 0, row));
        float factor = spread / total.get(Geometry.index(g, at, 1, row));
        r = TornadoMath.exp(logits.get(i) - log) * factor;
      }
      if (place == i - row * width) {
        r = r - direct;
      }
      dLogits.set(i, r);
    }
  }

  /**
   * x [T, heads, 2 · pairs], a work item per pair; cosines and sines are [T, pairs], and {@code
   * turn} 1, or -1 to turn back. Plain counterpart: {@code compute} of {@code Rope}.
   */
  static void ropeKernel(
      KernelContext c,
      FloatArray x,
      FloatArray cosines,
      FloatArray sines,
      FloatArray y,
      int heads,
      int pairs,
      float turn,
      int n) {
    int i = c.globalIdx;
    if (i < n) {
      int head = i / pairs;
      int pair = i - head * pairs;
      int angle = head / heads * pairs + pair;
      int first = head * 2 * pairs + pair;
      float a = x.get(first);
      float b = x.get(first + pairs);
      float cosine = cosines.get(angle);
      float sine = turn * sines.get(angle);
      y.set(first, a * cosine - b * sine);
      y.set(first + pairs, b * cosine + a * sine);
    }
  }
}
