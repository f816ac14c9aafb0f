package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PANEL;

import dev.ashlar.moba.Packing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Pieces of the backward pass that no two of share a query or a key: each adds to its gradients
 * without regard to the others. A head's queries are cut into ranges and its keys into the same
 * ones; stage s takes queries of each range to the keys of the s-th range before it. So every
 * gradient is added up in the order of stages, whatever the number of threads.
 */
record Stage(BlockProblem problem, List<Piece> pieces) {
  /** The queries of the rows {@code from} to {@code to}, and the keys of {@code key} to ... */
  record Piece(int sequence, int keyHead, int from, int to, int keyFrom, int keyTo) {
    /** Walks the queries of each head of the {@code group} that share the keys' head. */
    void walk(BlockWalk walk, int group) {
      for (int h = keyHead * group; h < (keyHead + 1) * group; h++) {
        walk.walk(new Part(sequence, h, from, to), keyFrom, keyTo);
      }
    }
  }

  /** Returns the stages in the order in which they must run. They depend on shapes alone. */
  static List<Stage> of(BlockProblem problem) {
    Packing packing = problem.packing();
    // Whole blocks, of which a block's own queries see no others, and whole panels of them.
    long unit = problem.blockSize() * Math.max(1L, PANEL / problem.blockSize());
    long step = Math.ceilDiv(problem.rowsFor(8), unit) * unit;
    List<Stage> stages = new ArrayList<>();
    for (int s = 0; s * step < packing.maxLength(); s++) {
      stages.add(new Stage(problem, pieces(problem, s, step)));
    }
    return stages;
  }

  private static List<Piece> pieces(BlockProblem problem, int stage, long step) {
    Packing packing = problem.packing();
    List<Piece> pieces = new ArrayList<>();
    for (int s = 0; s < packing.sequences(); s++) {
      int start = packing.start(s);
      int end = packing.end(s);
      for (int g = 0; g < problem.keyHeads(); g++) {
        for (long row = start + stage * step; row < end; row += step) {
          long key = row - stage * step;
          int keyEnd = (int) Math.min(end, key + step);
          pieces.add(
              new Piece(s, g, (int) row, (int) Math.min(end, row + step), (int) key, keyEnd));
        }
      }
    }
    // Later queries see more: what takes longest comes first.
    pieces.sort(Comparator.comparingInt(piece -> packing.start(piece.sequence) - piece.from));
    return pieces;
  }

  /** Walks every piece. */
  void run(Workers<BlockWalk> walks) {
    int group = problem.heads() / problem.keyHeads();
    walks.each(pieces, (walk, piece) -> piece.walk(walk, group));
  }
}
