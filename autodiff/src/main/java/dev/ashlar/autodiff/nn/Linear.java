package dev.ashlar.autodiff.nn;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * x · weightᵀ + bias.
 *
 * @param weight [out, in]
 * @param bias [out], or null for none
 */
public record Linear(Tensor weight, @Nullable Tensor bias) {
  /** Checks that weight and bias fit each other. */
  public Linear {
    if (weight.rank() != 2) {
      throw new ShapeException("linear: weight must be [out, in], got %s", weight.shape());
    }
    if (bias != null && !bias.shape().equals(Shape.of(weight.dim(0)))) {
      throw new ShapeException(
          "linear: bias must be [%d] beside weight %s, got %s",
          weight.dim(0), weight.shape(), bias.shape());
    }
  }

  /** Returns a layer without bias, with weights from {@link Init#linear}. */
  public static Linear init(Key key, DType dtype, int inDim, int outDim) {
    return new Linear(Init.linear(key, dtype, inDim, outDim), null);
  }

  /** Returns this layer with a bias of zeros [out]. */
  public Linear withBias() {
    return new Linear(weight, Tensor.zeros(weight.dtype(), weight.dim(0)));
  }

  /**
   * Returns [..., in] -> [..., out]; throws {@link ShapeException} if the last axis of x is not
   * {@code in}.
   */
  public Tensor forward(Tensor x) {
    if (x.rank() == 0 || x.dim(-1) != weight.dim(1)) {
      throw new ShapeException(
          "linear: input %s must end in %d, as weight %s says",
          x.shape(), weight.dim(1), weight.shape());
    }
    // One matrix product, whatever the leading axes.
    Shape leading = x.shape().slice(0, x.rank() - 1);
    Tensor rows = x.rank() == 2 ? x : x.reshape(Math.toIntExact(leading.size()), x.dim(-1));
    Tensor product = rows.matmul(weight.transpose());
    Tensor out = bias == null ? product : product.plus(bias);
    return x.rank() == 2 ? out : out.reshape(leading.concat(Shape.of(weight.dim(0))));
  }
}
