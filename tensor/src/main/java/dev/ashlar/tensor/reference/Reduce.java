package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;

/**
 * Sum, greatest and least over axes; one thread folds the elements of one result, in row-major
 * order.
 */
final class Reduce {
  private Reduce() {}

  static void reduce(Op.Reduction op, List<Operand> in, List<Operand> out) {
    Operand x = in.get(0);
    Operand y = out.get(0);
    Layout kept = x.layout();
    Layout folded = x.layout();
    for (int axis = 0; axis < x.layout().rank(); axis++) {
      if (op.axes().contains(axis)) kept = first(kept, axis);
      else folded = first(folded, axis);
    }
    if (x.size() == 0) {
      // Only a sum gets here: ShapeRules rejects the greatest of nothing.
      Sources.fill(y, 0);
      return;
    }
    Layout result = y.layout().reshape(kept.shape()).orElseThrow();
    Walk inner = Walk.of(folded);
    Walk walk = Walk.ofLines(folded.shape().size(), kept, result);
    long origin = x.layout().offsetElements();
    walk.parallel(
        () -> {
          Fold fold = x.dtype().isInteger() ? new Longs(op, x, inner) : new Doubles(op, x, inner);
          return (at, count) -> {
            for (int i = 0; i < count; i++) {
              fold.store(at[0] + i * walk.step(0) - origin, y, at[1] + i * walk.step(1));
            }
          };
        });
  }

  private static Layout first(Layout layout, int axis) {
    return layout.shape().dim(axis) == 0 ? layout : layout.slice(axis, 0, 1, 1);
  }

  /**
   * Folds the elements that lie {@code shift} behind those of the first result, and stores what
   * comes out.
   */
  private interface Fold {
    void store(long shift, Operand y, long at);
  }

  private static final class Doubles implements Fold {
    private final Op.Reduction op;
    private final Operand x;
    private final Walk inner;
    private final double[] block;
    private double result;

    Doubles(Op.Reduction op, Operand x, Walk inner) {
      this.op = op;
      this.x = x;
      this.inner = inner;
      this.block = new double[inner.blockSize()];
    }

    @Override
    public void store(long shift, Operand y, long at) {
      result =
          switch (op) {
            case Op.Sum _ -> 0;
            case Op.Max _ -> Double.NEGATIVE_INFINITY;
            case Op.Min _ -> Double.POSITIVE_INFINITY;
          };
      inner.forEach((from, count) -> fold(from[0] + shift, count));
      y.setDouble(at, result);
    }

    private void fold(long from, int count) {
      Elements.read(x, from, inner.step(0), block, count);
      double folded = result;
      switch (op) {
        case Op.Sum _ -> {
          for (int i = 0; i < count; i++) folded += block[i];
        }
        case Op.Max _ -> {
          for (int i = 0; i < count; i++) folded = Math.max(folded, block[i]);
        }
        case Op.Min _ -> {
          for (int i = 0; i < count; i++) folded = Math.min(folded, block[i]);
        }
      }
      result = folded;
    }
  }

  private static final class Longs implements Fold {
    private final Op.Reduction op;
    private final Operand x;
    private final Walk inner;
    private final long[] block;
    private long result;

    Longs(Op.Reduction op, Operand x, Walk inner) {
      this.op = op;
      this.x = x;
      this.inner = inner;
      this.block = new long[inner.blockSize()];
    }

    @Override
    public void store(long shift, Operand y, long at) {
      result =
          switch (op) {
            case Op.Sum _ -> 0;
            case Op.Max _ -> Long.MIN_VALUE;
            case Op.Min _ -> Long.MAX_VALUE;
          };
      inner.forEach((from, count) -> fold(from[0] + shift, count));
      y.setLong(at, result);
    }

    private void fold(long from, int count) {
      Elements.read(x, from, inner.step(0), block, count);
      for (int i = 0; i < count; i++) {
        result =
            switch (op) {
              case Op.Sum _ -> result + block[i];
              case Op.Max _ -> Math.max(result, block[i]);
              case Op.Min _ -> Math.min(result, block[i]);
            };
      }
    }
  }
}
