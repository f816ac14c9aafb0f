package dev.ashlar.moba;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.Vjp;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import java.util.function.Function;

/**
 * The numbers of a case, row-major: query and dOut [T, H, D], key and value [T, G, D], dLse [T, H].
 */
record AttentionInputs(
    AttentionCase of, double[] query, double[] key, double[] value, double[] dOut, double[] dLse) {

  /** Query, key and value as tensors. */
  record Qkv(Tensor query, Tensor key, Tensor value) {}

  /** What attention and its backward answer, row-major. */
  record Answers(double[] out, double[] lse, double[] dQuery, double[] dKey, double[] dValue) {
    double[][] all() {
      return new double[][] {out, lse, dQuery, dKey, dValue};
    }
  }

  static final String[] NAMES = {"out", "logSumExp", "dQuery", "dKey", "dValue"};

  Qkv tensors(DType dtype) {
    Shape keys = of.keyShape();
    return new Qkv(
        AttentionCase.tensor(dtype, of.queryShape(), query),
        AttentionCase.tensor(dtype, keys, key),
        AttentionCase.tensor(dtype, keys, value));
  }

  AttentionInputs withKey(double[] other) {
    return new AttentionInputs(of, query, other, value, dOut, dLse);
  }

  AttentionInputs withQuery(double[] other) {
    return new AttentionInputs(of, other, key, value, dOut, dLse);
  }

  AttentionInputs withValue(double[] other) {
    return new AttentionInputs(of, query, key, other, dOut, dLse);
  }

  int[] selected(DType dtype) {
    Qkv in = tensors(dtype);
    return of.gate().select(in.query, in.key).blocks().toInts();
  }

  /** Calls attention on these inputs, forward and backward. */
  Answers answers(DType dtype, Function<Qkv, Attended> attention) {
    Vjp<Qkv, Attended> pulled = Grad.vjp(tensors(dtype), attention);
    Attended value = pulled.value();
    Shape rows = of.queryShape().without(2);
    Qkv gradient =
        pulled.pullback(
            new Attended(
                AttentionCase.tensor(dtype, of.queryShape(), dOut),
                AttentionCase.tensor(dtype, rows, dLse)));
    return new Answers(
        value.out().toDoubles(),
        value.logSumExp().toDoubles(),
        gradient.query.toDoubles(),
        gradient.key.toDoubles(),
        gradient.value.toDoubles());
  }

  /** The fused operations, gate included. */
  Answers fused(DType dtype) {
    return answers(
        dtype, in -> Moba.attended(in.query, in.key, in.value, of.packing(), of.config()));
  }

  /** The fused dense operation. */
  Answers dense(DType dtype) {
    return answers(dtype, in -> Moba.denseAttended(in.query, in.key, in.value, of.packing()));
  }
}
