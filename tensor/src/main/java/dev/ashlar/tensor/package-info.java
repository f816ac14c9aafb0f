/**
 * Tensors: values, operations, memory. Start at {@link dev.ashlar.tensor.Tensor} and {@link
 * dev.ashlar.tensor.TensorScope}.
 *
 * <p>A {@link dev.ashlar.tensor.Tensor} is immutable. Its methods call {@link dev.ashlar.tensor.Op
 * operations} through the current {@link dev.ashlar.tensor.Interpreter}; {@link
 * dev.ashlar.tensor.ShapeRules} says what they answer.
 *
 * <p>Shapes in documentation use a fixed alphabet: {@code B} batch, {@code H} query heads, {@code
 * G} key-value heads, {@code T} queries, {@code S} keys, {@code D} head size, {@code N} blocks,
 * {@code C} block size, {@code K} chosen blocks, {@code V} vocabulary. {@code dX} is the gradient
 * of the loss in X.
 */
@NullMarked
package dev.ashlar.tensor;

import org.jspecify.annotations.NullMarked;
