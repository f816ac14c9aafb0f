package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.ROWS;
import static dev.ashlar.moba.simd.RowProducts.PITCH;

import dev.ashlar.moba.MobaAttentionBackward;
import dev.ashlar.tensor.spi.Operand;
import java.util.Arrays;
import java.util.List;

/**
 * The backward pass of block attention. With the probabilities P, computed again: dV = Pᵀ dO, dP =
 * dO Vᵀ, dX = P (dP - delta), dQ = dX K, dK = dXᵀ Q (arXiv 2205.14135, algorithm 4).
 */
final class BlockBackward extends BlockWalk {
  private static final int TILE = 32;
  private static final int KEYS = 128;

  private final Gradients gradients;
  private final float[] scores = new float[TILE * PITCH];
  private final float[] dScores = new float[TILE * PITCH];
  private final int[] from = new int[TILE];
  private final int[] to = new int[TILE];
  private final float[] edge;

  private BlockBackward(BlockProblem problem, Gradients gradients) {
    super(problem, TILE, KEYS);
    this.gradients = gradients;
    this.edge = new float[ROWS * problem.depth()];
  }

  /**
   * Writes dQuery [T, H, D], dKey and dValue [T, G, D] of (query, key, value, selection, out,
   * logSumExp, dOut, dLogSumExp); returns false, having written nothing, if a number is not finite.
   */
  static boolean run(MobaAttentionBackward op, List<Operand> in, List<Operand> results) {
    BlockProblem problem = BlockProblem.of(op.forward(), in);
    Gradients gradients = Gradients.of(problem, in);
    boolean finite = problem.query().finite && gradients.isFinite();
    if (finite) {
      for (Stage stage : Stage.of(problem)) {
        stage.run(() -> new BlockBackward(problem, gradients));
      }
      gradients.write(results);
    }
    gradients.giveBack();
    return finite;
  }

  @Override
  void begin(Part part, int size) {
    for (int t = 0; t < TILE; t++) {
      from[t] = problem.query().at(part.head(), rows[Math.min(t, size - 1)]);
      to[t] = t < size ? from[t] : gradients.spare();
    }
  }

  @Override
  void visit(Part part, int size, int base, int first, int end, boolean causal) {
    int depth = problem.depth();
    int head = problem.keyHead(part.head());
    int width = Math.ceilDiv(end - base, KeyPanels.WIDTH) * KeyPanels.WIDTH;
    products(size, head, base, width);
    for (int t = 0; t < size; t++) {
      int shown = causal ? Math.clamp(rows[t] + 1 - base, 0, end - base) : end - base;
      int at = t * PITCH;
      if (first > base) Arrays.fill(scores, at, at + first - base, Float.NEGATIVE_INFINITY);
      if (shown < width) Arrays.fill(scores, at + shown, at + width, Float.NEGATIVE_INFINITY);
      int row = rows[t] * problem.heads() + part.head();
      RowSoftmax.gradients(
          scores, dScores, at, width, gradients.logSumExp()[row], gradients.delta()[row]);
    }
    for (int t = size; t % ROWS != 0; t++) {
      Arrays.fill(dScores, t * PITCH, t * PITCH + width, 0);
    }
    for (int j = (first - base) / ROWS * ROWS; j < end - base; j += ROWS) {
      spread(size, head, base, j, first, end);
    }
    HeadRows keys = gradients.key();
    int weights = first - base;
    int at = keys.at(head, first);
    for (int t = 0; t < size; t += ROWS) {
      RowProducts.collect(
          dScores,
          t * PITCH + weights,
          keys.numbers,
          at,
          end - first,
          depth,
          gradients.dQuery(),
          to,
          t);
    }
  }

  private void products(int size, int head, int base, int width) {
    int depth = problem.depth();
    KeyPanels keys = gradients.keyPanels();
    KeyPanels values = gradients.valuePanels();
    float[] queries = problem.query().numbers;
    float[] dOuts = gradients.dOut().numbers;
    for (int key = 0; key < width; key += KeyPanels.WIDTH) {
      int panel = keys.at(head, base + key);
      for (int t = 0; t < size; t += ROWS) {
        int at = t * PITCH + key;
        RowProducts.scores(queries, from, t, keys.numbers, panel, depth, scores, at);
        RowProducts.scores(dOuts, from, t, values.numbers, panel, depth, dScores, at);
      }
    }
  }

  /** Adds to dKey and dValue of eight keys; those not of this block may be another thread's. */
  private void spread(int size, int head, int base, int j, int first, int end) {
    float[] queries = problem.query().numbers;
    float[] dOuts = gradients.dOut().numbers;
    int at = gradients.key().at(head, base + j);
    if (base + j >= first && base + j + ROWS <= end) {
      int depth = problem.depth();
      RowProducts.spread(scores, j, dOuts, from, size, depth, gradients.dValue(), at);
      RowProducts.spread(dScores, j, queries, from, size, depth, gradients.dKey(), at);
    } else {
      int some = Math.max(first, base + j) - base - j;
      int last = Math.min(end, base + j + ROWS) - base - j;
      spreadSome(scores, j, dOuts, size, gradients.dValue(), at, some, last);
      spreadSome(dScores, j, queries, size, gradients.dKey(), at, some, last);
    }
  }

  private void spreadSome(
      float[] weights, int j, float[] rows, int size, float[] into, int at, int some, int last) {
    int depth = problem.depth();
    Arrays.fill(edge, 0);
    RowProducts.spread(weights, j, rows, from, size, depth, edge, 0);
    for (int i = some * depth; i < last * depth; i++) into[at + i] += edge[i];
  }
}
