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

  /** Returns the bytes the elements take; throws {@link ShapeException} beyond 2^63 - 1. */
  public long byteSize() {
    if (shape.size() > Long.MAX_VALUE / dtype.byteSize())
      throw ShapeException.tooLarge(shape.dims());
    return shape.size() * dtype.byteSize();
  }

  /** Returns, for example, {@code F32[2, 3]}. */
  @Override
  public String toString() {
    return dtype + shape.toString();
  }
}
