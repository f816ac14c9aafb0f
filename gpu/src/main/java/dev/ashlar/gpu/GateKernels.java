package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Chooses blocks of keys by their mean, as {@code dev.ashlar.moba.BlockGate} does and to the same
 * rounding, so that the choice is the CPU's; the scores of all queries and blocks are never there
 * at once.
 *
 * <p>TornadoVM makes every sum with a product in it, a * b + c, one fused multiply-add of OpenCL:
 * scores and the rests of divisions rely on it.
 */
final class GateKernels {
  private GateKernels() {}

  /**
   * Computes the mean key of every full block [N, G, D], a work item per number. Where the CPU adds
   * up in double precision, a pair of floats carries the sum and what rounding took from it
   * (Knuth's two-sum), which needs no device with doubles and rounds to the same mean but for about
   * one in 2^24; sums must stay in the range of F32.
   *
   * <p>Plain counterpart: {@code BlockMeans.of}.
   */
  static void blockMeansKernel(
      KernelContext c, FloatArray key, FloatArray means, IntArray table, int numbers) {
    int i = c.globalIdx;
    if (i < numbers) {
      int width = AttentionTable.keyHeads(table) * AttentionTable.size(table);
      int block = i / width;
      int column = i - block * width;
      int start = AttentionTable.blockStart(table, block);
      int rows = AttentionTable.blockSize(table);
      float sum = 0.0f;
      float lost = 0.0f;
      // The mean of a shorter block is no query's: only its own rows could see it.
      if (AttentionTable.blockEnd(table, block) - start == rows) {
        for (int row = start; row < start + rows; row++) {
          float x = key.get(row * width + column);
          float next = sum + x;
          float part = next - sum;
          lost = lost + ((sum - (next - part)) + (x - part));
          sum = next;
        }
      }
      float count = rows;
      float mean = sum / count;
      float rest = -mean * count + sum + lost;
      float better = mean + rest / count;
      // An infinity has no such rest.
      if (better == better) {
        mean = better;
      }
      means.set(i, mean);
    }
  }

  /**
   * Writes the chosen blocks [T, H, K] of each query: of the past blocks those with the highest
   * scores, of equal ones the first, in ascending order, then its own, then -1. A group per 64 rows
   * and head walks over the means, a tile of them in local memory at a time; a query's best so far
   * stand in {@code chosen} and {@code best} [T, H, K - 1], in falling order of scores.
   *
   * <p>Plain counterpart: {@code BlockGate.compute}, with {@code TopBlocks}.
   */
  static void gateKernel(
      KernelContext c,
      FloatArray query,
      FloatArray means,
      IntArray chosen,
      FloatArray best,
      IntArray table) {
    int me = c.localIdx;
    int size = AttentionTable.size(table);
    int heads = AttentionTable.heads(table);
    int keyHeads = AttentionTable.keyHeads(table);
    int most = AttentionTable.most(table);
    int kept = most - 1;
    int tile = c.groupIdx / heads;
    int head = c.groupIdx - tile * heads;
    int keyHead = head / (heads / keyHeads);
    int first = tile * Tiles.GROUP;
    int end = TornadoMath.min(first + Tiles.GROUP, AttentionTable.rows(table));
    int row = first + me;
    int at = row * heads + head;
    float[] tileOfMeans = c.allocateFloatLocalArray(Tiles.KEY_TILE);
    float[] own = new float[Tiles.SIZE];
    float[] x = new float[Tiles.KEYS];
    // A query that keeps no past block needs no score.
    int from = 0;
    int to = 0;
    if (row < end && kept > 0) {
      from = AttentionTable.base(table, row);
      to = from + AttentionTable.own(table, row);
      Tiles.load(own, query, at * size, size);
    }
    int afterLast = AttentionTable.base(table, end - 1) + AttentionTable.own(table, end - 1);
    float threshold = Float.NEGATIVE_INFINITY;
    for (int b = AttentionTable.base(table, first); b < afterLast; b += Tiles.KEYS) {
      c.localBarrier();
      for (int i = me; i < Tiles.KEYS * size; i += Tiles.GROUP) {
        int j = i / size;
        int d = i - j * size;
        float mean = 0.0f;
        if (b + j < afterLast) {
          mean = means.get(((b + j) * keyHeads + keyHead) * size + d);
        }
        tileOfMeans[d * Tiles.KEYS + j] = mean;
      }
      c.localBarrier();
      int begin = TornadoMath.max(from - b, 0);
      int stop = TornadoMath.min(to - b, Tiles.KEYS);
      if (begin < stop) {
        Tiles.clear(x, Tiles.KEYS);
        for (int d = 0; d < size; d++) {
          float qd = own[d];
          for (int j = 0; j < Tiles.KEYS; j++) {
            x[j] += qd * tileOfMeans[d * Tiles.KEYS + j];
          }
        }
        for (int j = begin; j < stop; j++) {
          // NaN and -infinity are the lowest scores, but higher than that of no block.
          float score = -Float.MAX_VALUE;
          if (x[j] > score) {
            score = x[j];
          }
          int block = b + j - from;
          // One condition, for TornadoVM 5.2 goes on wrongly behind one with || in it.
          if (score > threshold) {
            insert(chosen, best, at, most, TornadoMath.min(block, kept), score, block);
            if (block >= kept - 1) {
              threshold = best.get(at * kept + kept - 1);
            }
          }
        }
      }
    }
    if (row < end) {
      int ownBlock = AttentionTable.own(table, row);
      finish(chosen, at * most, most, TornadoMath.min(ownBlock, kept), ownBlock);
    }
  }

  /** Puts a block behind the {@code there} kept ones with scores as high, and drops the last. */
  private static void insert(
      IntArray chosen, FloatArray best, int at, int most, int there, float score, int block) {
    int kept = most - 1;
    int place = 0;
    for (int i = 0; i < there; i++) {
      if (best.get(at * kept + i) >= score) {
        place++;
      }
    }
    for (int i = TornadoMath.min(there, kept - 1); i > place; i--) {
      best.set(at * kept + i, best.get(at * kept + i - 1));
      chosen.set(at * most + i, chosen.get(at * most + i - 1));
    }
    best.set(at * kept + place, score);
    chosen.set(at * most + place, block);
  }

  /** Brings {@code count} past blocks into ascending order, and writes the own one and the -1s. */
  private static void finish(IntArray chosen, int at, int most, int count, int own) {
    for (int i = 0; i < count; i++) {
      int least = i;
      for (int j = i + 1; j < count; j++) {
        if (chosen.get(at + j) < chosen.get(at + least)) {
          least = j;
        }
      }
      int block = chosen.get(at + least);
      chosen.set(at + least, chosen.get(at + i));
      chosen.set(at + i, block);
    }
    chosen.set(at + count, own);
    for (int i = count + 1; i < most; i++) {
      chosen.set(at + i, -1);
    }
  }
}
