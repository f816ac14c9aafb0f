package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PANEL;
import static dev.ashlar.moba.simd.PanelProducts.PITCH;
import static dev.ashlar.moba.simd.Products.LANES;

import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.lanes.Room;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Chooses blocks for a tile of queries at a time: the scores of blocks by a matrix product, then
 * the best of them, queries along the lanes.
 */
final class Gate implements Workers.Worker {
  private static final int TILE = PanelProducts.TILE;

  private final int blockSize;
  private final int heads;
  private final int size;
  private final int most;
  private final MeanKeys means;
  private final Room queries; // a head's, turned over: number d of query t at d * PANEL + t
  private final int[] own = new int[TILE]; // blocks
  private final Room scores;
  private final BestBlocks best;

  private Gate(int blockSize, Shape query, int most, MeanKeys means, int blocks) {
    this.blockSize = blockSize;
    this.heads = query.dim(1);
    this.size = query.dim(2);
    this.most = most;
    this.means = means;
    this.queries = Scratch.take(size * PANEL);
    this.scores = Scratch.take(Math.ceilDiv(blocks, Products.ROWS) * Products.ROWS * PITCH);
    this.best = new BestBlocks(Math.max(1, most - 1));
  }

  /**
   * Writes the selection [T, H, K] of (query, key); returns false if a number that it reads is not
   * finite: what it has written is then worth nothing.
   */
  static boolean run(Packing packing, int blockSize, List<Operand> in, Operand out) {
    MeanKeys means = MeanKeys.of(packing, blockSize, in.get(1));
    boolean finite = means.finite() && run(packing, blockSize, in.get(0), means, out);
    means.numbers().giveBack();
    return finite;
  }

  private static boolean run(
      Packing packing, int blockSize, Operand query, MeanKeys means, Operand out) {
    int most = out.shape().dim(2);
    int blocks = packing.maxLength() / blockSize;
    var finite = new AtomicBoolean(true);
    try (var gates = new Workers<>(() -> new Gate(blockSize, query.shape(), most, means, blocks))) {
      for (int s = 0; s < packing.sequences(); s++) {
        int sequence = s;
        int start = packing.start(s);
        Parallel.range(
            packing.length(s),
            TILE,
            (from, end) ->
                gates.lend(
                    gate -> {
                      int rows = (int) (end - from);
                      boolean good = gate.run(sequence, start, (int) from, rows, query, out);
                      if (!good) finite.set(false);
                    }));
      }
    }
    return finite.get();
  }

  @Override
  public void giveBack() {
    Scratch.give(queries, scores);
  }

  /** Chooses for rows from position {@code first} on; returns false if a number is not finite. */
  private boolean run(int sequence, int start, int first, int rows, Operand query, Operand out) {
    int row = start + first;
    Room chunk = InputRows.take(query, row, row + rows);
    boolean finite = Finite.are(chunk.numbers(), chunk.at(), rows * heads * size);
    int[] chosen = choose(sequence, first, rows, chunk);
    Scratch.give(chunk);
    long at = (long) row * heads * most * Integer.BYTES;
    MemorySegment.copy(chosen, 0, out.elements(), ValueLayout.JAVA_INT, at, chosen.length);
    return finite;
  }

  /**
   * Returns the blocks [rows, H, K] of rows that begin at position {@code first} of their sequence.
   */
  private int[] choose(int sequence, int first, int rows, Room chunk) {
    int[] chosen = new int[rows * heads * most];
    Arrays.fill(chosen, -1);
    for (int t = 0; t < rows; t++) own[t] = (first + t) / blockSize;
    for (int head = 0; head < heads; head++) {
      if (own[rows - 1] < most || most == 1) {
        for (int t = 0; t < rows; t++) takeAll(own[t], chosen, (t * heads + head) * most);
      } else {
        for (int lane = 0; lane < rows; lane += PANEL) {
          choose(sequence, head, lane, Math.min(PANEL, rows - lane), chunk, chosen);
        }
      }
    }
    return chosen;
  }

  /** Takes the past blocks of a query that may have them all, or its own alone. */
  private void takeAll(int block, int[] chosen, int at) {
    int past = Math.min(block, most - 1);
    for (int b = 0; b < past; b++) chosen[at + b] = b;
    chosen[at + past] = block;
  }

  private void choose(int sequence, int head, int lane, int count, Room chunk, int[] chosen) {
    int width = heads * size;
    int from = chunk.at() + lane * width + head * size;
    Turned.write(chunk.numbers(), from, width, count, size, queries.numbers(), queries.at(), PANEL);
    int keyHead = head / (heads / means.keyHeads());
    int place = means.places().starts()[sequence];
    PanelRows numbers = means.numbers();
    PanelProducts.scores(
        numbers.numbers,
        numbers.at(keyHead, 0, place),
        numbers.step(),
        own[lane + count - 1],
        size,
        queries.numbers(),
        queries.at(),
        scores.numbers(),
        scores.at() + lane);
    for (int t = lane; t < lane + count; t += LANES) {
      int some = Math.min(LANES, lane + count - t);
      int to = (t * heads + head) * most;
      best.choose(scores.numbers(), scores.at() + t, t, some, own, chosen, to, heads * most);
    }
  }
}
