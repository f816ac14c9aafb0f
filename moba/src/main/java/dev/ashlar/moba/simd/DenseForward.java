package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PANEL;
import static dev.ashlar.moba.simd.PanelProducts.PITCH;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.ROWS;
import static dev.ashlar.moba.simd.Products.SPECIES;

import dev.ashlar.tensor.simd.VectorMath;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.incubator.vector.FloatVector;

/**
 * The forward pass of dense attention. Each tile of queries goes through the keys it sees, and
 * keeps a running maximum and sum per query, and the weighted values by them (arXiv 2205.14135,
 * algorithm 1).
 */
final class DenseForward {
  /**
   * The queries of a tile: while they take turns, keys and values stay in the second-level cache.
   */
  private static final int TILE = 4 * PANEL;

  /** The keys taken at once: long sums, and few times that a maximum grows. */
  private static final int KEYS = 256;

  private static final float LN_2 = (float) Math.log(2);

  private final DenseProblem problem;
  private final QueryTile queries;
  private final float[] scores = new float[KEYS * PITCH];
  private final float[] maxima = new float[TILE];
  private final float[] sums = new float[TILE];
  private final float[] factors = new float[TILE];
  private final float[] news = new float[TILE];
  private final float[] out; // [panels, TILE, PANEL]

  private DenseForward(DenseProblem problem) {
    this.problem = problem;
    this.queries = new QueryTile(problem.query().size, TILE);
    this.out = new float[PanelRows.panels(problem.value().size) * TILE * PANEL];
  }

  /** Writes out [T, H, D] and logSumExp [T, H]. */
  static void run(DenseProblem problem, List<Operand> results) {
    List<Part> parts = Part.of(problem.packing(), problem.heads(), 64, 2 * PANEL);
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

  /** Attends with the queries {@code from} to {@code from + size} of the part's sequence. */
  private void attend(Part part, int from, int size) {
    int place = problem.rows().starts()[part.sequence()];
    queries.load(problem.query(), part.head(), place + from, size);
    Arrays.fill(maxima, -Float.MAX_VALUE);
    Arrays.fill(sums, 0);
    Arrays.fill(out, 0);
    int keyHead = problem.keyHead(part.head());
    for (int key = 0; key < from + size; key += KEYS) {
      int count = Math.min(KEYS, from + size - key);
      visit(keyHead, place + key, count, key - from, size);
    }
  }

  /**
   * Takes the tile to some keys.
   *
   * @param ahead how many rows the first key lies behind the first query
   */
  private void visit(int keyHead, int key, int count, int ahead, int size) {
    for (int lane = 0; lane < size; lane += PANEL) {
      int seen = Math.min(count, lane + PANEL - ahead);
      if (seen <= 0) continue;
      queries.scores(problem.key(), keyHead, key, seen, lane, scores, 0);
      if (ahead + seen - 1 > lane) StripSoftmax.hideFuture(scores, 0, seen, ahead - lane);
      boolean grown = StripSoftmax.update(scores, seen, lane, maxima, sums, factors, news);
      if (grown) rescale(lane);
      collect(keyHead, key, count, ahead, lane, Math.min(size, lane + PANEL));
    }
  }

  private void collect(int keyHead, int key, int count, int ahead, int lane, int end) {
    PanelRows values = problem.value();
    for (int panel = 0; panel < PanelRows.panels(values.size); panel++) {
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
            values.width(panel),
            out,
            (panel * TILE + t) * PANEL);
      }
    }
  }

  private void rescale(int lane) {
    for (int t = lane; t < lane + PANEL; t++) {
      if (factors[t] == 1) continue;
      for (int at = t * PANEL; at < out.length; at += TILE * PANEL) {
        for (int d = at; d < at + PANEL; d += LANES) {
          FloatVector.fromArray(SPECIES, out, d).mul(factors[t]).intoArray(out, d);
        }
      }
    }
  }

  private void write(int head, int from, int size, MemorySegment outs, MemorySegment logSumExp) {
    int width = problem.value().size;
    for (int panel = 0; panel < PanelRows.panels(width); panel++) {
      for (int t = 0; t < size; t++) {
        int at = (panel * TILE + t) * PANEL;
        float factor = 1 / sums[t];
        for (int d = at; d < at + PANEL; d += LANES) {
          FloatVector.fromArray(SPECIES, out, d).mul(factor).intoArray(out, d);
        }
        long to = ((long) (from + t) * problem.heads() + head) * width + panel * PANEL;
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
