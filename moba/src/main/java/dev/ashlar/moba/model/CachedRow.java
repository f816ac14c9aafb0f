package dev.ashlar.moba.model;

import dev.ashlar.moba.MobaConfig;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;

/**
 * One query of one head against the cache, in double precision but for the gate: gate, softmax,
 * weighted mean.
 */
final class CachedRow {
  private final CachedAttention op;
  private final MobaConfig moba;
  private final int row;
  private final int head;
  private final int group;
  private final int position;
  private final double[] query;
  private final double[] line;
  private final boolean single;
  private final Operand keys;
  private final Operand values;
  private final HeadReader means;

  CachedRow(CachedAttention op, List<Operand> inputs, int row, int head) {
    Operand queries = inputs.get(0);
    this.op = op;
    this.moba = op.moba();
    this.row = row;
    this.head = head;
    this.keys = inputs.get(1);
    this.values = inputs.get(2);
    this.means = new HeadReader(inputs.get(3));
    this.single = queries.dtype() == DType.F32;
    this.group = head / (queries.shape().dim(1) / inputs.get(1).shape().dim(1));
    this.position = op.position(row, queries.shape().dim(0));
    this.query = new double[queries.shape().dim(2)];
    this.line = new double[query.length];
    new HeadReader(queries).read(row, head, query);
  }

  /** Returns the blocks to attend to, and stores them. */
  int[] choose(Operand chosen) {
    int[] blocks = chosenBlocks();
    for (int i = 0; i < chosen.shape().dim(2); i++) {
      chosen.setLong(CacheOps.index(chosen, row, head, i), i < blocks.length ? blocks[i] : -1);
    }
    return blocks;
  }

  /** Returns the blocks to attend to, ascending, the query's own the last. */
  private int[] chosenBlocks() {
    if (op.kind() instanceof AttentionKind.Full) return new int[] {0};
    int own = position / moba.blockSize();
    int[] blocks = new int[Math.min(moba.topK(), own + 1)];
    boolean[] taken = new boolean[own];
    double[] scores = new double[own];
    for (int b = 0; b < own; b++) scores[b] = score(b);
    for (int i = 0; i < blocks.length - 1; i++) taken[best(scores, taken)] = true;
    int at = 0;
    for (int b = 0; b < own; b++) if (taken[b]) blocks[at++] = b;
    blocks[at] = own;
    return blocks;
  }

  /** Returns the block of the greatest score not yet taken: of equals the lowest. */
  private static int best(double[] scores, boolean[] taken) {
    int best = -1;
    for (int b = 0; b < scores.length; b++) {
      if (!taken[b] && (best < 0 || scores[b] > scores[best])) best = b;
    }
    return best;
  }

  /** Adds up in the element type, as BlockGate does, so that both choose the same blocks. */
  private double score(int block) {
    means.read(block, group, line);
    double score = single ? singleScore() : doubleScore();
    return Double.isNaN(score) ? Double.NEGATIVE_INFINITY : score;
  }

  private float singleScore() {
    float score = 0;
    for (int d = 0; d < line.length; d++) {
      score = Math.fma((float) query[d], (float) line[d], score);
    }
    return score;
  }

  private double doubleScore() {
    double score = 0;
    for (int d = 0; d < line.length; d++) score += query[d] * line[d];
    return score;
  }

  /** Streams over the blocks with a running maximum and sum, as flash attention does. */
  void gather(int[] blocks, Operand out) {
    var keyStrip = new HeadStrip(keys);
    var valueStrip = new HeadStrip(values);
    double scale = moba.scaleFor(query.length);
    // Not -infinity, from which a logit of -infinity differs by NaN: such a key has no weight.
    double max = -Double.MAX_VALUE;
    double total = 0;
    double[] sum = new double[query.length];
    for (int block : blocks) {
      long end = Math.min(position + 1L, (block + 1L) * moba.blockSize());
      for (int from = block * moba.blockSize(); from < end; from += HeadStrip.ROWS) {
        int to = (int) Math.min(end, from + (long) HeadStrip.ROWS);
        keyStrip.read(from, to, group);
        valueStrip.read(from, to, group);
        for (int j = 0; j < to - from; j++) {
          double logit = scale * keyStrip.dot(query, j);
          if (logit > max) {
            double shrink = Math.exp(max - logit);
            total *= shrink;
            for (int d = 0; d < sum.length; d++) sum[d] *= shrink;
            max = logit;
          }
          double weight = Math.exp(logit - max);
          total += weight;
          valueStrip.addTo(sum, weight, j);
        }
      }
    }
    for (int d = 0; d < sum.length; d++) {
      out.setDouble(CacheOps.index(out, row, head, d), sum[d] / total);
    }
  }
}
