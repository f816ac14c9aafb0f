package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.ROWS;
import static dev.ashlar.moba.simd.RowProducts.PITCH;

import dev.ashlar.moba.MobaAttention;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/**
 * The forward pass of block attention: for each query a running maximum and sum, and the weighted
 * values by them, brought up to date block by block (arXiv 2205.14135, algorithm 1).
 */
final class BlockForward extends BlockWalk {
  private static final int TILE = 8;
  private static final int KEYS = RowProducts.KEYS;

  private final KeyPanels keys;
  private final HeadRows values;
  private final float[] scores = new float[TILE * PITCH];
  private final int[] from = new int[TILE];
  private final int[] to = new int[TILE];
  private final float[] out; // a part's rows, and one for what fills up a tile
  private final float[] maxima;
  private final float[] sums; // one vector for each row

  private BlockForward(BlockProblem problem, KeyPanels keys, HeadRows values, int partRows) {
    super(problem, TILE, KEYS);
    this.keys = keys;
    this.values = values;
    this.out = new float[(partRows + 1) * problem.depth()];
    this.maxima = new float[partRows + LANES];
    this.sums = new float[(partRows + 1) * LANES];
  }

  /**
   * Writes out [T, H, D] and logSumExp [T, H] of (query, key, value, selection); returns false,
   * having written nothing, if a number is not finite.
   */
  static boolean run(MobaAttention op, List<Operand> in, List<Operand> results) {
    BlockProblem problem = BlockProblem.of(op, in);
    KeyPanels keys = KeyPanels.of(in.get(1));
    HeadRows values = HeadRows.of(in.get(2), 1);
    boolean finite = problem.query().finite && keys.finite && values.finite;
    if (finite) run(problem, keys, values, results);
    Scratch.give(problem.query().numbers, keys.numbers, values.numbers);
    return finite;
  }

  private static void run(
      BlockProblem problem, KeyPanels keys, HeadRows values, List<Operand> results) {
    List<Part> parts = Part.ofRows(problem.packing(), problem.heads(), problem.rowsFor(16));
    Parallel.range(
        parts.size(),
        1,
        (from, to) -> {
          for (Part part : parts.subList((int) from, (int) to)) {
            var forward = new BlockForward(problem, keys, values, part.rows());
            forward.compute(part, results.get(0), results.get(1));
          }
        });
  }

  private void compute(Part part, Operand result, Operand logSumExp) {
    Arrays.fill(maxima, -Float.MAX_VALUE);
    walk(part, problem.packing().start(part.sequence()), part.to());
    int size = result.shape().dim(2);
    MemorySegment outs = result.elements();
    MemorySegment lses = logSumExp.elements();
    for (int i = 0; i < part.rows(); i++) {
      float sum = 0;
      for (int lane = 0; lane < LANES; lane++) sum += sums[i * LANES + lane];
      int at = i * problem.depth();
      float factor = 1 / sum;
      for (int d = at; d < at + size; d++) out[d] *= factor;
      long row = (long) (part.from() + i) * problem.heads() + part.head();
      MemorySegment.copy(out, at, outs, ValueLayout.JAVA_FLOAT, row * size * Float.BYTES, size);
      sums[i] = sum;
    }
    RowSoftmax.logSumExp(maxima, sums, part.rows());
    for (int i = 0; i < part.rows(); i++) {
      long row = (long) (part.from() + i) * problem.heads() + part.head();
      lses.setAtIndex(ValueLayout.JAVA_FLOAT, row, maxima[i]);
    }
  }

  @Override
  void begin(Part part, int size) {
    for (int t = 0; t < TILE; t++) {
      from[t] = problem.query().at(part.head(), rows[Math.min(t, size - 1)]);
      to[t] = (t < size ? rows[t] - part.from() : part.rows()) * problem.depth();
    }
  }

  @Override
  void visit(Part part, int size, int base, int first, int end, boolean causal) {
    int depth = problem.depth();
    int head = problem.keyHead(part.head());
    int width = Math.ceilDiv(end - base, KeyPanels.WIDTH) * KeyPanels.WIDTH;
    for (int key = 0; key < width; key += KeyPanels.WIDTH) {
      int panel = keys.at(head, base + key);
      for (int t = 0; t < size; t += ROWS) {
        RowProducts.scores(
            problem.query().numbers, from, t, keys.numbers, panel, depth, scores, t * PITCH + key);
      }
    }
    for (int t = 0; t < size; t++) {
      int shown = causal ? Math.clamp(rows[t] + 1 - base, 0, end - base) : end - base;
      hide(t * PITCH, first - base, shown, width);
      soften(t, rows[t] - part.from(), width);
    }
    int at = values.at(head, first);
    for (int t = 0; t < size; t += ROWS) {
      RowProducts.collect(
          scores, t * PITCH + first - base, values.numbers, at, end - first, depth, out, to, t);
    }
  }

  private void hide(int at, int from, int to, int width) {
    if (from > 0) Arrays.fill(scores, at, at + from, Float.NEGATIVE_INFINITY);
    if (to < width) Arrays.fill(scores, at + to, at + width, Float.NEGATIVE_INFINITY);
  }

  private void soften(int t, int row, int width) {
    float before = maxima[row];
    float now = Math.max(before, RowSoftmax.greatest(scores, t * PITCH, width));
    if (now != before) {
      RowSoftmax.rescale(before, now, out, to[t], problem.depth(), sums, row * LANES);
      maxima[row] = now;
    }
    RowSoftmax.exponentials(scores, t * PITCH, width, now, sums, row * LANES);
  }
}
