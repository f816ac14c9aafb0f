package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.COLUMNS;
import static dev.ashlar.moba.simd.PanelProducts.PANEL;
import static dev.ashlar.moba.simd.PanelProducts.PITCH;
import static dev.ashlar.moba.simd.PanelProducts.taken;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.ROWS;
import static dev.ashlar.moba.simd.Products.SPECIES;

import dev.ashlar.tensor.simd.VectorMath;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.incubator.vector.FloatVector;

/**
 * The forward pass of dense attention. Each tile of queries goes through the keys it sees, and
 * keeps a running maximum and sum per query, and the weighted values by them (arXiv 2205.14135,
 * algorithm 1). A maximum need not be the greatest score so far: it grows only once a score exceeds
 * it by 8 units of log 2, so that few passes look for maxima.
 */
final class DenseForward {
  /**
   * The queries of a tile: while they take turns, keys and values stay in the second-level cache.
   */
  private static final int TILE = 4 * PANEL;

  /** The keys taken at once: long sums, and few times that a maximum grows. */
  private static final int KEYS = 256;

  /** The keys scored at once: their scores are still in the first-level cache for the powers. */
  private static final int STRIP = 64;

  private static final float LN_2 = (float) Math.log(2);

  private final DenseProblem problem;
  private final QueryTile queries;
  private final float[] scores = new float[KEYS * PITCH];
  private final float[] maxima = new float[TILE];
  private final float[] sums = new float[TILE];
  private final float[] factors = new float[PANEL];
  private final float[] before = new float[PANEL]; // sums
  private final float[] unused = new float[TILE]; // sums of factors, which nobody reads
  private final float[] out; // [panels, TILE, COLUMNS]

  private DenseForward(DenseProblem problem) {
    this.problem = problem;
    this.queries = new QueryTile(problem.query().size, TILE);
    this.out = new float[PanelRows.panels(problem.value().size) * TILE * COLUMNS];
  }

  /** Writes out [T, H, D] and logSumExp [T, H]. */
  static void run(DenseProblem problem, List<Operand> results) {
    List<Part> parts = Part.of(problem.packing(), problem.heads(), 64, 2 * PANEL);
    // Head by head: its keys and values stay in the last-level cache.
    parts.sort(Comparator.comparingInt(Part::head));
    MemorySegment out = results.get(0).elements();
    MemorySegment logSumExp = results.get(1).elements();
    var idle = new ConcurrentLinkedQueue<DenseForward>();
    Parallel.range(
        parts.size(),
        1,
        (from, to) -> {
          DenseForward forward = idle.poll();
          if (forward == null) forward = new DenseForward(problem);
          for (Part part : parts.subList((int) from, (int) to)) {
            forward.compute(part, out, logSumExp);
          }
          idle.add(forward);
        });
  }

  private void compute(Part part, MemorySegment out, MemorySegment logSumExp) {
    int start = problem.packing().start(part.sequence());
    for (int from = part.from(); from < part.to(); from += TILE) {
      int size = Math.min(TILE, part.to() - from);
      attend(part, from - start, size);
      write(part.head(), from, size, out, logSumExp);
    }
  }

  /**
   * Attends with the queries {@code from} to {@code from + size} of the part's sequence: first each
   * panel to its own keys, so that every query has a maximum, then to those before.
   */
  private void attend(Part part, int from, int size) {
    int place = problem.rows().starts()[part.sequence()];
    queries.load(problem.query(), part.head(), place + from, size);
    Arrays.fill(maxima, -Float.MAX_VALUE);
    Arrays.fill(sums, 0);
    Arrays.fill(out, 0);
    int keyHead = problem.keyHead(part.head());
    for (int lane = 0; lane < size; lane += PANEL) {
      int end = Math.min(size, lane + PANEL);
      int key = place + from + lane;
      queries.scores(problem.key(), keyHead, key, end - lane, lane, scores, 0);
      StripSoftmax.hideFuture(scores, 0, end - lane, 0);
      shift(end - lane, lane);
      collect(keyHead, key, end - lane, lane, lane, end);
    }
    for (int key = 0; key < from; key += KEYS) {
      int count = Math.min(KEYS, from - key);
      for (int lane = 0; lane < size; lane += PANEL) {
        visit(keyHead, place + key, count, lane, size);
      }
    }
    for (int lane = PANEL; lane < size; lane += PANEL) {
      visit(keyHead, place + from, lane, lane, size);
    }
  }

  /** Takes a panel of the tile to keys that all its queries see. */
  private void visit(int keyHead, int key, int count, int lane, int size) {
    System.arraycopy(sums, lane, before, 0, PANEL);
    boolean near = true;
    for (int j = 0; j < count; j += STRIP) {
      int some = Math.min(STRIP, count - j);
      int at = j * PITCH;
      queries.scores(problem.key(), keyHead, key + j, some, lane, scores, at);
      near &= StripSoftmax.powers(scores, at, some, maxima, lane, sums);
    }
    if (!near) {
      System.arraycopy(before, 0, sums, lane, PANEL);
      queries.scores(problem.key(), keyHead, key, count, lane, scores, 0);
      shift(count, lane);
    }
    collect(keyHead, key, count, -count, lane, Math.min(size, lane + PANEL));
  }

  /** Turns scores into powers after the maxima have been brought up to them. */
  private void shift(int count, int lane) {
    System.arraycopy(maxima, lane, factors, 0, PANEL);
    if (StripSoftmax.raise(scores, count, maxima, lane)) {
      StripSoftmax.powers(factors, 0, 1, maxima, lane, unused);
      for (int t = 0; t < PANEL; t++) sums[lane + t] *= factors[t];
      rescale(lane);
    }
    StripSoftmax.powers(scores, 0, count, maxima, lane, sums);
  }

  private void collect(int keyHead, int key, int count, int ahead, int lane, int end) {
    PanelRows values = problem.value();
    for (int column = 0; column < values.size; column += taken(values.size - column)) {
      int panel = column / COLUMNS;
      int at = values.at(keyHead, panel, key);
      for (int t = lane; t < end; t += ROWS) {
        int seen = Math.min(count, t + ROWS - ahead);
        if (seen <= 0) continue;
        PanelProducts.collect(
            scores,
            t - lane,
            seen,
            values.numbers,
            at,
            values.step(),
            out,
            (panel * TILE + t) * COLUMNS,
            TILE * COLUMNS,
            values.size - column);
      }
    }
  }

  private void rescale(int lane) {
    for (int t = 0; t < PANEL; t++) {
      if (factors[t] == 1) continue;
      for (int at = (lane + t) * COLUMNS; at < out.length; at += TILE * COLUMNS) {
        for (int d = at; d < at + COLUMNS; d += LANES) {
          FloatVector.fromArray(SPECIES, out, d).mul(factors[t]).intoArray(out, d);
        }
      }
    }
  }

  private void write(int head, int from, int size, MemorySegment outs, MemorySegment logSumExp) {
    int width = problem.value().size;
    for (int panel = 0; panel < PanelRows.panels(width); panel++) {
      for (int t = 0; t < size; t++) {
        int at = (panel * TILE + t) * COLUMNS;
        float factor = 1 / sums[t];
        for (int d = at; d < at + COLUMNS; d += LANES) {
          FloatVector.fromArray(SPECIES, out, d).mul(factor).intoArray(out, d);
        }
        long to = ((long) (from + t) * problem.heads() + head) * width + panel * COLUMNS;
        int count = problem.value().width(panel);
        MemorySegment.copy(out, at, outs, ValueLayout.JAVA_FLOAT, to * Float.BYTES, count);
      }
    }
    for (int lane = 0; lane < size; lane += LANES) {
      FloatVector.fromArray(SPECIES, maxima, lane)
          .fma(
              FloatVector.broadcast(SPECIES, LN_2),
              VectorMath.log(FloatVector.fromArray(SPECIES, sums, lane)))
          .intoArray(maxima, lane);
    }
    for (int t = 0; t < size; t++) {
      long to = (long) (from + t) * problem.heads() + head;
      logSumExp.setAtIndex(ValueLayout.JAVA_FLOAT, to, maxima[t]);
    }
  }
}
