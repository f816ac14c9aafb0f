package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;

/**
 * Order along an axis: sort, top-k, and where the greatest or least stands. Numbers are compared by
 * keys: longs in the same order, where -0 equals 0 and NaN is greater than all.
 */
final class Order {
  private Order() {}

  static void sort(Op.Sort op, List<Operand> in, List<Operand> out) {
    ordered(op.axis(), op.descending(), in, out);
  }

  static void topK(Op.TopK op, List<Operand> in, List<Operand> out) {
    ordered(op.axis(), op.largest(), in, out);
  }

  /**
   * Writes the first elements in order, as many as the results have room for, and where they stood.
   */
  private static void ordered(int axis, boolean descending, List<Operand> in, List<Operand> out) {
    Operand x = in.get(0);
    Operand values = out.get(0);
    Operand indices = out.get(1);
    int size = x.shape().dim(axis);
    int wanted = values.shape().dim(axis);
    long step = x.layout().strideElements(axis);
    // Both results are row-major of one shape: a position in one is the same position in the other.
    long toStep = values.layout().strideElements(axis);
    AlongAxis.lines(
        x,
        values,
        axis,
        () -> {
          Keys keys = new Keys(x, step, size, false);
          Sorter sorter = new Sorter(size);
          return (from, to) -> {
            int[] order = sorter.sort(keys.read(from), descending);
            for (int i = 0; i < wanted; i++) {
              Elements.move(x, from + order[i] * step, 1, values, to + i * toStep, 1, 1);
              indices.setLong(to + i * toStep, order[i]);
            }
          };
        });
  }

  static void argMax(Op.ArgMax op, List<Operand> in, List<Operand> out) {
    argument(op.axis(), true, in.get(0), out.get(0));
  }

  static void argMin(Op.ArgMin op, List<Operand> in, List<Operand> out) {
    argument(op.axis(), false, in.get(0), out.get(0));
  }

  private static void argument(int axis, boolean greatest, Operand x, Operand out) {
    Operand y = out.with(out.layout().reshape(x.shape().with(axis, 1)).orElseThrow());
    int size = x.shape().dim(axis);
    long step = x.layout().strideElements(axis);
    AlongAxis.lines(
        x,
        y,
        axis,
        () -> {
          Keys keys = new Keys(x, step, size, !greatest);
          return (from, to) -> {
            long[] line = keys.read(from);
            int best = 0;
            for (int i = 1; i < size; i++) {
              if (greatest ? line[i] > line[best] : line[i] < line[best]) best = i;
            }
            y.setLong(to, best);
          };
        });
  }

  /** Reads lines as keys. */
  private static final class Keys {
    private final Operand x;
    private final long step;
    private final boolean nanIsLeast;
    private final double[] values;
    private final long[] keys;

    Keys(Operand x, long step, int size, boolean nanIsLeast) {
      this.x = x;
      this.step = step;
      this.nanIsLeast = nanIsLeast;
      this.values = new double[size];
      this.keys = new long[size];
    }

    long[] read(long from) {
      if (x.dtype().isInteger()) {
        Elements.read(x, from, step, keys, keys.length);
        return keys;
      }
      Elements.read(x, from, step, values, values.length);
      for (int i = 0; i < values.length; i++) keys[i] = key(values[i]);
      return keys;
    }

    private long key(double value) {
      if (nanIsLeast && Double.isNaN(value)) return Long.MIN_VALUE;
      // Adding 0 turns -0 into 0. Of negative numbers the greater has the smaller bits: all but the
      // sign are turned.
      long bits = Double.doubleToLongBits(value + 0.0);
      return bits ^ (bits >> 63 & Long.MAX_VALUE);
    }
  }

  /** Orders indices by their keys: a bottom-up merge sort, which is stable. */
  private static final class Sorter {
    private int[] order;
    private int[] merged;

    Sorter(int size) {
      order = new int[size];
      merged = new int[size];
    }

    int[] sort(long[] keys, boolean descending) {
      for (int i = 0; i < order.length; i++) order[i] = i;
      for (long width = 1; width < order.length; width *= 2) {
        for (long from = 0; from < order.length; from += 2 * width) {
          int middle = (int) Math.min(order.length, from + width);
          merge(
              keys, descending, (int) from, middle, (int) Math.min(order.length, from + 2 * width));
        }
        int[] swap = order;
        order = merged;
        merged = swap;
      }
      return order;
    }

    private void merge(long[] keys, boolean descending, int from, int middle, int to) {
      int left = from;
      int right = middle;
      for (int at = from; at < to; at++) {
        boolean takeRight = left == middle;
        if (left < middle && right < to) {
          long a = keys[order[left]];
          long b = keys[order[right]];
          takeRight = descending ? b > a : b < a;
        }
        merged[at] = order[takeRight ? right++ : left++];
      }
    }
  }
}
