package dev.ashlar.moba.simd;

import dev.ashlar.moba.FlashAttention;
import dev.ashlar.moba.MobaAttention;
import dev.ashlar.moba.Packing;
import dev.ashlar.moba.VisibleKeys;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Scratch;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import dev.ashlar.tensor.simd.matmul.MatrixProducts;
import dev.ashlar.tensor.simd.softmax.DoubleSoftmax;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Attention in F64, which gradients are checked in: strip by strip of a head's queries, whose
 * logits with all keys before them are one product of matrices. Those of keys that a query may not
 * look at become -infinity. All threads share each product, and the rows of each strip.
 */
final class DoubleAttention {
  /** The most queries of a strip. */
  private static final int MOST_ROWS = 256;

  /** The fewest, however many keys there are. */
  private static final int LEAST_ROWS = 16;

  /** The most logits of a strip that has more than the fewest queries. */
  private static final int STRIP_SIZE = 1 << 20;

  /** Logits worth handing to another thread. */
  private static final int GRAIN = 1 << 13;

  private final Packing packing;
  private final VisibleKeys visible;
  private final double scale;
  private final Operand query;
  private final Operand key;
  private final Operand value;
  private final int heads;
  private final int group;

  private DoubleAttention(Packing packing, VisibleKeys visible, double scale, List<Operand> in) {
    this.packing = packing;
    this.visible = visible;
    this.scale = scale;
    this.query = in.get(0);
    this.key = in.get(1);
    this.value = in.get(2);
    this.heads = query.shape().dim(1);
    this.group = heads / Math.max(1, key.shape().dim(1));
  }

  static DoubleAttention of(FlashAttention op, List<Operand> in) {
    double scale = op.scaleFor(in.getFirst().shape().dim(2));
    return new DoubleAttention(op.packing(), op.visible(), scale, in);
  }

  static DoubleAttention of(MobaAttention op, List<Operand> in) {
    double scale = op.config().scaleFor(in.getFirst().shape().dim(2));
    return new DoubleAttention(op.packing(), op.visible(in.get(3)), scale, in);
  }

  /** Tells whether no number would spoil the sums of queries that must not see it, times 0. */
  private boolean isFinite() {
    return DoubleRows.areFinite(query) && DoubleRows.areFinite(key) && DoubleRows.areFinite(value);
  }

  /** Writes out [T, H, D] and logSumExp [T, H]; false if that is left to the plain kernel. */
  boolean forward(Operand out, Operand logSumExp) {
    if (!isFinite()) return false;
    strips(
        1,
        strip -> {
          MatrixProducts.multiply(strip.queries(query), transposed(strip.keys(key)), strip.room(0));
          strip.rows(
              t -> {
                strip.mask(t);
                double sum = DoubleSoftmax.logSumExp(strip.room, strip.at(0, t), strip.pitch);
                DoubleSoftmax.softmax(strip.room, strip.at(0, t), sum, 1, strip.pitch);
                logSumExp.setDouble(place(logSumExp, t, strip.head), sum);
              });
          MatrixProducts.multiply(strip.room(0), strip.keys(value), strip.queries(out));
        });
    return true;
  }

  /**
   * Writes dQuery, dKey and dValue: P = exp(x - lse), dP = dOut·v, dX = P (dP - dOut·out + dLse);
   * false if that is left to the plain kernel.
   *
   * @param saved out, logSumExp, dOut and dLogSumExp
   */
  boolean backward(List<Operand> saved, List<Operand> out) {
    Operand dOut = saved.get(2);
    boolean finite = DoubleRows.areFinite(dOut) && DoubleRows.areFinite(saved.get(3));
    if (!finite || !isFinite()) return false;
    Operand dKey = out.get(1);
    Operand dValue = out.get(2);
    dKey.elements().fill((byte) 0);
    dValue.elements().fill((byte) 0);
    strips(
        2,
        strip -> {
          Operand queries = strip.queries(query);
          Operand dOuts = strip.queries(dOut);
          MatrixProducts.multiply(queries, transposed(strip.keys(key)), strip.room(0));
          MatrixProducts.multiply(dOuts, transposed(strip.keys(value)), strip.room(1));
          strip.rows(t -> strip.gradient(t, saved));
          MatrixProducts.add(transposed(strip.room(0)), dOuts, strip.keys(dValue));
          MatrixProducts.add(transposed(strip.room(1)), queries, strip.keys(dKey));
          MatrixProducts.multiply(strip.room(1), strip.keys(key), strip.queries(out.get(0)));
        });
    return true;
  }

  private void strips(int rooms, Consumer<Strip> work) {
    int longest = packing.maxLength();
    if (longest == 0) return;
    int most = Math.clamp(STRIP_SIZE / longest, LEAST_ROWS, MOST_ROWS);
    long size = (long) Math.min(most, longest) * FloatVectors.wholeVectors(longest);
    try (Scratch room = TensorScope.current().memory().scratch(rooms * size * Double.BYTES)) {
      for (int sequence = 0; sequence < packing.sequences(); sequence++) {
        int end = packing.end(sequence);
        for (int from = packing.start(sequence); from < end; from += most) {
          int to = Math.min(end, from + most);
          for (int head = 0; head < heads; head++) {
            work.accept(new Strip(head, packing.start(sequence), from, to, room.segment()));
          }
        }
      }
    }
  }

  private static Operand transposed(Operand matrix) {
    return matrix.with(matrix.layout().permute(new int[] {1, 0}));
  }

  /** Returns where a number of an operand [T, H] lies. */
  private static long place(Operand x, int row, int head) {
    Layout layout = x.layout();
    return layout.offsetElements()
        + row * layout.strideElements(0)
        + head * layout.strideElements(1);
  }

  /** Queries {@code from} to {@code to} of a head, and the keys from {@code first} up to them. */
  private final class Strip {
    private final int head;
    private final int first;
    private final int from;
    private final int to;
    private final int pitch;
    private final MemorySegment room;

    Strip(int head, int first, int from, int to, MemorySegment room) {
      this.head = head;
      this.first = first;
      this.from = from;
      this.to = to;
      this.pitch = FloatVectors.wholeVectors(to - first);
      this.room = room;
    }

    /** Returns the queries' rows of [T, H, D] as a matrix. */
    Operand queries(Operand x) {
      return matrix(x, from, to, head);
    }

    /** Returns the keys' rows of [T, G, D] as a matrix. */
    Operand keys(Operand x) {
      return matrix(x, first, to, head / group);
    }

    private static Operand matrix(Operand x, int from, int to, int head) {
      Layout part = x.layout().slice(0, from, to, 1).slice(1, head, head + 1, 1);
      Shape shape = Shape.of(to - from, x.shape().dim(2));
      // Only an axis of size 1 goes, which every layout allows.
      return x.with(part.reshape(shape).orElseThrow());
    }

    /** Returns a matrix of logits [queries, keys] in scratch memory. */
    Operand room(int number) {
      int rows = to - from;
      Layout whole = Layout.contiguous(Shape.of((number + 1) * rows, pitch));
      Layout part = whole.slice(0, number * rows, (number + 1) * rows, 1);
      return new Operand(DType.F64, part.slice(1, 0, to - first, 1), room);
    }

    /** Returns the byte at which a query's row of such a matrix begins. */
    long at(int number, int row) {
      return ((long) number * (to - from) + row - from) * pitch * Double.BYTES;
    }

    /** Lets a work be done for every query, on any threads. */
    void rows(IntConsumer work) {
      Parallel.range(
          to - from,
          Math.max(1, GRAIN / pitch),
          (start, end) -> {
            for (int row = (int) start; row < end; row++) work.accept(from + row);
          });
    }

    /** Scales a query's logits; those of keys that it may not look at become -infinity. */
    void mask(int row) {
      long at = at(0, row);
      DoubleRows.scale(room, at, scale, pitch);
      int hidden = first;
      for (int range = 0; range < visible.count(row, head); range++) {
        DoubleRows.hide(room, at, hidden - first, visible.from(row, head, range) - first);
        hidden = visible.to(row, head, range);
      }
      DoubleRows.hide(room, at, hidden - first, pitch);
    }

    /** Turns logits into probabilities, and what comes back to these into what goes to logits. */
    void gradient(int row, List<Operand> saved) {
      mask(row);
      Operand logSumExp = saved.get(1);
      double sum = logSumExp.getDouble(place(logSumExp, row, head));
      DoubleSoftmax.softmax(room, at(0, row), sum, 1, pitch);
      Operand dLogSumExp = saved.get(3);
      double delta =
          DoubleRows.dot(
                  matrix(saved.get(0), row, row + 1, head),
                  matrix(saved.get(2), row, row + 1, head))
              - dLogSumExp.getDouble(place(dLogSumExp, row, head));
      DoubleRows.gradient(room, at(0, row), at(1, row), delta, scale, pitch);
    }
  }
}
