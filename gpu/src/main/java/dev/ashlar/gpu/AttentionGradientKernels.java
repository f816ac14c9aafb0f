package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The gradient of {@link AttentionKernels}, each probability computed again from logSumExp: with P
 * = exp(x - logSumExp), dV = Pᵀ dO, dX = P (dO Vᵀ - delta), dQ = dX K, dK = dXᵀ Q (arXiv
 * 2205.14135, algorithm 4). One work item gathers all of a query's gradient, one all of a key's:
 * nothing is added up by two, so the sums have one order.
 *
 * <p>Plain counterpart: {@code dev.ashlar.moba.PlainAttention}, backward.
 */
final class AttentionGradientKernels {
  private AttentionGradientKernels() {}

  /** Computes delta [T, H], dOut · out - dLogSumExp: a work item per row and head. */
  static void deltaKernel(
      KernelContext c,
      FloatArray out,
      FloatArray dOut,
      FloatArray dLogSumExp,
      FloatArray delta,
      IntArray table,
      int count) {
    int i = c.globalIdx;
    if (i < count) {
      int size = AttentionTable.size(table);
      float sum = 0.0f;
      for (int d = 0; d < size; d++) {
        sum += dOut.get(i * size + d) * out.get(i * size + d);
      }
      delta.set(i, sum - dLogSumExp.get(i));
    }
  }

  /** Computes dQuery by the keys of the query's own block. A group per 64 rows and head. */
  static void ownBlockQueryGradientKernel(
      KernelContext c,
      FloatArray query,
      FloatArray key,
      FloatArray value,
      FloatArray logSumExp,
      FloatArray dOut,
      FloatArray delta,
      FloatArray dQuery,
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
    float[] turnedKeys = c.allocateFloatLocalArray(Tiles.KEY_TILE);
    float[] turnedValues = c.allocateFloatLocalArray(Tiles.KEY_TILE);
    float[] keys = c.allocateFloatLocalArray(Tiles.KEY_TILE);
    float[] own = new float[Tiles.SIZE];
    float[] ownOut = new float[Tiles.SIZE];
    float[] sum = new float[Tiles.SIZE];
    float[] x = new float[Tiles.KEYS];
    float[] y = new float[Tiles.KEYS];
    // A work item without a row sees no key.
    int begin = end;
    float lse = 0.0f;
    float ownDelta = 0.0f;
    if (row < end) {
      begin = AttentionTable.ownStart(table, row);
      lse = logSumExp.get(at);
      ownDelta = delta.get(at);
      Tiles.load(own, query, at * size, size);
      Tiles.load(ownOut, dOut, at * size, size);
    }
    Tiles.clear(sum, size);
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
        turnedKeys[d * Tiles.KEYS + j] = kd;
        turnedValues[d * Tiles.KEYS + j] = vd;
        keys[i] = kd;
      }
      c.localBarrier();
      int from = begin - k;
      int to = row + 1 - k;
      if (from < Tiles.KEYS && to > 0) {
        Tiles.clear(x, Tiles.KEYS);
        Tiles.clear(y, Tiles.KEYS);
        for (int d = 0; d < size; d++) {
          float qd = own[d];
          float od = ownOut[d];
          for (int j = 0; j < Tiles.KEYS; j++) {
            x[j] += qd * turnedKeys[d * Tiles.KEYS + j];
            y[j] += od * turnedValues[d * Tiles.KEYS + j];
          }
        }
        Tiles.gradients(x, y, lse, ownDelta, from, to, scale);
        // One number, for TornadoVM 5.2 runs both branches of an if with && in it.
        int hidden = TornadoMath.max(from, 0) + TornadoMath.max(Tiles.KEYS - to, 0);
        if (hidden == 0) {
          for (int d = 0; d < size; d++) {
            float s = sum[d];
            for (int j = 0; j < Tiles.KEYS; j++) {
              s += x[j] * keys[j * size + d];
            }
            sum[d] = s;
          }
        } else {
          for (int d = 0; d < size; d++) {
            float s = sum[d];
            for (int j = 0; j < Tiles.KEYS; j++) {
              if (j >= from && j < to) {
                s += x[j] * keys[j * size + d];
              }
            }
            sum[d] = s;
          }
        }
      }
    }
    if (row < end) {
      Tiles.store(sum, 1.0f, dQuery, at * size, size);
    }
  }

  /**
   * Adds the past blocks' share to dQuery. A group per part of the rows and head, as {@link
   * AttentionKernels#chosenBlocksKernel}.
   */
  static void chosenBlocksQueryGradientKernel(
      KernelContext c,
      FloatArray query,
      FloatArray key,
      FloatArray value,
      FloatArray logSumExp,
      FloatArray dOut,
      FloatArray delta,
      FloatArray dQuery,
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
    float[] turnedKeys = c.allocateFloatLocalArray(Tiles.KEY_TILE);
    float[] turnedValues = c.allocateFloatLocalArray(Tiles.KEY_TILE);
    float[] keys = c.allocateFloatLocalArray(Tiles.KEY_TILE);
    float[] own = new float[Tiles.SIZE];
    float[] ownOut = new float[Tiles.SIZE];
    float[] sum = new float[Tiles.SIZE];
    float[] x = new float[Tiles.KEYS];
    float[] y = new float[Tiles.KEYS];
    int last = AttentionTable.partEnd(table, part) - 1;
    int afterLast = AttentionTable.base(table, last) + AttentionTable.own(table, last);
    int first = AttentionTable.base(table, AttentionTable.partStart(table, part));
    for (int block = first; block < afterLast; block++) {
      int cell = AttentionTable.cell(table, head, block, part);
      int end = AttentionTable.blockEnd(table, block);
      int stop = offsets.get(cell + 1);
      for (int i = offsets.get(cell); i < stop; i += Tiles.GROUP) {
        int at = 0;
        float lse = 0.0f;
        float ownDelta = 0.0f;
        if (i + me < stop) {
          at = lists.get(i + me) * heads + head;
          lse = logSumExp.get(at);
          ownDelta = delta.get(at);
          Tiles.load(own, query, at * size, size);
          Tiles.load(ownOut, dOut, at * size, size);
          Tiles.load(sum, dQuery, at * size, size);
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
            turnedKeys[d * Tiles.KEYS + j] = kd;
            turnedValues[d * Tiles.KEYS + j] = vd;
            keys[e] = kd;
          }
          c.localBarrier();
          if (i + me < stop) {
            Tiles.clear(x, Tiles.KEYS);
            Tiles.clear(y, Tiles.KEYS);
            for (int d = 0; d < size; d++) {
              float qd = own[d];
              float od = ownOut[d];
              for (int j = 0; j < Tiles.KEYS; j++) {
                x[j] += qd * turnedKeys[d * Tiles.KEYS + j];
                y[j] += od * turnedValues[d * Tiles.KEYS + j];
              }
            }
            Tiles.gradients(x, y, lse, ownDelta, 0, end - k, scale);
            // Keys behind the block's last are zeros.
            for (int d = 0; d < size; d++) {
              float s = sum[d];
              for (int j = 0; j < Tiles.KEYS; j++) {
                s += x[j] * keys[j * size + d];
              }
              sum[d] = s;
            }
          }
        }
        if (i + me < stop) {
          Tiles.store(sum, 1.0f, dQuery, at * size, size);
        }
        // Another work item may take the query up at the next block.
        c.globalBarrier();
      }
    }
  }

  /**
   * Computes dKey and dValue by the queries of the key's own block, from the key on. A group per 64
   * rows and key-value head, a work item per key; queries go through local memory, of one query
   * head after another.
   */
  static void ownBlockKeyGradientKernel(
      KernelContext c,
      FloatArray query,
      FloatArray key,
      FloatArray value,
      FloatArray logSumExp,
      FloatArray dOut,
      FloatArray delta,
      FloatArray dKey,
      FloatArray dValue,
      IntArray table,
      float scale) {
    int me = c.localIdx;
    int size = AttentionTable.size(table);
    int heads = AttentionTable.heads(table);
    int keyHeads = AttentionTable.keyHeads(table);
    int group = heads / keyHeads;
    int tile = c.groupIdx / keyHeads;
    int keyHead = c.groupIdx - tile * keyHeads;
    int first = tile * Tiles.GROUP;
    int end = TornadoMath.min(first + Tiles.GROUP, AttentionTable.rows(table));
    int row = first + me;
    int at = (row * keyHeads + keyHead) * size;
    float[] turnedQueries = c.allocateFloatLocalArray(Tiles.QUERY_TILE);
    float[] turnedOuts = c.allocateFloatLocalArray(Tiles.QUERY_TILE);
    float[] queries = c.allocateFloatLocalArray(Tiles.QUERY_TILE);
    float[] outs = c.allocateFloatLocalArray(Tiles.QUERY_TILE);
    float[] lses = c.allocateFloatLocalArray(Tiles.QUERIES);
    float[] deltas = c.allocateFloatLocalArray(Tiles.QUERIES);
    float[] ownKey = new float[Tiles.SIZE];
    float[] ownValue = new float[Tiles.SIZE];
    float[] keySum = new float[Tiles.SIZE];
    float[] valueSum = new float[Tiles.SIZE];
    float[] x = new float[Tiles.QUERIES];
    float[] y = new float[Tiles.QUERIES];
    // A work item without a row is seen by no query.
    int ownEnd = 0;
    if (row < end) {
      ownEnd = AttentionTable.ownEnd(table, row);
      Tiles.load(ownKey, key, at, size);
      Tiles.load(ownValue, value, at, size);
    }
    Tiles.clear(keySum, size);
    Tiles.clear(valueSum, size);
    int afterLast = AttentionTable.ownEnd(table, end - 1);
    for (int head = keyHead * group; head < keyHead * group + group; head++) {
      for (int t = first; t < afterLast; t += Tiles.QUERIES) {
        c.localBarrier();
        for (int i = me; i < Tiles.QUERIES * size; i += Tiles.GROUP) {
          int j = i / size;
          int d = i - j * size;
          float qd = 0.0f;
          float od = 0.0f;
          if (t + j < afterLast) {
            int other = ((t + j) * heads + head) * size + d;
            qd = query.get(other);
            od = dOut.get(other);
          }
          turnedQueries[d * Tiles.QUERIES + j] = qd;
          turnedOuts[d * Tiles.QUERIES + j] = od;
          queries[i] = qd;
          outs[i] = od;
        }
        if (me < Tiles.QUERIES && t + me < afterLast) {
          lses[me] = logSumExp.get((t + me) * heads + head);
          deltas[me] = delta.get((t + me) * heads + head);
        }
        c.localBarrier();
        int from = row - t;
        int to = ownEnd - t;
        if (from < Tiles.QUERIES && to > 0) {
          Tiles.clear(x, Tiles.QUERIES);
          Tiles.clear(y, Tiles.QUERIES);
          for (int d = 0; d < size; d++) {
            float kd = ownKey[d];
            float vd = ownValue[d];
            for (int j = 0; j < Tiles.QUERIES; j++) {
              x[j] += kd * turnedQueries[d * Tiles.QUERIES + j];
              y[j] += vd * turnedOuts[d * Tiles.QUERIES + j];
            }
          }
          for (int j = 0; j < Tiles.QUERIES; j++) {
            float p = 0.0f;
            float dx = 0.0f;
            if (j >= from && j < to) {
              p = TornadoMath.exp(x[j] * scale - lses[j]);
              dx = p * (y[j] - deltas[j]) * scale;
            }
            x[j] = p;
            y[j] = dx;
          }
          // One number, for TornadoVM 5.2 runs both branches of an if with && in it.
          int hidden = TornadoMath.max(from, 0) + TornadoMath.max(Tiles.QUERIES - to, 0);
          if (hidden == 0) {
            for (int d = 0; d < size; d++) {
              float dk = keySum[d];
              float dv = valueSum[d];
              for (int j = 0; j < Tiles.QUERIES; j++) {
                dk += y[j] * queries[j * size + d];
                dv += x[j] * outs[j * size + d];
              }
              keySum[d] = dk;
              valueSum[d] = dv;
            }
          } else {
            for (int d = 0; d < size; d++) {
              float dk = keySum[d];
              float dv = valueSum[d];
              for (int j = 0; j < Tiles.QUERIES; j++) {
                if (j >= from && j < to) {
                  dk += y[j] * queries[j * size + d];
                  dv += x[j] * outs[j * size + d];
                }
              }
              keySum[d] = dk;
              valueSum[d] = dv;
            }
          }
        }
      }
    }
    if (row < end) {
      Tiles.store(keySum, 1.0f, dKey, at, size);
      Tiles.store(valueSum, 1.0f, dValue, at, size);
    }
  }

  /**
   * Adds to dKey and dValue what the queries contribute that chose the key's block: a gather by the
   * block's lists. A group per key-value head, block and 64 of its keys.
   */
  static void chosenBlocksKeyGradientKernel(
      KernelContext c,
      FloatArray query,
      FloatArray key,
      FloatArray value,
      FloatArray logSumExp,
      FloatArray dOut,
      FloatArray delta,
      FloatArray dKey,
      FloatArray dValue,
      IntArray table,
      IntArray offsets,
      IntArray lists,
      float scale) {
    int me = c.localIdx;
    int size = AttentionTable.size(table);
    int heads = AttentionTable.heads(table);
    int keyHeads = AttentionTable.keyHeads(table);
    int group = heads / keyHeads;
    int tilesOfBlock = (AttentionTable.blockSize(table) + Tiles.GROUP - 1) / Tiles.GROUP;
    int tile = c.groupIdx / keyHeads;
    int keyHead = c.groupIdx - tile * keyHeads;
    int block = tile / tilesOfBlock;
    int first =
        AttentionTable.blockStart(table, block) + (tile - block * tilesOfBlock) * Tiles.GROUP;
    int row = first + me;
    int end = AttentionTable.blockEnd(table, block);
    int at = (row * keyHeads + keyHead) * size;
    float[] turnedQueries = c.allocateFloatLocalArray(Tiles.QUERY_TILE);
    float[] turnedOuts = c.allocateFloatLocalArray(Tiles.QUERY_TILE);
    float[] queries = c.allocateFloatLocalArray(Tiles.QUERY_TILE);
    float[] outs = c.allocateFloatLocalArray(Tiles.QUERY_TILE);
    float[] lses = c.allocateFloatLocalArray(Tiles.QUERIES);
    float[] deltas = c.allocateFloatLocalArray(Tiles.QUERIES);
    float[] ownKey = new float[Tiles.SIZE];
    float[] ownValue = new float[Tiles.SIZE];
    float[] keySum = new float[Tiles.SIZE];
    float[] valueSum = new float[Tiles.SIZE];
    float[] x = new float[Tiles.QUERIES];
    float[] y = new float[Tiles.QUERIES];
    if (row < end) {
      Tiles.load(ownKey, key, at, size);
      Tiles.load(ownValue, value, at, size);
      Tiles.load(keySum, dKey, at, size);
      Tiles.load(valueSum, dValue, at, size);
    }
    for (int head = keyHead * group; head < keyHead * group + group; head++) {
      int stop = offsets.get(AttentionTable.cell(table, head, block + 1, 0));
      for (int i = offsets.get(AttentionTable.cell(table, head, block, 0));
          i < stop;
          i += Tiles.QUERIES) {
        c.localBarrier();
        for (int e = me; e < Tiles.QUERIES * size; e += Tiles.GROUP) {
          int j = e / size;
          int d = e - j * size;
          float qd = 0.0f;
          float od = 0.0f;
          if (i + j < stop) {
            int other = (lists.get(i + j) * heads + head) * size + d;
            qd = query.get(other);
            od = dOut.get(other);
          }
          turnedQueries[d * Tiles.QUERIES + j] = qd;
          turnedOuts[d * Tiles.QUERIES + j] = od;
          queries[e] = qd;
          outs[e] = od;
        }
        if (me < Tiles.QUERIES && i + me < stop) {
          lses[me] = logSumExp.get(lists.get(i + me) * heads + head);
          deltas[me] = delta.get(lists.get(i + me) * heads + head);
        }
        c.localBarrier();
        if (row < end) {
          Tiles.clear(x, Tiles.QUERIES);
          Tiles.clear(y, Tiles.QUERIES);
          for (int d = 0; d < size; d++) {
            float kd = ownKey[d];
            float vd = ownValue[d];
            for (int j = 0; j < Tiles.QUERIES; j++) {
              x[j] += kd * turnedQueries[d * Tiles.QUERIES + j];
              y[j] += vd * turnedOuts[d * Tiles.QUERIES + j];
            }
          }
          // Queries behind the list's last are zeros.
          for (int j = 0; j < Tiles.QUERIES; j++) {
            float p = 0.0f;
            float dx = 0.0f;
            if (i + j < stop) {
              p = TornadoMath.exp(x[j] * scale - lses[j]);
              dx = p * (y[j] - deltas[j]) * scale;
            }
            x[j] = p;
            y[j] = dx;
          }
          for (int d = 0; d < size; d++) {
            float dk = keySum[d];
            float dv = valueSum[d];
            for (int j = 0; j < Tiles.QUERIES; j++) {
              dk += y[j] * queries[j * size + d];
              dv += x[j] * outs[j * size + d];
            }
            keySum[d] = dk;
            valueSum[d] = dv;
          }
        }
      }
    }
    if (row < end) {
      Tiles.store(keySum, 1.0f, dKey, at, size);
      Tiles.store(valueSum, 1.0f, dValue, at, size);
    }
  }
}
