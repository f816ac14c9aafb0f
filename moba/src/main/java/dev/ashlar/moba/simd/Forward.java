package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.TILE;

import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/**
 * The forward pass: a running maximum and sum per query, and the weighted values by them, brought
 * up to date tile by tile (arXiv 2205.14135, algorithm 1). Rows that no lane stands for write to a
 * spare row behind the others.
 */
final class Forward extends TileWalk {
  private final float[] queries;
  private final float[] scores = new float[KEYS * TILE];
  private final float[] maxima = new float[TILE];
  private final float[] sums = new float[TILE];
  private final float[] factors = new float[TILE];
  private final float[] news = new float[TILE];
  private final int[] from = new int[TILE];
  private final int[] to = new int[TILE];
  private final float[] out;
  private final float[] rowMaxima;
  private final float[] rowSums;

  private Forward(Problem problem, int partRows) {
    super(problem);
    this.queries = new float[problem.depth() * TILE];
    this.out = new float[(partRows + 1) * problem.depth()];
    this.rowMaxima = new float[partRows + LANES];
    this.rowSums = new float[partRows + LANES];
  }

  /** Writes out [T, H, D] and logSumExp [T, H]. */
  static void run(Problem problem, List<Operand> results) {
    boolean dense = problem.lists() == null;
    List<Part> parts = Part.of(problem.packing(), problem.heads(), 64, dense ? 128 : 1024);
    Parallel.range(
        parts.size(),
        1,
        (from, to) -> {
          for (Part part : parts.subList((int) from, (int) to)) {
            var forward = new Forward(problem, part.rows());
            forward.compute(part, results.get(0), results.get(1));
          }
        });
  }

  private void compute(Part part, Operand result, Operand logSumExp) {
    Arrays.fill(rowMaxima, -Float.MAX_VALUE);
    Arrays.fill(rowSums, 0, part.rows(), 0);
    Arrays.fill(rowSums, part.rows(), rowSums.length, 1);
    walk(part);
    int size = result.shape().dim(2);
    MemorySegment outs = result.elements();
    MemorySegment lses = logSumExp.elements();
    for (int i = 0; i < part.rows(); i++) {
      int at = i * problem.depth();
      float factor = 1 / rowSums[i];
      for (int d = at; d < at + size; d++) out[d] *= factor;
      long row = (long) (part.from() + i) * problem.heads() + part.head();
      MemorySegment.copy(out, at, outs, ValueLayout.JAVA_FLOAT, row * size * Float.BYTES, size);
    }
    TileSoftmax.logSumExp(rowMaxima, rowSums, part.rows());
    for (int i = 0; i < part.rows(); i++) {
      long row = (long) (part.from() + i) * problem.heads() + part.head();
      lses.setAtIndex(ValueLayout.JAVA_FLOAT, row, rowMaxima[i]);
    }
  }

  @Override
  void begin(Part part, int size) {
    for (int t = 0; t < TILE; t++) {
      int row = t < size ? rows[t] - part.from() : part.rows();
      if (t < size) from[t] = problem.query().at(part.head(), rows[t]);
      to[t] = row * problem.depth();
      maxima[t] = t < size ? rowMaxima[row] : 0;
      sums[t] = t < size ? rowSums[row] : 0;
    }
    Products.transpose(problem.query().numbers, from, size, problem.depth(), queries);
  }

  @Override
  void visit(Part part, int size, int key, int count, boolean causal, int ahead) {
    int head = problem.keyHead(part.head());
    int depth = problem.depth();
    HeadRows keys = problem.key();
    Products.scores(keys.numbers, keys.at(head, key), count, depth, queries, scores);
    if (causal) TileSoftmax.hideFuture(scores, count, ahead);
    boolean grown = TileSoftmax.update(scores, count, maxima, sums, factors, news);
    if (grown) Products.rescale(out, to, size, depth, factors);
    HeadRows values = problem.value();
    Products.collect(scores, values.numbers, values.at(head, key), count, depth, out, to);
  }

  @Override
  void end(Part part, int size) {
    for (int t = 0; t < size; t++) {
      rowMaxima[rows[t] - part.from()] = maxima[t];
      rowSums[rows[t] - part.from()] = sums[t];
    }
  }
}
