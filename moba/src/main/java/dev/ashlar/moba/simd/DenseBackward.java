package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.COLUMNS;
import static dev.ashlar.moba.simd.PanelProducts.PANEL;
import static dev.ashlar.moba.simd.PanelProducts.PITCH;
import static dev.ashlar.moba.simd.PanelProducts.TILE;
import static dev.ashlar.moba.simd.PanelProducts.taken;
import static dev.ashlar.moba.simd.Products.ROWS;

import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The backward pass of dense attention. With the probabilities P, computed again: dV = Pᵀ dO, dP =
 * dO Vᵀ, dX = P (dP - delta), dQ = dX K, dK = dXᵀ Q (arXiv 2205.14135, algorithm 4).
 *
 * <p>A sequence is cut into equal parts, and stage s takes the queries of each part p to the keys
 * of part p - s. Within a stage no two parts add to the same gradients, so that threads share the
 * parts of a stage, and every sum has one order whatever their number.
 */
final class DenseBackward {
  /** The keys taken at once. */
  private static final int KEYS = TILE;

  /** The keys scored at once: their scores are still in the first-level cache for the powers. */
  private static final int STRIP = 32;

  /** At least so many parts of a long sequence, in the interest of many threads. */
  private static final int PARTS = 8;

  /**
   * The rows of the longest part: its keys, values and their gradients stay in the second-level
   * cache.
   */
  private static final int LONGEST = 512;

  private final Pass pass;
  private final DenseProblem problem;
  private final QueryTile queries;
  private final QueryTile dOuts;
  private final float[] scores = new float[KEYS * PITCH];
  private final float[] dScores = new float[KEYS * PITCH];
  private final float[] logSumExp = new float[TILE];
  private final float[] delta = new float[TILE];
  private final float[] sums = new float[TILE]; // of probabilities, which nobody reads

  /** What all threads read, and the gradients they add to. */
  private record Pass(
      DenseProblem problem,
      PanelRows dOut,
      float[] logSumExp, // [T, H], as delta
      float[] delta,
      PanelRows dQuery,
      PanelRows dKey,
      PanelRows dValue) {}

  /** The queries of one part of a sequence, and the keys of one, for a head of keys. */
  private record Unit(int sequence, int keyHead, int queries, int keys, int size) {}

  private DenseBackward(Pass pass) {
    this.pass = pass;
    this.problem = pass.problem;
    this.queries = new QueryTile(problem.query().size, TILE);
    this.dOuts = new QueryTile(problem.query().size, TILE);
  }

  /**
   * Writes dQuery [T, H, D], dKey and dValue [T, G, D]; returns false, having written nothing, if a
   * number in {@code saved} (out, logSumExp, dOut, dLogSumExp) is not finite.
   */
  static boolean run(DenseProblem problem, List<Operand> saved, List<Operand> results) {
    PanelRows dOut = PanelRows.of(saved.get(2), problem.rows(), 1);
    float[] logSumExp = Matrices.rowMajor(saved.get(1));
    float[] delta = Matrices.delta(saved);
    if (!dOut.isFinite() || !Finite.are(logSumExp) || !Finite.are(delta)) {
      dOut.giveBack();
      return false;
    }
    int size = problem.query().size;
    var pass =
        new Pass(
            problem,
            dOut,
            logSumExp,
            delta,
            PanelRows.zeros(problem.rows(), problem.heads(), size),
            PanelRows.zeros(problem.rows(), problem.keyHeads(), size),
            PanelRows.zeros(problem.rows(), problem.keyHeads(), size));
    var idle = new ConcurrentLinkedQueue<DenseBackward>();
    for (List<List<Unit>> shared : shares(problem)) {
      Parallel.range(
          shared.size(),
          1,
          (from, to) -> {
            DenseBackward backward = idle.poll();
            if (backward == null) backward = new DenseBackward(pass);
            for (List<Unit> units : shared.subList((int) from, (int) to)) {
              for (Unit unit : units) backward.compute(unit);
            }
            idle.add(backward);
          });
    }
    pass.dQuery.writeTo(results.get(0), problem.scale());
    pass.dKey.writeTo(results.get(1), (float) (1 / DenseProblem.LOG2_E));
    pass.dValue.writeTo(results.get(2), 1);
    for (PanelRows each : List.of(dOut, pass.dQuery, pass.dKey, pass.dValue)) each.giveBack();
    return true;
  }

  /**
   * Returns what threads share, one after another: whole heads where that gives all threads as much
   * to do, since a head's numbers then stay in the cache; stages otherwise. Either way the
   * gradients of queries are added up from the keys of their own part back to the first, and those
   * of keys from the queries of their own part on.
   */
  private static List<List<List<Unit>>> shares(DenseProblem problem) {
    List<List<Unit>> heads = new ArrayList<>();
    for (int s = 0; s < problem.packing().sequences(); s++) {
      for (int head = 0; head < problem.keyHeads(); head++) heads.add(head(problem, s, head));
    }
    heads.sort(Comparator.comparingInt(units -> -units.size()));
    if (isEven(heads)) return List.of(heads);
    List<List<List<Unit>>> stages = new ArrayList<>();
    for (List<Unit> head : heads) {
      for (Unit unit : head) {
        int stage = (unit.queries - unit.keys) / unit.size;
        while (stages.size() <= stage) stages.add(new ArrayList<>());
        stages.get(stage).add(List.of(unit));
      }
    }
    return stages;
  }

  /** Returns whether the thread with the most units, as they come, has few more than the others. */
  private static boolean isEven(List<List<Unit>> heads) {
    long[] loads = new long[Parallel.threads()];
    long all = 0;
    for (List<Unit> head : heads) {
      Arrays.sort(loads);
      loads[0] += head.size();
      all += head.size();
    }
    return Arrays.stream(loads).max().orElse(0) * loads.length <= 1.1 * all;
  }

  /** Returns the units of a head, those of the last keys first. */
  private static List<Unit> head(DenseProblem problem, int sequence, int head) {
    int length = problem.packing().length(sequence);
    int size = Math.min(Math.ceilDiv(Math.ceilDiv(length, PARTS), TILE) * TILE, LONGEST);
    List<Unit> units = new ArrayList<>();
    if (length == 0) return units;
    for (int keys = (length - 1) / size * size; keys >= 0; keys -= size) {
      for (int queries = keys; queries < length; queries += size) {
        units.add(new Unit(sequence, head, queries, keys, size));
      }
    }
    return units;
  }

  private void compute(Unit unit) {
    Packing packing = problem.packing();
    int end = Math.min(unit.queries + unit.size, packing.length(unit.sequence));
    int group = problem.heads() / problem.keyHeads();
    for (int head = unit.keyHead * group; head < (unit.keyHead + 1) * group; head++) {
      for (int from = unit.queries; from < end; from += TILE) {
        compute(unit, head, from, Math.min(TILE, end - from));
      }
    }
  }

  private void compute(Unit unit, int head, int from, int size) {
    int row = problem.packing().start(unit.sequence) + from;
    for (int t = 0; t < size; t++) {
      int at = (row + t) * problem.heads() + head;
      logSumExp[t] = (float) (pass.logSumExp[at] * DenseProblem.LOG2_E);
      delta[t] = pass.delta[at];
    }
    int place = problem.rows().starts()[unit.sequence];
    queries.load(problem.query(), head, place + from, size);
    dOuts.load(pass.dOut, head, place + from, size);
    int end = Math.min(unit.keys + unit.size, from + size);
    for (int key = unit.keys; key < end; key += KEYS) {
      int count = Math.min(KEYS, end - key);
      visit(head, place + from, size, place + key, count, key - from);
    }
  }

  /**
   * Takes a tile of queries to some keys.
   *
   * @param ahead how many rows the first key lies behind the first query
   */
  private void visit(int head, int query, int size, int key, int count, int ahead) {
    int keyHead = problem.keyHead(head);
    int rounded = Math.ceilDiv(count, ROWS) * ROWS;
    for (int lane = 0; lane < size; lane += PANEL) {
      int seen = Math.min(rounded, lane + PANEL - ahead);
      for (int j = 0; j < seen; j += STRIP) {
        score(keyHead, key + j, Math.min(STRIP, seen - j), ahead + j, lane, j * PITCH + lane);
      }
    }
    int width = problem.query().size;
    for (int column = 0; column < width; column += taken(width - column)) {
      spread(scores, pass.dOut, pass.dValue, head, column, query, size, key, rounded, ahead);
      spread(dScores, problem.query(), pass.dKey, head, column, query, size, key, rounded, ahead);
      collect(head, column, query, size, key, count, ahead);
    }
  }

  /** Computes the scores of some keys with a panel of queries, their powers and gradients. */
  private void score(int keyHead, int key, int count, int ahead, int lane, int at) {
    queries.scores(problem.key(), keyHead, key, count, lane, scores, at);
    if (ahead + count - 1 > lane) StripSoftmax.hideFuture(scores, at, count, ahead - lane);
    StripSoftmax.powers(scores, at, count, logSumExp, lane, sums);
    dOuts.gradients(problem.value(), keyHead, key, count, lane, scores, delta, dScores, at);
  }

  /** Adds weighted rows of queries to rows of keys; each key is seen from its own query on. */
  private void spread(
      float[] weights,
      PanelRows rows,
      PanelRows into,
      int head,
      int column,
      int query,
      int size,
      int key,
      int count,
      int ahead) {
    int from = rows.at(head, column / COLUMNS, query);
    int to = into.at(problem.keyHead(head), column / COLUMNS, key);
    for (int j = 0; j < count; j += ROWS) {
      int first = Math.max(0, j + ahead);
      if (first >= size) return;
      PanelProducts.spread(
          weights,
          j * PITCH + first,
          size - first,
          rows.numbers,
          from + first * COLUMNS,
          rows.step(),
          into.numbers,
          to + j * COLUMNS,
          into.step(),
          rows.size - column);
    }
  }

  /** Adds weighted rows of keys to the gradients of queries. */
  private void collect(int head, int column, int query, int size, int key, int count, int ahead) {
    PanelRows keys = problem.key();
    PanelRows into = pass.dQuery;
    int from = keys.at(problem.keyHead(head), column / COLUMNS, key);
    int to = into.at(head, column / COLUMNS, query);
    for (int t = 0; t < size; t += ROWS) {
      int seen = Math.min(count, t + ROWS - ahead);
      if (seen <= 0) continue;
      PanelProducts.collect(
          dScores,
          t,
          seen,
          keys.numbers,
          from,
          keys.step(),
          into.numbers,
          to + t * COLUMNS,
          into.step(),
          keys.size - column);
    }
  }
}
