package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static dev.ashlar.moba.simd.Products.TILE;
import static jdk.incubator.vector.VectorOperators.GT;

import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * Chooses blocks for a tile of queries at a time: the scores of some blocks by a matrix product,
 * then for each query the best so far, of which there are never more than it keeps.
 */
final class Gate {
  private static final int BLOCKS = 64;

  private final int blockSize;
  private final int heads;
  private final HeadRows query;
  private final Means means;
  private final MemorySegment out;
  private final int most;
  private final int kept;

  // One tile's state; the best of query t at [rank * TILE + t], in falling order of scores.
  private final int[] from = new int[TILE];
  private final float[] queries;
  private final float[] scores = new float[BLOCKS * TILE];
  private final float[] best;
  private final int[] blocks;
  private final float[] threshold = new float[TILE];
  private final int[] chosen;

  private Gate(int blockSize, int heads, HeadRows query, Means means, Operand out) {
    this.blockSize = blockSize;
    this.heads = heads;
    this.query = query;
    this.means = means;
    this.out = out.elements();
    this.most = out.shape().dim(2);
    this.kept = most - 1;
    this.queries = new float[query.depth * TILE];
    this.best = new float[kept * TILE];
    this.blocks = new int[kept * TILE];
    this.chosen = new int[most];
  }

  /**
   * Writes the selection [T, H, K]; returns false, having written nothing, for infinite numbers.
   */
  static boolean run(Packing packing, int blockSize, List<Operand> in, Operand out) {
    HeadRows query = HeadRows.of(in.get(0), 1);
    HeadRows key = HeadRows.of(in.get(1), 1);
    if (!query.finite || !key.finite) return false;
    int heads = in.get(0).shape().dim(1);
    Means means = Means.of(packing, blockSize, key, in.get(1).shape().dim(1));
    List<Part> parts = Part.of(packing, heads, 64, 256);
    Parallel.range(
        parts.size(),
        1,
        (from, to) -> {
          var gate = new Gate(blockSize, heads, query, means, out);
          for (Part part : parts.subList((int) from, (int) to)) {
            gate.choose(part, packing.start(part.sequence()));
          }
        });
    return true;
  }

  private void choose(Part part, int start) {
    for (int row = part.from(); row < part.to(); ) {
      int own = (row - start) / blockSize;
      long blockEnd = start + (own + 1L) * blockSize;
      int end = (int) Math.min(blockEnd, Math.min(row + TILE, part.to()));
      if (own <= kept) takeAll(part, row, end, own);
      else takeBest(part, row, end, own);
      row = end;
    }
  }

  private void takeAll(Part part, int row, int end, int own) {
    Arrays.fill(chosen, -1);
    for (int b = 0; b <= own; b++) chosen[b] = b;
    for (int r = row; r < end; r++) write(part, r);
  }

  private void takeBest(Part part, int row, int end, int own) {
    int size = end - row;
    for (int t = 0; t < size; t++) from[t] = query.at(part.head(), row + t);
    Products.transpose(query.numbers, from, size, query.depth, queries);
    for (int b = 0; b < own && kept > 0; b += BLOCKS) {
      int count = Math.min(BLOCKS, own - b);
      int at = means.at(part.sequence(), part.head() / (heads / means.keyHeads()), b);
      Products.scores(means.numbers(), at, count, query.depth, queries, scores);
      offer(b, count, size);
    }
    for (int t = 0; t < size; t++) {
      for (int i = 0; i < kept; i++) chosen[i] = blocks[i * TILE + t];
      Arrays.sort(chosen, 0, kept);
      chosen[kept] = own;
      write(part, row + t);
    }
  }

  private void offer(int first, int count, int size) {
    for (int i = 0; i < count; i++) {
      int block = first + i;
      if (block < kept) {
        for (int t = 0; t < size; t++) insert(t, block, scores[i * TILE + t], block);
      } else {
        offerFull(block, i * TILE, size);
      }
    }
  }

  /** Only a strictly higher score drives another out: of equals the lowest block stays. */
  private void offerFull(int block, int at, int size) {
    for (int lane = 0; lane < size; lane += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, scores, at + lane);
      long higher = x.compare(GT, FloatVector.fromArray(SPECIES, threshold, lane)).toLong();
      for (; higher != 0; higher &= higher - 1) {
        int t = lane + Long.numberOfTrailingZeros(higher);
        if (t < size) insert(t, block, scores[at + t], kept - 1);
      }
    }
  }

  private void insert(int t, int block, float score, int last) {
    // Finite numbers can still have a product that is not a number.
    float rank = Float.isNaN(score) ? Float.NEGATIVE_INFINITY : score;
    int i = last;
    for (; i > 0 && rank > best[(i - 1) * TILE + t]; i--) {
      best[i * TILE + t] = best[(i - 1) * TILE + t];
      blocks[i * TILE + t] = blocks[(i - 1) * TILE + t];
    }
    best[i * TILE + t] = rank;
    blocks[i * TILE + t] = block;
    threshold[t] = best[(kept - 1) * TILE + t];
  }

  private void write(Part part, int row) {
    long at = ((long) row * heads + part.head()) * most * Integer.BYTES;
    MemorySegment.copy(chosen, 0, out, ValueLayout.JAVA_INT, at, most);
  }

  /** The mean keys of full blocks, head by head; each summed in the order of its rows. */
  private record Means(float[] numbers, int depth, int keyHeads, int blocks, int[] firstBlock) {
    static Means of(Packing packing, int blockSize, HeadRows key, int keyHeads) {
      int[] first = new int[packing.sequences() + 1];
      for (int s = 0; s < packing.sequences(); s++) {
        first[s + 1] = first[s] + packing.length(s) / blockSize;
      }
      int blocks = first[packing.sequences()];
      float[] numbers = new float[(keyHeads * blocks + Products.ROWS) * key.depth];
      var means = new Means(numbers, key.depth, keyHeads, blocks, first);
      for (int s = 0; s < packing.sequences(); s++) {
        int sequence = s;
        int start = packing.start(s);
        int count = first[s + 1] - first[s];
        Parallel.range(
            (long) count * keyHeads,
            4,
            (from, to) -> {
              for (int i = (int) from; i < to; i++) {
                int row = start + i % count * blockSize;
                means.mean(
                    key,
                    key.at(i / count, row),
                    blockSize,
                    means.at(sequence, i / count, i % count));
              }
            });
      }
      return means;
    }

    private void mean(HeadRows key, int at, int rows, int to) {
      double[] sums = new double[depth];
      for (int row = 0; row < rows; row++) {
        for (int d = 0; d < depth; d++) sums[d] += key.numbers[at + row * depth + d];
      }
      for (int d = 0; d < depth; d++) numbers[to + d] = (float) (sums[d] / rows);
    }

    int at(int sequence, int keyHead, int block) {
      return (keyHead * blocks + firstBlock[sequence] + block) * depth;
    }
  }
}
