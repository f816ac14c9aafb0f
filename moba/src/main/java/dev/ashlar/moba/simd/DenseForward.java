package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.CollectKernels.COLLECT;
import static dev.ashlar.moba.simd.PanelProducts.COLUMNS;
import static dev.ashlar.moba.simd.PanelProducts.PANEL;
import static dev.ashlar.moba.simd.PanelProducts.PITCH;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.ROWS;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static dev.ashlar.tensor.simd.lanes.Registers.ARE_MANY;

import dev.ashlar.moba.FlashAttention;
import dev.ashlar.tensor.simd.lanes.Room;
import dev.ashlar.tensor.simd.lanes.VectorMath;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * The forward pass of dense attention. Each tile of queries goes through the keys it sees, and
 * keeps a running maximum and sum per query, and the weighted values by them (arXiv 2205.14135,
 * algorithm 1). A maximum need not be the greatest score so far: it grows only once a score exceeds
 * it by 8 units of log 2, so that few passes look for maxima.
 */
final class DenseForward implements Workers.Worker {
  /**
   * The queries of a tile: while they take turns, keys and values stay in the second-level cache.
   */
  private static final int TILE = 2 * PanelProducts.TILE;

  /** Sequences up to this length are cut into half tiles, in the interest of many threads. */
  private static final int LONG = 2048;

  /**
   * The keys taken at once: long sums, and few times that a maximum grows. Fewer where blocks of
   * four rows read their weights, a line of cache for each key, twice as often.
   */
  private static final int KEYS = ARE_MANY ? 256 : 128;

  /** The keys scored at once: their scores are still in the first-level cache for the powers. */
  private static final int STRIP = 64;

  private final Room scores = Scratch.take(KEYS * PITCH);
  private final float[] maxima = new float[TILE];
  private final float[] sums = new float[TILE];
  private final float[] factors = new float[PANEL];
  private final float[] before = new float[PANEL]; // sums
  private final float[] unused = new float[TILE]; // sums of factors, which nobody reads
  private final Room out; // [panels, TILE, COLUMNS]

  /** The queries {@code from} to {@code to} of one head. */
  private record Tile(DenseProblem problem, int head, int from, int to) {}

  private DenseForward(int size) {
    this.out = Scratch.take(PanelRows.panels(size) * TILE * COLUMNS);
  }

  /**
   * Writes out [T, H, D] and logSumExp [T, H] of (query, key, value); returns false if a number is
   * not finite, and what it has written is then of no use.
   */
  static boolean run(FlashAttention op, List<Operand> in, List<Operand> results) {
    int size = in.get(0).shape().dim(2);
    try (var workers = new Workers<>(() -> new DenseForward(size))) {
      return Sequence.all(op.packing(), sequences -> run(op, sequences, in, results, workers));
    }
  }

  private static boolean run(
      FlashAttention op,
      List<Sequence> sequences,
      List<Operand> in,
      List<Operand> results,
      Workers<DenseForward> workers) {
    List<DenseProblem> problems =
        sequences.stream().map(each -> DenseProblem.of(op, each, in)).toList();
    boolean finite = problems.stream().allMatch(DenseProblem::isFinite);
    List<Tile> tiles = finite ? tiles(problems) : List.of();
    workers.each(
        tiles,
        (forward, tile) -> {
          forward.attend(tile);
          forward.write(tile, results);
        });
    problems.forEach(DenseProblem::giveBack);
    return finite;
  }

  @Override
  public void giveBack() {
    Scratch.give(scores, out);
  }

  /**
   * Returns the tiles head by head, so that its keys and values stay in the last-level cache, those
   * first that see most; of short sequences shorter ones.
   */
  private static List<Tile> tiles(List<DenseProblem> problems) {
    List<Tile> tiles = new ArrayList<>();
    for (DenseProblem problem : problems) {
      int length = problem.sequence().length();
      int step = length > LONG ? TILE : TILE / 2;
      for (int head = 0; head < problem.heads(); head++) {
        for (int from = (length - 1) / step * step; from >= 0; from -= step) {
          tiles.add(new Tile(problem, head, from, Math.min(length, from + step)));
        }
      }
    }
    return tiles;
  }

  /**
   * Attends with the queries of a tile: first each panel to its own keys, so that every query has a
   * maximum, then to those before.
   */
  private void attend(Tile tile) {
    int from = tile.from;
    int size = tile.to - from;
    Arrays.fill(maxima, -Float.MAX_VALUE);
    Arrays.fill(sums, 0);
    out.clear();
    for (int lane = 0; lane < size; lane += PANEL) {
      int end = Math.min(size, lane + PANEL);
      int key = from + lane;
      score(tile, key, end - lane, lane, 0);
      StripSoftmax.hideFuture(scores.numbers(), scores.at(), end - lane, 0);
      shift(end - lane, lane);
      collect(tile, key, end - lane, lane, lane, end);
    }
    for (int key = 0; key < from; key += KEYS) {
      int count = Math.min(KEYS, from - key);
      for (int lane = 0; lane < size; lane += PANEL) {
        visit(tile, key, count, lane);
      }
    }
    for (int lane = PANEL; lane < size; lane += PANEL) {
      for (int key = 0; key < lane; key += KEYS) {
        visit(tile, from + key, Math.min(KEYS, lane - key), lane);
      }
    }
  }

  /** Takes a panel of the tile to keys that all its queries see. */
  private void visit(Tile tile, int key, int count, int lane) {
    System.arraycopy(sums, lane, before, 0, PANEL);
    boolean near = true;
    for (int j = 0; j < count; j += STRIP) {
      int some = Math.min(STRIP, count - j);
      int at = j * PITCH;
      score(tile, key + j, some, lane, at);
      near &= StripSoftmax.powers(scores.numbers(), scores.at() + at, some, maxima, lane, sums);
    }
    if (!near) {
      System.arraycopy(before, 0, sums, lane, PANEL);
      score(tile, key, count, lane, 0);
      shift(count, lane);
    }
    int end = Math.min(tile.to - tile.from, lane + PANEL);
    collect(tile, key, count, -count, lane, end);
  }

  /** Writes the scores of some keys with a panel of the tile. */
  private void score(Tile tile, int key, int count, int lane, int to) {
    PanelRows keys = tile.problem.key();
    KeyPanels queries = tile.problem.query();
    PanelProducts.scores(
        keys.numbers,
        keys.at(tile.problem.keyHead(tile.head), 0, key),
        keys.step(),
        count,
        keys.size,
        queries.numbers,
        queries.at(tile.head, tile.from + lane),
        scores.numbers(),
        scores.at() + to);
  }

  /** Turns scores into powers after the maxima have been brought up to them. */
  private void shift(int count, int lane) {
    System.arraycopy(maxima, lane, factors, 0, PANEL);
    if (StripSoftmax.raise(scores.numbers(), scores.at(), count, maxima, lane)) {
      StripSoftmax.powers(factors, 0, 1, maxima, lane, unused);
      for (int t = 0; t < PANEL; t++) sums[lane + t] *= factors[t];
      rescale(lane);
    }
    StripSoftmax.powers(scores.numbers(), scores.at(), count, maxima, lane, sums);
  }

  private void collect(Tile tile, int key, int count, int ahead, int lane, int end) {
    PanelRows values = tile.problem.value();
    int keyHead = tile.problem.keyHead(tile.head);
    COLLECT.add(
        Band.until(end - lane, count, lane + ROWS - ahead),
        scores.numbers(),
        scores.at(),
        values.numbers,
        values.at(keyHead, 0, key),
        values.step(),
        out.numbers(),
        out.at() + lane * COLUMNS,
        TILE * COLUMNS,
        values.size);
  }

  private void rescale(int lane) {
    for (int t = 0; t < PANEL; t++) {
      if (factors[t] == 1) continue;
      for (int at = (lane + t) * COLUMNS; at < out.size(); at += TILE * COLUMNS) {
        for (int d = out.at() + at; d < out.at() + at + COLUMNS; d += LANES) {
          FloatVector.fromArray(SPECIES, out.numbers(), d)
              .mul(factors[t])
              .intoArray(out.numbers(), d);
        }
      }
    }
  }

  private void write(Tile tile, List<Operand> results) {
    int size = tile.to - tile.from;
    Sequence sequence = tile.problem.sequence();
    RowPlaces outs = RowPlaces.of(sequence.of(results.get(0)));
    for (int t = 0; t < size; t++) {
      long to = outs.at(tile.from + t, tile.head);
      PanelRows.write(
          out.numbers(),
          out.at() + t * COLUMNS,
          TILE * COLUMNS,
          tile.problem.size(),
          1 / sums[t],
          outs.data(),
          to);
    }
    for (int lane = 0; lane < size; lane += LANES) {
      FloatVector.fromArray(SPECIES, maxima, lane)
          .add(VectorMath.log(FloatVector.fromArray(SPECIES, sums, lane)))
          .intoArray(maxima, lane);
    }
    RowPlaces logSumExps = RowPlaces.of(sequence.of(results.get(1)));
    for (int t = 0; t < size; t++) {
      long to = logSumExps.at(tile.from + t, tile.head);
      logSumExps.data().set(ValueLayout.JAVA_FLOAT, to, maxima[t]);
    }
  }
}
