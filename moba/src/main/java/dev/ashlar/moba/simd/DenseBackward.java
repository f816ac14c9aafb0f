package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.CollectKernels.COLLECT;
import static dev.ashlar.moba.simd.PanelProducts.PANEL;
import static dev.ashlar.moba.simd.PanelProducts.PITCH;
import static dev.ashlar.moba.simd.PanelProducts.TILE;
import static dev.ashlar.moba.simd.Products.ROWS;
import static dev.ashlar.moba.simd.SpreadKernels.SPREAD;

import dev.ashlar.moba.FlashAttention;
import dev.ashlar.tensor.simd.lanes.Room;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * The backward pass of dense attention. With the probabilities P, computed again: dV = Pᵀ dO, dP =
 * dO Vᵀ, dX = P (dP - delta), dQ = dX K, dK = dXᵀ Q (arXiv 2205.14135, algorithm 4).
 *
 * <p>A sequence is cut into equal parts, and a unit of work takes the queries of one part to the
 * keys of one. The gradients of queries are added up from the keys of their own part back to the
 * first, and those of keys from the queries of their own part on: a unit waits for the two before
 * it, so that every sum has one order whatever the number of threads.
 */
final class DenseBackward implements Workers.Worker {
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

  private final Room scores = Scratch.take(KEYS * PITCH);
  private final Room dScores = Scratch.take(KEYS * PITCH);
  private final float[] logSumExp = new float[TILE];
  private final float[] delta = new float[TILE];
  private final float[] sums = new float[TILE]; // of probabilities, which nobody reads

  /** What the backward pass of a sequence reads, and the gradients it adds to. */
  private record Pass(
      DenseProblem problem,
      PanelRows query,
      PanelRows dOut,
      KeyPanels dOutPanels,
      float[] logSumExp, // [length, H], as delta
      float[] delta,
      PanelRows dQuery,
      PanelRows dKey,
      PanelRows dValue) {

    static Pass of(FlashAttention op, Sequence sequence, List<Operand> in) {
      DenseProblem problem = DenseProblem.of(op, sequence, in);
      PaddedRows rows = problem.rows();
      List<Operand> saved = in.subList(3, 7).stream().map(sequence::of).toList();
      return new Pass(
          problem,
          PanelRows.of(sequence.of(in.get(0)), rows, 1),
          PanelRows.of(saved.get(2), rows, 1),
          KeyPanels.of(saved.get(2), rows),
          Matrices.rowMajor(saved.get(1)),
          Matrices.delta(saved),
          PanelRows.zeros(rows, problem.heads(), problem.size()),
          PanelRows.zeros(rows, problem.keyHeads(), problem.size()),
          PanelRows.zeros(rows, problem.keyHeads(), problem.size()));
    }

    boolean isFinite() {
      return problem.isFinite() && dOut.isFinite() && Finite.are(logSumExp) && Finite.are(delta);
    }

    /** Writes dQuery [T, H, D], dKey and dValue [T, G, D]. */
    void write(List<Operand> results) {
      Sequence sequence = problem.sequence();
      dQuery.writeTo(sequence.of(results.get(0)), 1);
      dKey.writeTo(sequence.of(results.get(1)), problem.scale());
      dValue.writeTo(sequence.of(results.get(2)), 1);
    }

    void giveBack() {
      problem.giveBack();
      dOutPanels.giveBack();
      for (PanelRows each : List.of(query, dOut, dQuery, dKey, dValue)) each.giveBack();
    }
  }

  /**
   * The queries of one part of a sequence, and the keys of one, for a head of keys.
   *
   * @param before the units that add to the same gradients just before
   * @param done complete after the unit, even if it failed, so that nobody waits forever
   */
  private record Unit(
      Pass pass,
      int keyHead,
      int queries,
      int keys,
      int size,
      List<CompletableFuture<Void>> before,
      CompletableFuture<Void> done) {

    /** How many parts the keys lie before the queries. */
    int stage() {
      return (queries - keys) / size;
    }
  }

  /**
   * Writes dQuery [T, H, D], dKey and dValue [T, G, D] of (query, key, value, out, logSumExp, dOut,
   * dLogSumExp); returns false if a number is not finite, and what it has written is then of no
   * use.
   */
  static boolean run(FlashAttention op, List<Operand> in, List<Operand> results) {
    try (var workers = new Workers<>(DenseBackward::new)) {
      return Sequence.all(op.packing(), sequences -> run(op, sequences, in, results, workers));
    }
  }

  private static boolean run(
      FlashAttention op,
      List<Sequence> sequences,
      List<Operand> in,
      List<Operand> results,
      Workers<DenseBackward> workers) {
    List<Pass> passes = sequences.stream().map(each -> Pass.of(op, each, in)).toList();
    boolean finite = passes.stream().allMatch(Pass::isFinite);
    if (finite) {
      List<List<Unit>> shares = shares(passes);
      Parallel.range(shares.size(), 1, (from, _) -> compute(shares.get((int) from), workers));
      for (Pass pass : passes) pass.write(results);
    }
    passes.forEach(Pass::giveBack);
    return finite;
  }

  @Override
  public void giveBack() {
    Scratch.give(scores, dScores);
  }

  /**
   * Computes units one after another. Each waits only for units of this list or of earlier ones,
   * which some thread has begun.
   */
  private static void compute(List<Unit> units, Workers<DenseBackward> workers) {
    try {
      workers.lend(
          backward -> {
            for (Unit unit : units) {
              unit.before.forEach(CompletableFuture::join);
              backward.compute(unit);
              unit.done.complete(null);
            }
          });
    } finally {
      units.forEach(unit -> unit.done.complete(null));
    }
  }

  /**
   * Returns what threads take one after another: whole heads where that gives all as much to do,
   * since keys and their gradients then stay in near caches; otherwise single units of as many
   * heads as keep all threads busy, in an order in which a unit follows long after those before it.
   */
  private static List<List<Unit>> shares(List<Pass> passes) {
    List<List<Unit>> heads = new ArrayList<>();
    for (Pass pass : passes) {
      for (int head = 0; head < pass.problem.keyHeads(); head++) heads.add(head(pass, head));
    }
    if (Loads.areEven(heads.stream().mapToLong(List::size).toArray())) return heads;
    List<List<Unit>> shares = new ArrayList<>();
    int together = Math.ceilDiv(2 * Parallel.threads(), PARTS);
    for (int from = 0; from < heads.size(); from += together) {
      heads.subList(from, Math.min(heads.size(), from + together)).stream()
          .flatMap(List::stream)
          .sorted(Comparator.comparingInt(Unit::stage))
          .forEach(unit -> shares.add(List.of(unit)));
    }
    return shares;
  }

  /** Returns the units of a head, those of the last keys first. */
  private static List<Unit> head(Pass pass, int head) {
    int length = pass.problem.sequence().length();
    int size = Math.min(Math.ceilDiv(Math.ceilDiv(length, PARTS), TILE) * TILE, LONGEST);
    List<Unit> units = new ArrayList<>();
    Map<Integer, CompletableFuture<Void>> last = new HashMap<>(); // units by their queries
    for (int keys = (length - 1) / size * size; keys >= 0; keys -= size) {
      for (int queries = keys; queries < length; queries += size) {
        var before =
            Stream.of(last.get(queries), last.get(queries - size)).filter(Objects::nonNull);
        var done = new CompletableFuture<Void>();
        units.add(new Unit(pass, head, queries, keys, size, before.toList(), done));
        last.put(queries, done);
      }
    }
    return units;
  }

  private void compute(Unit unit) {
    DenseProblem problem = unit.pass.problem;
    int end = Math.min(unit.queries + unit.size, problem.sequence().length());
    int group = problem.heads() / problem.keyHeads();
    for (int head = unit.keyHead * group; head < (unit.keyHead + 1) * group; head++) {
      for (int from = unit.queries; from < end; from += TILE) {
        compute(unit, head, from, Math.min(TILE, end - from));
      }
    }
  }

  private void compute(Unit unit, int head, int from, int size) {
    Pass pass = unit.pass;
    for (int t = 0; t < size; t++) {
      int at = (from + t) * pass.problem.heads() + head;
      logSumExp[t] = pass.logSumExp[at];
      delta[t] = pass.delta[at];
    }
    int end = Math.min(unit.keys + unit.size, from + size);
    for (int key = unit.keys; key < end; key += KEYS) {
      visit(pass, head, from, size, key, Math.min(KEYS, end - key), key - from);
    }
  }

  /**
   * Takes a tile of queries to some keys.
   *
   * @param ahead how many rows the first key lies behind the first query
   */
  private void visit(Pass pass, int head, int query, int size, int key, int count, int ahead) {
    int rounded = Math.ceilDiv(count, ROWS) * ROWS;
    for (int lane = 0; lane < size; lane += PANEL) {
      int seen = Math.min(rounded, lane + PANEL - ahead);
      for (int j = 0; j < seen; j += STRIP) {
        int at = j * PITCH + lane;
        score(pass, head, query, key + j, Math.min(STRIP, seen - j), ahead + j, lane, at);
      }
    }
    int keyHead = pass.problem.keyHead(head);
    Band seenFrom = Band.from(rounded, size, ahead);
    int dOutAt = pass.dOut.at(head, 0, query);
    add(SPREAD, seenFrom, scores, pass.dOut, dOutAt, pass.dValue, pass.dValue.at(keyHead, 0, key));
    int queryAt = pass.query.at(head, 0, query);
    add(SPREAD, seenFrom, dScores, pass.query, queryAt, pass.dKey, pass.dKey.at(keyHead, 0, key));
    Band seeingUntil = Band.until(size, count, ROWS - ahead);
    PanelRows keys = pass.problem.key();
    int keyAt = keys.at(keyHead, 0, key);
    add(COLLECT, seeingUntil, dScores, keys, keyAt, pass.dQuery, pass.dQuery.at(head, 0, query));
  }

  /** Computes the scores of some keys with a panel of queries, their powers and gradients. */
  private void score(
      Pass pass, int head, int query, int key, int count, int ahead, int lane, int at) {
    float[] p = scores.numbers();
    int pt = scores.at() + at;
    float[] dP = dScores.numbers();
    int dPt = dScores.at() + at;
    int keyHead = pass.problem.keyHead(head);
    PanelRows keys = pass.problem.key();
    KeyPanels queries = pass.problem.query();
    PanelProducts.scores(
        keys.numbers,
        keys.at(keyHead, 0, key),
        keys.step(),
        count,
        keys.size,
        queries.numbers,
        queries.at(head, query + lane),
        p,
        pt);
    if (ahead + count - 1 > lane) StripSoftmax.hideFuture(p, pt, count, ahead - lane);
    StripSoftmax.powers(p, pt, count, logSumExp, lane, sums);
    PanelRows values = pass.problem.value();
    PanelProducts.scores(
        values.numbers,
        values.at(keyHead, 0, key),
        values.step(),
        count,
        values.size,
        pass.dOutPanels.numbers,
        pass.dOutPanels.at(head, query + lane),
        dP,
        dPt);
    StripSoftmax.gradients(p, pt, dP, dPt, count, delta, lane);
  }

  /** Adds weighted rows to others. */
  private static void add(
      PanelSums sums, Band band, Room weights, PanelRows rows, int from, PanelRows into, int to) {
    sums.add(
        band,
        weights.numbers(),
        weights.at(),
        rows.numbers,
        from,
        rows.step(),
        into.numbers,
        to,
        into.step(),
        rows.size);
  }
}
