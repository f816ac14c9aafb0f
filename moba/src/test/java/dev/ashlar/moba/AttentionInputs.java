package dev.ashlar.moba;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.Vjp;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
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

    double[] flat() {
      return Arrays.stream(all()).flatMapToDouble(Arrays::stream).toArray();
    }

    /** Returns the answers of rows {@code from} to {@code to} out of {@code total}. */
    Answers rows(int total, int from, int to) {
      return new Answers(
          part(out, total, from, to),
          part(lse, total, from, to),
          part(dQuery, total, from, to),
          part(dKey, total, from, to),
          part(dValue, total, from, to));
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

  AttentionInputs withOutGradient(double[] other) {
    return new AttentionInputs(of, query, key, value, other, dLse);
  }

  AttentionInputs with(AttentionCase other) {
    return new AttentionInputs(other, query, key, value, dOut, dLse);
  }

  private static double[] part(double[] numbers, int total, int from, int to) {
    int width = total == 0 ? 0 : numbers.length / total;
    return Arrays.copyOfRange(numbers, from * width, to * width);
  }

  private AttentionInputs rows(AttentionCase other, int from, int to) {
    int total = of.packing().total();
    return new AttentionInputs(
        other,
        part(query, total, from, to),
        part(key, total, from, to),
        part(value, total, from, to),
        part(dOut, total, from, to),
        part(dLse, total, from, to));
  }

  /** Returns one of the sequences alone. */
  AttentionInputs sequence(int number) {
    AttentionCase alone = of.withLengths(List.of(of.lengths().get(number)));
    return rows(alone, of.packing().start(number), of.packing().end(number));
  }

  /** Returns the first rows of the only sequence. */
  AttentionInputs firstRows(int count) {
    return rows(of.withLengths(List.of(count)), 0, count);
  }

  /** Returns the only sequence with keys and values of its first blocks in the opposite order. */
  AttentionInputs withPastReversed(int blocks) {
    int width = of.blockSize() * of.keyHeads() * of.headDim();
    double[] keys = key.clone();
    double[] values = value.clone();
    for (int b = 0; b < blocks; b++) {
      System.arraycopy(key, b * width, keys, (blocks - 1 - b) * width, width);
      System.arraycopy(value, b * width, values, (blocks - 1 - b) * width, width);
    }
    return withKey(keys).withValue(values);
  }

  /** Returns the same with each key-value head written out for every query head. */
  AttentionInputs withRepeatedKeys() {
    AttentionCase repeated =
        new AttentionCase(
            of.lengths(),
            of.heads(),
            1,
            of.headDim(),
            of.blockSize(),
            of.topK(),
            of.numbers(),
            of.seed());
    return new AttentionInputs(repeated, query, repeated(key), repeated(value), dOut, dLse);
  }

  private double[] repeated(double[] numbers) {
    int size = of.headDim();
    double[] out = new double[numbers.length * of.group()];
    for (int i = 0; i < out.length / size; i++) {
      System.arraycopy(numbers, i / of.group() * size, out, i * size, size);
    }
    return out;
  }

  /** Returns gradients [T, H, D] of repeated heads summed to those of {@code grouped} [T, G, D]. */
  double[] summedOverGroups(double[] numbers, AttentionCase grouped) {
    int size = of.headDim();
    double[] out = new double[numbers.length / grouped.group()];
    for (int i = 0; i < numbers.length; i++) {
      out[i / size / grouped.group() * size + i % size] += numbers[i];
    }
    return out;
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
