package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.KeyPanels.WIDTH;
import static dev.ashlar.moba.simd.Products.ROWS;
import static dev.ashlar.moba.simd.RowProducts.KEYS;
import static dev.ashlar.moba.simd.RowProducts.PITCH;

import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Chooses blocks for eight queries at a time: the scores of some blocks by a matrix product, then
 * the best of them query by query.
 */
final class Gate {
  private static final int CHUNK = 64;

  private final int blockSize;
  private final int heads;
  private final int size;
  private final int most;
  private final MeanPanels means;
  private final float[] queries; // the chunk's, [rows, H, D]
  private final int[] chosen; // the chunk's, [rows, H, K]
  private final int[] offsets = new int[ROWS];
  private final float[] scores = new float[ROWS * PITCH];
  private final BestBlocks[] best = new BestBlocks[ROWS];

  private Gate(int blockSize, Shape query, int most, MeanPanels means, int rows) {
    this.blockSize = blockSize;
    this.heads = query.dim(1);
    this.size = query.dim(2);
    this.most = most;
    this.means = means;
    this.queries = new float[rows * heads * size];
    this.chosen = new int[rows * heads * most];
    Arrays.setAll(best, _ -> new BestBlocks(most - 1));
  }

  /**
   * Writes the selection [T, H, K] of (query, key); returns false if a number that it reads is not
   * finite: what it has written is then worth nothing.
   */
  static boolean run(Packing packing, int blockSize, List<Operand> in, Operand out) {
    MeanPanels means = MeanPanels.of(packing, blockSize, in.get(1));
    if (!means.finite()) return false;
    int most = out.shape().dim(2);
    MemorySegment to = out.elements();
    var finite = new AtomicBoolean(true);
    for (int s = 0; s < packing.sequences(); s++) {
      int sequence = s;
      int start = packing.start(s);
      Parallel.range(
          packing.length(s),
          CHUNK,
          (from, end) -> {
            int rows = (int) (end - from);
            int row = start + (int) from;
            var gate = new Gate(blockSize, in.get(0).shape(), most, means, rows);
            HeadRows.read(in.get(0), row, row + rows, gate.queries);
            if (!Finite.are(gate.queries)) finite.set(false);
            gate.choose(sequence, (int) from, rows);
            long at = (long) row * gate.heads * most * Integer.BYTES;
            int count = gate.chosen.length;
            MemorySegment.copy(gate.chosen, 0, to, ValueLayout.JAVA_INT, at, count);
          });
    }
    return finite.get();
  }

  /** Chooses for the chunk's rows, which begin at position {@code first} of their sequence. */
  private void choose(int sequence, int first, int rows) {
    Arrays.fill(chosen, -1);
    for (int row = 0; row < rows; row += ROWS) {
      int count = Math.min(ROWS, rows - row);
      for (int head = 0; head < heads; head++) {
        int own = (first + row + count - 1) / blockSize;
        if (own >= most && most > 1) score(sequence, head, first, row, count, own);
        for (int t = 0; t < count; t++) {
          write(t, (first + row + t) / blockSize, ((row + t) * heads + head) * most);
        }
      }
    }
  }

  /** Finds the best blocks before {@code own}, the last row's. */
  private void score(int sequence, int head, int first, int row, int count, int own) {
    for (int t = 0; t < ROWS; t++) {
      offsets[t] = ((row + Math.min(t, count - 1)) * heads + head) * size;
      best[t].clear();
    }
    int keyHead = head / (heads / means.keyHeads());
    for (int b = 0; b < own; b += KEYS) {
      for (int i = 0; i < Math.min(KEYS, own - b); i += WIDTH) {
        int at = means.at(sequence, keyHead, b + i);
        RowProducts.scores(queries, offsets, 0, means.numbers(), at, size, scores, i);
      }
      for (int t = 0; t < count; t++) {
        int past = Math.min(KEYS, (first + row + t) / blockSize - b);
        if (past > 0) best[t].offer(scores, t * PITCH, past, b);
      }
    }
  }

  /** Writes the blocks of row t: all past ones where there are no more than it may have. */
  private void write(int t, int own, int at) {
    int past = Math.min(own, most - 1);
    if (own < most) {
      for (int b = 0; b < past; b++) chosen[at + b] = b;
    } else {
      best[t].write(chosen, at);
    }
    chosen[at + past] = own;
  }
}
