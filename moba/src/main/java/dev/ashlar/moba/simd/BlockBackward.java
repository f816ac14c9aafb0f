package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.CollectKernels.COLLECT;
import static dev.ashlar.moba.simd.PanelProducts.PANEL;
import static dev.ashlar.moba.simd.PanelProducts.PITCH;
import static dev.ashlar.moba.simd.Products.ROWS;
import static dev.ashlar.moba.simd.SpreadKernels.SPREAD;

import dev.ashlar.moba.MobaAttentionBackward;
import dev.ashlar.tensor.simd.lanes.Room;
import dev.ashlar.tensor.spi.Operand;
import java.util.Arrays;
import java.util.List;

/**
 * The backward pass of block attention. With the probabilities P, computed again: dV = Pᵀ dO, dP =
 * dO Vᵀ, dX = P (dP - delta), dQ = dX K, dK = dXᵀ Q (arXiv 2205.14135, algorithm 4).
 */
final class BlockBackward extends BlockWalk {
  private static final int TILE = 128;

  /** The keys taken at once. */
  private static final int KEYS = PanelProducts.TILE;

  private final Gradients gradients;
  private final RowTile queries;
  private final RowTile dOuts;
  private final RowTile dQueries;
  private final Room scores = Scratch.take(TILE * PITCH);
  private final Room dScores = Scratch.take(TILE * PITCH);
  private final float[] logSumExp = new float[TILE];
  private final float[] delta = new float[TILE];
  private final float[] ones = new float[TILE];

  private BlockBackward(BlockProblem problem, Gradients gradients) {
    super(problem, TILE);
    int size = gradients.query().size();
    this.gradients = gradients;
    this.queries = new RowTile(TILE, size);
    this.dOuts = new RowTile(TILE, size);
    this.dQueries = new RowTile(TILE, size);
    Arrays.fill(ones, 1);
  }

  /**
   * Writes dQuery [T, H, D], dKey and dValue [T, G, D] of (query, key, value, selection, out,
   * logSumExp, dOut, dLogSumExp); returns false if a number is not finite: what it has written is
   * then worth nothing.
   */
  static boolean run(MobaAttentionBackward op, List<Operand> in, List<Operand> results) {
    BlockProblem problem = BlockProblem.of(op.forward(), in);
    Gradients gradients = Gradients.of(problem, in, results);
    if (gradients.finite().get()) {
      try (var walks = new Workers<BlockWalk>(() -> new BlockBackward(problem, gradients))) {
        for (Stage stage : Stage.of(problem)) stage.run(walks);
      }
      gradients.dKey().writeTo(results.get(1), 1);
      gradients.dValue().writeTo(results.get(2), 1);
    }
    gradients.giveBack();
    return gradients.finite().get();
  }

  @Override
  public void giveBack() {
    Scratch.give(scores, dScores);
    for (RowTile each : List.of(queries, dOuts, dQueries)) each.giveBack();
  }

  @Override
  void visit(Part part, int size, int place, int before, int count) {
    int head = part.head();
    boolean finite = gradients.query().read(head, rows, size, problem.scale(), queries);
    finite &= gradients.dOut().read(head, rows, size, 1, dOuts);
    if (!finite) gradients.finite().set(false);
    if (before < count) gradients.dQuery().clear(head, rows, size); // the first visit of each query
    dQueries.clear();
    for (int t = 0; t < size; t++) {
      int row = rows[t] * problem.heads() + head;
      logSumExp[t] = gradients.logSumExp()[row];
      delta[t] = gradients.delta()[row];
    }
    int base = place / PANEL * PANEL; // a panel's beginning; small blocks may lie behind it
    int hidden = place - base;
    for (int from = 0; from < hidden + count; from += KEYS) {
      int end = Math.min(hidden + count - from, KEYS);
      take(head, size, base + from, Math.max(0, hidden - from), hidden + before - from, end);
    }
    gradients.dQuery().merge(head, rows, ones, 0, size, dQueries);
  }

  /**
   * Takes the tile to the keys {@code hidden} to {@code end} behind a place.
   *
   * @param before how many keys there are before the first query
   */
  private void take(int head, int size, int place, int hidden, int before, int end) {
    for (int panel = 0; panel < end; panel += PANEL) {
      int t = firstSeeing(panel, before);
      if (t >= size) continue;
      int pt = scores.at() + t * PITCH + panel;
      int dPt = dScores.at() + t * PITCH + panel;
      int key = place + panel;
      score(queries, gradients.keyPanels(), head, t, size - t, key, scores.numbers(), pt);
      hide(scores.numbers(), pt, t, size, panel, hidden, before, end);
      RowSoftmax.exponentials(scores.numbers(), pt, logSumExp, t, size);
      score(dOuts, gradients.valuePanels(), head, t, size - t, key, dScores.numbers(), dPt);
      RowSoftmax.gradients(scores.numbers(), pt, dScores.numbers(), dPt, delta, t, size);
    }
    int j = hidden / ROWS * ROWS;
    Band seenFrom = Band.from(end - j, size, j - before);
    collect(seenFrom, scores, scores.at() + j, dOuts, gradients.dValue(), head, place + j);
    collect(seenFrom, dScores, dScores.at() + j, queries, gradients.dKey(), head, place + j);
    PanelRows keys = gradients.key();
    SPREAD.add(
        Band.until(size, end - hidden, before + ROWS - hidden),
        dScores.numbers(),
        dScores.at() + hidden,
        keys.numbers,
        keys.at(problem.keyHead(head), 0, place + hidden),
        keys.step(),
        dQueries.numbers,
        dQueries.at(0, 0),
        dQueries.step(),
        keys.size);
  }

  private void score(
      RowTile rows, KeyPanels panels, int head, int t, int count, int place, float[] into, int to) {
    PanelProducts.scores(
        rows.numbers,
        rows.at(0, t),
        rows.step(),
        count,
        gradients.query().size(),
        panels.numbers,
        panels.at(problem.keyHead(head), place),
        into,
        to);
  }

  /** Adds weighted rows of the queries to rows of keys. */
  private void collect(
      Band band, Room weights, int at, RowTile rows, PanelRows into, int head, int place) {
    COLLECT.add(
        band,
        weights.numbers(),
        at,
        rows.numbers,
        rows.at(0, 0),
        rows.step(),
        into.numbers,
        into.at(problem.keyHead(head), 0, place),
        into.step(),
        into.size);
  }
}
