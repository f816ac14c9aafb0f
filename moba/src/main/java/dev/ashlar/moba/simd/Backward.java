package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.TILE;

import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The backward pass. A part computes the gradients of its queries, and its share of those of the
 * keys and values it sees; {@link KeyGradients} adds the shares up.
 *
 * <p>With the probabilities P, computed again: dV = Pᵀ dO, dP = dO Vᵀ, dX = P (dP - delta), dQ = dX
 * K, dK = dXᵀ Q (arXiv 2205.14135, algorithm 4).
 */
final class Backward extends TileWalk {
  private final HeadRows dOut;
  private final float[] logSumExp; // [T, H], as delta
  private final float[] delta; // rowwise dO · out - dLogSumExp
  private final float[] queries;
  private final float[] dOuts;
  private final float[] scores = new float[KEYS * TILE];
  private final float[] dScores = new float[KEYS * TILE];
  private final float[] lses = new float[TILE];
  private final float[] deltas = new float[TILE];
  private final float[] unused = new float[TILE];
  private final int[] from = new int[TILE];
  private final int[] to = new int[TILE];
  private final float[] dQuery;
  private final KeyGradients.Share share;

  private Backward(
      Problem problem,
      HeadRows dOut,
      float[] logSumExp,
      float[] delta,
      int partRows,
      KeyGradients.Share share) {
    super(problem);
    this.dOut = dOut;
    this.logSumExp = logSumExp;
    this.delta = delta;
    this.queries = new float[problem.depth() * TILE];
    this.dOuts = new float[problem.depth() * TILE];
    this.dQuery = new float[(partRows + 1) * problem.depth()];
    this.share = share;
  }

  /**
   * Writes dQuery [T, H, D], dKey and dValue [T, G, D]; returns false, having written nothing, if a
   * number in {@code saved} (out, logSumExp, dOut, dLogSumExp) is not finite.
   */
  static boolean run(Problem problem, List<Operand> saved, List<Operand> results) {
    HeadRows dOut = HeadRows.of(saved.get(2), 1);
    float[] logSumExp = Matrices.rowMajor(saved.get(1));
    float[] delta = Matrices.delta(saved);
    if (!dOut.finite || !Matrices.isFinite(logSumExp) || !Matrices.isFinite(delta)) return false;
    List<Part> parts = Part.of(problem.packing(), problem.heads(), 16, 1024);
    var shares = new KeyGradients(problem, parts);
    Parallel.range(
        parts.size(),
        1,
        (from, to) -> {
          for (int i = (int) from; i < to; i++) {
            Part part = parts.get(i);
            var backward =
                new Backward(problem, dOut, logSumExp, delta, part.rows(), shares.make(i));
            backward.compute(part, results.get(0));
          }
        });
    shares.write(results.get(1), results.get(2));
    return true;
  }

  private void compute(Part part, Operand result) {
    walk(part);
    int size = result.shape().dim(2);
    MemorySegment out = result.elements();
    for (int i = 0; i < part.rows(); i++) {
      int at = i * problem.depth();
      for (int d = at; d < at + size; d++) dQuery[d] *= problem.scale();
      long row = (long) (part.from() + i) * problem.heads() + part.head();
      MemorySegment.copy(dQuery, at, out, ValueLayout.JAVA_FLOAT, row * size * Float.BYTES, size);
    }
  }

  @Override
  void begin(Part part, int size) {
    for (int t = 0; t < TILE; t++) {
      boolean real = t < size;
      if (real) from[t] = problem.query().at(part.head(), rows[t]);
      to[t] = (real ? rows[t] - part.from() : part.rows()) * problem.depth();
      int at = real ? rows[t] * problem.heads() + part.head() : 0;
      lses[t] = real ? logSumExp[at] : 0;
      deltas[t] = real ? delta[at] : 0;
    }
    Products.transpose(problem.query().numbers, from, size, problem.depth(), queries);
    Products.transpose(dOut.numbers, from, size, problem.depth(), dOuts);
  }

  @Override
  void visit(Part part, int size, int key, int count, boolean causal, int ahead) {
    int depth = problem.depth();
    int at = problem.key().at(problem.keyHead(part.head()), key);
    float[] keys = problem.key().numbers;
    Products.scores(keys, at, count, depth, queries, scores);
    if (causal) TileSoftmax.hideFuture(scores, count, ahead);
    Products.scores(problem.value().numbers, at, count, depth, dOuts, dScores);
    TileSoftmax.gradients(scores, dScores, count, lses, deltas, unused);
    int shareAt = share.at(key);
    Products.spread(scores, count, dOut.numbers, from, size, depth, share.dValue(), shareAt);
    Products.spread(
        dScores, count, problem.query().numbers, from, size, depth, share.dKey(), shareAt);
    Products.collect(dScores, keys, at, count, depth, dQuery, to);
  }

  @Override
  void end(Part part, int size) {}
}
