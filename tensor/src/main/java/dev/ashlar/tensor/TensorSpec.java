package dev.ashlar.tensor;

/** What is known of a tensor before its numbers are: element type and shape. */
public record TensorSpec(DType dtype, Shape shape) {
  /** Returns the same shape with another element type. */
  public TensorSpec with(DType other) {
    return new TensorSpec(other, shape);
  }

  /** Returns the same element type with another shape. */
  public TensorSpec with(Shape other) {
    return new TensorSpec(dtype, other);
  }

  /** Returns, for example, {@code F32[2, 3]}. */
  @Override
  public String toString() {
    return dtype + shape.toString();
  }
}
