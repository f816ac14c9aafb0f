package dev.ashlar.autodiff.nn;

import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Rows;
import java.util.List;

/** What the fused operations ask of their inputs. */
final class Checks {
  private Checks() {}

  static void count(String op, List<TensorSpec> inputs, int wanted) {
    if (inputs.size() != wanted) {
      throw new ShapeException("%s: needs %d tensors, got %d", op, wanted, inputs.size());
    }
  }

  /** Returns the first input's spec, once the count is right and it is F32 or F64. */
  static TensorSpec floating(String op, List<TensorSpec> inputs, int wanted) {
    count(op, inputs, wanted);
    TensorSpec first = inputs.getFirst();
    if (!first.dtype().isFloating()) {
      throw new ShapeException("%s: needs F32 or F64, got %s", op, first);
    }
    return first;
  }

  static void same(String op, String name, TensorSpec wanted, TensorSpec got) {
    if (!got.equals(wanted)) {
      throw new ShapeException("%s: %s must be %s, got %s", op, name, wanted, got);
    }
  }

  /** Checks the weight or bias [D] of a norm of x [..., D]. */
  static void lastAxis(String op, String name, TensorSpec x, TensorSpec got) {
    if (x.shape().rank() == 0 || !got.equals(x.with(Shape.of(x.shape().dim(-1))))) {
      throw new ShapeException("%s: %s %s must be the last axis of input %s", op, name, got, x);
    }
  }

  /** Returns [..., D] as [rows, D], of which there are as many without columns. */
  static Tensor rows(Tensor x) {
    return x.reshape(Math.toIntExact(x.shape().without(-1).size()), x.dim(-1));
  }

  /** Returns the integers of an operand of any layout in row-major order. */
  static long[] longs(Operand x) {
    long[] all = new long[Math.toIntExact(x.size())];
    Rows rows = Rows.of(column(x));
    for (int i = 0; i < all.length; i++) all[i] = x.getLong(rows.start(i));
    return all;
  }

  /** Returns the numbers of an operand of any layout in row-major order. */
  static double[] doubles(Operand x) {
    double[] all = new double[Math.toIntExact(x.size())];
    Rows rows = Rows.of(column(x));
    for (int i = 0; i < all.length; i++) all[i] = x.getDouble(rows.start(i));
    return all;
  }

  /** Returns [...] as [..., 1]: each element is a row. */
  private static Operand column(Operand x) {
    return x.with(x.layout().reshape(x.shape().inserted(-1, 1)).orElseThrow());
  }
}
