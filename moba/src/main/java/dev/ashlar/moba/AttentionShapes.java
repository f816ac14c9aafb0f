package dev.ashlar.moba;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.TensorSpec;
import java.util.List;

/** The shape rules that all attention operations share. */
final class AttentionShapes {
  private AttentionShapes() {}

  static void count(String op, int wanted, List<TensorSpec> in) {
    if (in.size() != wanted) {
      throw new ShapeException("%s: takes %d tensors, got %d", op, wanted, in.size());
    }
  }

  /** Checks query [T, H, D] against key [T, G, D]. */
  static void queryAndKey(String op, Packing packing, TensorSpec query, TensorSpec key) {
    if (!query.dtype().isFloating()) {
      throw new ShapeException(
          "%s: query must be F32 or F64, got %s; cast it with toType(...)", op, query);
    }
    axes(op, "query", "[T, H, D]", query.shape());
    sameType(op, "key", query, key);
    axes(op, "key", "[S, G, D]", key.shape());
    packing.fits(op, "query", query.shape());
    packing.fits(op, "key", key.shape());
    heads(op, query.shape(), key.shape());
  }

  /** Checks query [T, H, D] against key and value [T, G, D]. */
  static void attention(String op, Packing packing, List<TensorSpec> in) {
    TensorSpec query = in.get(0);
    TensorSpec key = in.get(1);
    TensorSpec value = in.get(2);
    queryAndKey(op, packing, query, key);
    sameType(op, "value", query, value);
    same(op, "value", key.shape(), value.shape());
  }

  /**
   * Checks the inputs of a backward operation: the forward's, then out, logSumExp, dOut,
   * dLogSumExp.
   */
  static List<TensorSpec> backward(String op, List<TensorSpec> in, int forwardInputs) {
    TensorSpec query = in.get(0);
    List<String> names = List.of("out", "logSumExp", "dOut", "dLogSumExp");
    for (int i = 0; i < names.size(); i++) {
      TensorSpec got = in.get(forwardInputs + i);
      sameType(op, names.get(i), query, got);
      Shape wanted = i % 2 == 0 ? query.shape() : query.shape().without(2);
      same(op, names.get(i), wanted, got.shape());
    }
    return List.of(query, in.get(1), in.get(2));
  }

  /** Checks a selection [T, H, K] of block indices. */
  static void selection(String op, MobaConfig config, Packing packing, List<TensorSpec> in) {
    TensorSpec got = in.get(3);
    if (got.dtype() != DType.I32) {
      throw new ShapeException("%s: selection must be I32, got %s; make it by BlockGate", op, got);
    }
    Shape query = in.get(0).shape();
    same(op, "selection", query.with(2, config.chosen(packing)), got.shape());
  }

  /** Returns out [T, H, D] and logSumExp [T, H]. */
  static List<TensorSpec> results(TensorSpec query) {
    return List.of(query, query.with(query.shape().without(2)));
  }

  static void axes(String op, String what, String axes, Shape shape) {
    if (shape.rank() != 3) {
      throw new ShapeException(
          "%s: %s must be %s, got %s; reshape it, and pack a batch with Packing.equal(count,"
              + " length)",
          op, what, axes, shape);
    }
  }

  private static void heads(String op, Shape query, Shape key) {
    if (query.dim(2) != key.dim(2) || query.dim(2) == 0) {
      throw new ShapeException(
          "%s: query %s and key %s must have one head size (axis 2), of at least 1",
          op, query, key);
    }
    if (key.dim(1) == 0 || query.dim(1) == 0 || query.dim(1) % key.dim(1) != 0) {
      throw new ShapeException(
          "%s: the %d heads of query %s must be a multiple of the %d of key %s (axis 1)",
          op, query.dim(1), query, key.dim(1), key);
    }
  }

  private static void same(String op, String what, Shape wanted, Shape got) {
    if (!wanted.equals(got)) {
      throw new ShapeException("%s: %s must have shape %s, got %s", op, what, wanted, got);
    }
  }

  private static void sameType(String op, String what, TensorSpec query, TensorSpec got) {
    if (got.dtype() != query.dtype()) {
      throw new ShapeException(
          "%s: query %s and %s %s differ in element type; cast one with toType(...)",
          op, query, what, got);
    }
  }
}
