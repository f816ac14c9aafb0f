package dev.ashlar.autodiff.nn;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;

/** First values of weights [out, in]. */
public final class Init {
  private Init() {}

  /** Returns normal numbers with mean 0 and the given standard deviation. */
  public static Tensor normal(Key key, DType dtype, double deviation, int... dims) {
    return Tensor.normal(key, dtype, dims).times(deviation);
  }

  /** Returns numbers uniform in -bound .. bound. */
  public static Tensor uniform(Key key, DType dtype, double bound, int... dims) {
    return Tensor.uniform(key, dtype, dims).minus(0.5).times(2 * bound);
  }

  /**
   * Returns a weight [out, in], uniform with variance 2 / (in + out): signals keep their size
   * forward and backward on average (Glorot and Bengio, AISTATS 2010, equation 16).
   */
  public static Tensor xavier(Key key, DType dtype, int inDim, int outDim) {
    return uniform(key, dtype, Math.sqrt(6.0 / ((double) inDim + outDim)), outDim, inDim);
  }

  /**
   * Returns a weight [out, in], normal with variance 2 / in: signals keep their size through layers
   * with relu (He et al., arXiv 1502.01852, equation 10).
   */
  public static Tensor kaiming(Key key, DType dtype, int inDim, int outDim) {
    return normal(key, dtype, Math.sqrt(2.0 / inDim), outDim, inDim);
  }

  /** Returns a weight [out, in], uniform in ±1 / sqrt(in): what PyTorch gives a linear layer. */
  public static Tensor linear(Key key, DType dtype, int inDim, int outDim) {
    return uniform(key, dtype, 1 / Math.sqrt(inDim), outDim, inDim);
  }
}
