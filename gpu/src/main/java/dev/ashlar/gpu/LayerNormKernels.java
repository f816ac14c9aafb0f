package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels of layer norm, as those of {@link LayerKernels}. What is summed up for a mean are
 * differences from the row's first number: numbers far from 0 lose no digits to their size.
 */
final class LayerNormKernels {
  private static final int GROUP = LayerKernels.GROUP;

  private LayerNormKernels() {}

  /**
   * x [rows, width], a work group per row. Plain counterpart: {@code compute} of {@code
   * LayerNormOp}.
   */
  static void layerNormKernel(
      KernelContext c,
      FloatArray x,
      FloatArray weight,
      FloatArray bias,
      FloatArray y,
      FloatArray mean,
      FloatArray scale,
      int width,
      float epsilon) {
    int row = c.groupIdx;
    int me = c.localIdx;
    float[] shared = c.allocateFloatLocalArray(GROUP);
    int from = row * width;
    float first = 0.0f;
    if (width > 0) {
      if (TornadoMath.abs(x.get(from)) < Float.POSITIVE_INFINITY) {
        first = x.get(from);
      }
    }
    float sum = 0.0f;
    for (int i = me; i < width; i += GROUP) {
      sum = sum + (x.get(from + i) - first);
    }
    shared[me] = sum;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = shared[me] + shared[me + half];
      }
    }
    c.localBarrier();
    float beyond = shared[0] / width;
    // Everybody has read it before it is written over.
    c.localBarrier();
    float squares = 0.0f;
    for (int i = me; i < width; i += GROUP) {
      float centered = (x.get(from + i) - first) - beyond;
      squares = squares + centered * centered;
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
      float centered = (x.get(from + i) - first) - beyond;
      y.set(from + i, centered * factor * weight.get(i) + bias.get(i));
    }
    if (me == 0) {
      mean.set(row, first + beyond);
      scale.set(row, factor);
    }
  }

  /**
   * The gradient in x [rows, width], a work group per row; layouts 0 to 3 of the entry are those of
   * mean, scale, dMean and dScale. Plain counterpart: {@code compute} of {@code
   * LayerNormOp.Backward}.
   */
  static void layerNormInputKernel(
      KernelContext c,
      FloatArray x,
      FloatArray weight,
      FloatArray mean,
      FloatArray scale,
      FloatArray dY,
      FloatArray dMean,
      FloatArray dScale,
      FloatArray dX,
      IntArray g,
      int at,
      int width) {
    int row = c.groupIdx;
    int me = c.localIdx;
    float[] sums = c.allocateFloatLocalArray(GROUP);
    float[] alongs = c.allocateFloatLocalArray(GROUP);
    int from = row * width;
    float middle = mean.get(Geometry.index(g, at, 0, row));
    float sum = 0.0f;
    float along = 0.0f;
    for (int i = me; i < width; i += GROUP) {
      float weighted = FloatElements.times(weight.get(i), dY.get(from + i));
      sum = sum + weighted;
      along = along + weighted * (x.get(from + i) - middle);
    }
    sums[me] = sum;
    alongs[me] = along;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        sums[me] = sums[me] + sums[me + half];
        alongs[me] = alongs[me] + alongs[me + half];
      }
    }
    c.localBarrier();
    float factor = scale.get(Geometry.index(g, at, 1, row));
    float weightedMean = sums[0] / width;
    float total = alongs[0] + dScale.get(Geometry.index(g, at, 3, row));
    float back = total * factor * factor * factor / width;
    float shift = dMean.get(Geometry.index(g, at, 2, row)) / width;
    for (int i = me; i < width; i += GROUP) {
      float weighted = FloatElements.times(weight.get(i), dY.get(from + i));
      float centered = x.get(from + i) - middle;
      dX.set(from + i, factor * (weighted - weightedMean) - centered * back + shift);
    }
  }

  /**
   * The gradients in weight and bias [width], a work group per column; layouts 0 and 1 of the entry
   * are those of mean and scale. Plain counterpart: {@code compute} of {@code
   * LayerNormOp.Backward}.
   */
  static void layerNormWeightKernel(
      KernelContext c,
      FloatArray x,
      FloatArray mean,
      FloatArray scale,
      FloatArray dY,
      FloatArray dWeight,
      FloatArray dBias,
      IntArray g,
      int at,
      int rows,
      int width) {
    int column = c.groupIdx;
    int me = c.localIdx;
    float[] products = c.allocateFloatLocalArray(GROUP);
    float[] sums = c.allocateFloatLocalArray(GROUP);
    float product = 0.0f;
    float sum = 0.0f;
    for (int row = me; row < rows; row += GROUP) {
      int i = row * width + column;
      float centered = x.get(i) - mean.get(Geometry.index(g, at, 0, row));
      product = product + dY.get(i) * centered * scale.get(Geometry.index(g, at, 1, row));
      sum = sum + dY.get(i);
    }
    products[me] = product;
    sums[me] = sum;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        products[me] = products[me] + products[me + half];
        sums[me] = sums[me] + sums[me + half];
      }
    }
    if (me == 0) {
      dWeight.set(column, products[0]);
      dBias.set(column, sums[0]);
    }
  }
}
