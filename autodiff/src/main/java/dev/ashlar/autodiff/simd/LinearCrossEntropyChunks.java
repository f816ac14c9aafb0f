package dev.ashlar.autodiff.simd;

import static dev.ashlar.autodiff.nn.LinearCrossEntropyOp.BIAS;
import static dev.ashlar.autodiff.nn.LinearCrossEntropyOp.HIDDEN;
import static dev.ashlar.autodiff.nn.LinearCrossEntropyOp.TARGETS;
import static dev.ashlar.autodiff.nn.LinearCrossEntropyOp.WEIGHT;

import dev.ashlar.autodiff.nn.CrossEntropyOp;
import dev.ashlar.autodiff.nn.LinearCrossEntropyOp;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Scratch;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.simd.blocks.FloatRows;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import dev.ashlar.tensor.simd.matmul.MatrixProducts;
import dev.ashlar.tensor.simd.softmax.DoubleSoftmax;
import dev.ashlar.tensor.simd.softmax.SoftmaxRows;
import dev.ashlar.tensor.spi.Kernels;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import dev.ashlar.tensor.spi.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link LinearCrossEntropyOp}, a chunk of positions at a time: their logits, which turn into the
 * logits' gradient where they lie, and what that makes of the gradients wanted.
 */
final class LinearCrossEntropyChunks {
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;
  private static final Op OVER_ROWS = new Op.Sum(List.of(0), false);

  /** The most positions of a chunk: with fewer, products are packed and shared out more often. */
  private static final int MOST_ROWS = 1024;

  /** The fewest: as deep as a block of a product, so that sums over chunks are sums over blocks. */
  private static final int LEAST_ROWS = 256;

  /** The most logits of a chunk that has more than the fewest positions. */
  private static final int CHUNK_SIZE = 1 << 24;

  private final CrossEntropyOp op;
  private final DType dtype;
  private final Operand hidden;
  private final Operand weight;
  private final @Nullable Operand bias;
  private final long[] targets;
  private final int classes;
  // A row of logits, filled up to whole vectors.
  private final int padded;
  private final int counted;
  private final double[] losses;
  private final double[] biasSums;
  // By the number of the input, null where it is not wanted.
  private final @Nullable Operand[] gradients = new Operand[BIAS + 1];
  private final boolean goesBack;

  private LinearCrossEntropyChunks(
      LinearCrossEntropyOp op, List<Integer> wanted, List<Operand> in, List<Operand> out) {
    this.op = op.perPosition();
    this.hidden = in.get(HIDDEN);
    this.dtype = hidden.dtype();
    this.weight = in.get(WEIGHT);
    this.bias = in.size() > BIAS ? in.get(BIAS) : null;
    this.targets = Columns.longs(in.get(TARGETS));
    this.classes = weight.shape().dim(0);
    this.padded = FloatVectors.wholeVectors(classes);
    this.counted = this.op.counted(targets, classes);
    this.losses = new double[targets.length];
    for (int i = 0; i < wanted.size(); i++) gradients[wanted.get(i)] = out.get(1 + i);
    this.goesBack = !wanted.isEmpty();
    this.biasSums = new double[classes];
  }

  /** (hidden, weight, targets, bias) -> the mean, and its gradients in the inputs wanted. */
  static void run(
      LinearCrossEntropyOp op, List<Integer> wanted, List<Operand> in, List<Operand> out) {
    double mean = new LinearCrossEntropyChunks(op, wanted, in, out).mean();
    out.getFirst().setDouble(out.getFirst().layout().offsetElements(), mean);
  }

  /** Returns how many positions a chunk has, whatever the number of threads. */
  private static int rows(int padded) {
    int fitting = CHUNK_SIZE / Math.max(1, padded) / LEAST_ROWS * LEAST_ROWS;
    return Math.clamp(fitting, LEAST_ROWS, MOST_ROWS);
  }

  private double mean() {
    int rows = Math.min(rows(padded), targets.length);
    long size = (long) rows * padded;
    int bytes = dtype.byteSize();
    try (Scratch room = TensorScope.current().memory().scratch((size + 1) * bytes)) {
      MemorySegment last = room.segment().asSlice(size * bytes, bytes);
      Operand one = new Operand(dtype, Layout.contiguous(Shape.of(1, 1)), last);
      one.setDouble(0, 1);
      int from = 0;
      // At least once, so that gradients over nothing are written: zeros.
      do {
        chunk(from, Math.min(targets.length, from + rows), room.segment(), one);
        from += rows;
      } while (from < targets.length);
    }
    double total = 0;
    for (double loss : losses) total += loss;
    return total / counted;
  }

  private void chunk(int from, int to, MemorySegment room, Operand one) {
    var whole = new Operand(dtype, Layout.contiguous(Shape.of(to - from, padded)), room);
    Operand logits = whole.with(whole.layout().slice(1, 0, classes, 1));
    Operand ones = one.with(one.layout().expand(Shape.of(to - from, 1)));
    Operand x = rows(hidden, from, to);
    if (bias != null) MatrixProducts.multiply(ones, asRow(bias), logits);
    sum(x, transposed(weight), logits, bias == null);
    if (dtype == DType.F32) turn(FloatRows.of(whole), from);
    else turnDoubles(room, to - from, from);
    boolean first = from == 0;
    @Nullable Operand dHidden = gradients[HIDDEN];
    @Nullable Operand dWeight = gradients[WEIGHT];
    @Nullable Operand dBias = gradients[BIAS];
    if (dHidden != null) MatrixProducts.multiply(logits, weight, rows(dHidden, from, to));
    if (dWeight != null) sum(transposed(logits), x, dWeight, first);
    if (dBias != null) addRows(logits, dBias);
  }

  /** Adds in double precision, which a product with ones would not. */
  private void addRows(Operand logits, Operand dBias) {
    Kernels.find(OVER_ROWS, List.of(logits.spec())).run(List.of(logits), List.of(dBias));
    for (int v = 0; v < classes; v++) biasSums[v] += dBias.getDouble(v);
    Rows.of(dBias).write(0, biasSums);
  }

  private static void sum(Operand left, Operand right, Operand out, boolean first) {
    if (first) MatrixProducts.multiply(left, right, out);
    else MatrixProducts.add(left, right, out);
  }

  /** Notes the loss of each row's position, and puts the gradient in the row's place. */
  private void turn(FloatRows rows, int position) {
    Parallel.range(
        rows.count(),
        Lanes.grain(padded),
        (from, to) -> {
          FloatRows.Cursor row = rows.cursor(0);
          for (int r = (int) from; r < to; r++) {
            row.begin(r);
            // e^-infinity is 0: the padding adds nothing.
            for (int v = classes; v < padded; v++) row.set(v, Float.NEGATIVE_INFINITY);
            turn(row, position + r);
          }
        });
  }

  private void turn(FloatRows.Cursor row, int position) {
    double logSumExp = SoftmaxRows.logSumExp(row, padded);
    if (op.counts(targets[position])) {
      int target = (int) targets[position];
      losses[position] = logSumExp - row.get(target);
      if (!goesBack) return;
      float share = 1f / counted;
      float rounded = (float) logSumExp;
      float total = (float) CrossEntropyOp.total(logSumExp, rounded);
      CrossEntropyRows.softmax(row, row, rounded, share / total, padded);
      row.set(target, row.get(target) - share);
    } else if (goesBack) {
      CrossEntropyRows.zero(row, padded); // also where it holds NaN
    }
  }

  /** The same of logits in F64. */
  private void turnDoubles(MemorySegment logits, int rows, int position) {
    Parallel.range(
        rows,
        Lanes.grain(padded),
        (from, to) -> {
          for (int r = (int) from; r < to; r++)
            turnDoubles(logits, (long) r * padded, position + r);
        });
  }

  private void turnDoubles(MemorySegment x, long row, int position) {
    long at = row * Double.BYTES;
    for (int v = classes; v < padded; v++) x.setAtIndex(DOUBLE, row + v, Double.NEGATIVE_INFINITY);
    double logSumExp = DoubleSoftmax.logSumExp(x, at, padded);
    if (op.counts(targets[position])) {
      long target = row + targets[position];
      losses[position] = logSumExp - x.getAtIndex(DOUBLE, target);
      if (!goesBack) return;
      double share = 1.0 / counted;
      DoubleSoftmax.softmax(x, at, logSumExp, share, padded);
      x.setAtIndex(DOUBLE, target, x.getAtIndex(DOUBLE, target) - share);
    } else if (goesBack) {
      x.asSlice(at, (long) padded * Double.BYTES).fill((byte) 0); // also where it holds NaN
    }
  }

  private static Operand rows(Operand x, int from, int to) {
    return x.with(x.layout().slice(0, from, to, 1));
  }

  private static Operand asRow(Operand x) {
    return x.with(x.layout().reshape(Shape.of(1, x.shape().dim(0))).orElseThrow());
  }

  private static Operand transposed(Operand x) {
    return x.with(x.layout().permute(new int[] {1, 0}));
  }
}
