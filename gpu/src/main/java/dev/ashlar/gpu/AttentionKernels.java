package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Causal attention that never holds a T x S matrix: query [T, H, D], key and value [T, G, D] -> out
 * [T, H, D], logSumExp [T, H] (Dao et al., arXiv 2205.14135, algorithm 1). A work item stands for a
 * query; its group walks over keys together, a tile of them in local memory at a time.
 *
 * <p>Plain counterpart: {@code dev.ashlar.moba.PlainAttention}, forward. As there, a key that a
 * query must not see has no part in its numbers, be it NaN.
 */
final class AttentionKernels {
  private AttentionKernels() {}

  /**
   * Attends to the keys of the query's own block, up to the query; with one block per sequence that
   * is dense attention. A group per 64 rows and head.
   */
  static void ownBlockKernel(
      KernelContext c,
      FloatArray query,
      FloatArray key,
      FloatArray value,
      FloatArray out,
      FloatArray logSumExp,
      IntArray table,
      float scale) {
    int me = c.localIdx;
    int size = AttentionTable.size(table);
    int heads = AttentionTable.heads(table);
    int keyHeads = AttentionTable.keyHeads(table);
    int tile = c.groupIdx / heads;
    int head = c.groupIdx - tile * heads;
    int keyHead = head / (heads / keyHeads);
    int first = tile * Tiles.GROUP;
    int end = TornadoMath.min(first + Tiles.GROUP, AttentionTable.rows(table));
    int row = first + me;
    int at = row * heads + head;
    float[] keys = c.allocateFloatLocalArray(Tiles.KEY_TILE);
    float[] values = c.allocateFloatLocalArray(Tiles.KEY_TILE);
    float[] own = new float[Tiles.SIZE];
    float[] sum = new float[Tiles.SIZE];
    float[] x = new float[Tiles.KEYS];
    // A work item without a row sees no key.
    int begin = end;
    if (row < end) {
      begin = AttentionTable.ownStart(table, row);
      Tiles.load(own, query, at * size, size);
    }
    Tiles.clear(sum, size);
    float max = -Float.MAX_VALUE;
    float total = 0.0f;
    for (int k = AttentionTable.ownStart(table, first); k < end; k += Tiles.KEYS) {
      c.localBarrier();
      for (int i = me; i < Tiles.KEYS * size; i += Tiles.GROUP) {
        int j = i / size;
        int d = i - j * size;
        float kd = 0.0f;
        float vd = 0.0f;
        if (k + j < end) {
          int other = ((k + j) * keyHeads + keyHead) * size + d;
          kd = key.get(other);
          vd = value.get(other);
        }
        keys[d * Tiles.KEYS + j] = kd;
        values[i] = vd;
      }
      c.localBarrier();
      int from = begin - k;
      int to = row + 1 - k;
      if (from < Tiles.KEYS && to > 0) {
        Tiles.clear(x, Tiles.KEYS);
        for (int d = 0; d < size; d++) {
          float qd = own[d];
          for (int j = 0; j < Tiles.KEYS; j++) {
            x[j] += qd * keys[d * Tiles.KEYS + j];
          }
        }
        float higher = Tiles.greatest(x, max, from, to, scale);
        float shrink = TornadoMath.exp(max - higher);
        max = higher;
        total = total * shrink + Tiles.weights(x, max, from, to);
        // One number, for TornadoVM 5.2 runs both branches of an if with && in it.
        int hidden = TornadoMath.max(from, 0) + TornadoMath.max(Tiles.KEYS - to, 0);
        if (hidden == 0) {
          for (int d = 0; d < size; d++) {
            float s = sum[d] * shrink;
            for (int j = 0; j < Tiles.KEYS; j++) {
              s += x[j] * values[j * size + d];
            }
            sum[d] = s;
          }
        } else {
          for (int d = 0; d < size; d++) {
            float s = sum[d] * shrink;
            for (int j = 0; j < Tiles.KEYS; j++) {
              if (j >= from && j < to) {
                s += x[j] * values[j * size + d];
              }
            }
            sum[d] = s;
          }
        }
      }
    }
    if (row < end) {
      Tiles.store(sum, 1.0f / total, out, at * size, size);
      logSumExp.set(at, max + TornadoMath.log(total));
    }
  }

  /**
   * Attends to the past blocks that queries chose, taking up what {@link #ownBlockKernel} wrote. A
   * group per part of the rows and head goes through the blocks in order, and of each gathers the
   * queries that chose it.
   */
  static void chosenBlocksKernel(
      KernelContext c,
      FloatArray query,
      FloatArray key,
      FloatArray value,
      FloatArray out,
      FloatArray logSumExp,
      IntArray table,
      IntArray offsets,
      IntArray lists,
      float scale) {
    int me = c.localIdx;
    int size = AttentionTable.size(table);
    int heads = AttentionTable.heads(table);
    int keyHeads = AttentionTable.keyHeads(table);
    int part = c.groupIdx / heads;
    int head = c.groupIdx - part * heads;
    int keyHead = head / (heads / keyHeads);
    float[] keys = c.allocateFloatLocalArray(Tiles.KEY_TILE);
    float[] values = c.allocateFloatLocalArray(Tiles.KEY_TILE);
    float[] own = new float[Tiles.SIZE];
    float[] sum = new float[Tiles.SIZE];
    float[] x = new float[Tiles.KEYS];
    int last = AttentionTable.partEnd(table, part) - 1;
    int afterLast = AttentionTable.base(table, last) + AttentionTable.own(table, last);
    int first = AttentionTable.base(table, AttentionTable.partStart(table, part));
    for (int block = first; block < afterLast; block++) {
      int cell = AttentionTable.cell(table, head, block, part);
      int end = AttentionTable.blockEnd(table, block);
      int stop = offsets.get(cell + 1);
      for (int i = offsets.get(cell); i < stop; i += Tiles.GROUP) {
        int at = 0;
        float max = -Float.MAX_VALUE;
        float total = 0.0f;
        Tiles.clear(sum, size);
        if (i + me < stop) {
          at = lists.get(i + me) * heads + head;
          Tiles.load(own, query, at * size, size);
          // Where no logit was greater than -infinity, nothing was seen yet.
          if (logSumExp.get(at) != Float.NEGATIVE_INFINITY) {
            Tiles.load(sum, out, at * size, size);
            max = logSumExp.get(at);
            total = 1.0f;
          }
        }
        for (int k = AttentionTable.blockStart(table, block); k < end; k += Tiles.KEYS) {
          c.localBarrier();
          for (int e = me; e < Tiles.KEYS * size; e += Tiles.GROUP) {
            int j = e / size;
            int d = e - j * size;
            float kd = 0.0f;
            float vd = 0.0f;
            if (k + j < end) {
              int other = ((k + j) * keyHeads + keyHead) * size + d;
              kd = key.get(other);
              vd = value.get(other);
            }
            keys[d * Tiles.KEYS + j] = kd;
            values[e] = vd;
          }
          c.localBarrier();
          if (i + me < stop) {
            Tiles.clear(x, Tiles.KEYS);
            for (int d = 0; d < size; d++) {
              float qd = own[d];
              for (int j = 0; j < Tiles.KEYS; j++) {
                x[j] += qd * keys[d * Tiles.KEYS + j];
              }
            }
            float higher = Tiles.greatest(x, max, 0, end - k, scale);
            float shrink = TornadoMath.exp(max - higher);
            max = higher;
            total = total * shrink + Tiles.weights(x, max, 0, end - k);
            // Values behind the block's last are zeros, and so are their weights.
            for (int d = 0; d < size; d++) {
              float s = sum[d] * shrink;
              for (int j = 0; j < Tiles.KEYS; j++) {
                s += x[j] * values[j * size + d];
              }
              sum[d] = s;
            }
          }
        }
        if (i + me < stop) {
          Tiles.store(sum, 1.0f / total, out, at * size, size);
          logSumExp.set(at, max + TornadoMath.log(total));
        }
        // Another work item may take the query up at the next block.
        c.globalBarrier();
      }
    }
  }
}
