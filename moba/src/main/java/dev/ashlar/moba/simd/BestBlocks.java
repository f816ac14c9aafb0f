package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PITCH;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.EQ;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * The best past blocks of as many queries as there are lanes: of equal scores the lowest blocks are
 * taken, and NaN counts as -infinity. Eight at a time are found in one pass over all scores, in
 * registers and without a branch: which lane has found a better block no processor could guess.
 */
final class BestBlocks {
  /** The blocks found in one pass. */
  private static final int FOUND = 8;

  private static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);

  // Below the rank of every score.
  private static final int NONE = Integer.MIN_VALUE;

  private final int kept;
  private final int[] found; // blocks, a vector for each that is kept; MAX_VALUE for none
  private final int[] own = new int[LANES];
  private final int[] ranks = new int[LANES]; // of what the last pass found last

  /** Makes room for the {@code kept} best, at least one. */
  BestBlocks(int kept) {
    this.kept = kept;
    this.found = new int[Math.ceilDiv(kept, FOUND) * FOUND * LANES];
  }

  /**
   * Writes the chosen blocks of {@code count} queries in ascending order, then their own, of which
   * the last is the greatest.
   *
   * @param scores of block b from {@code b * PITCH + scoresAt} on
   * @param at where the first query's blocks go, and {@code pitch} to the next
   */
  void choose(
      float[] scores,
      int scoresAt,
      int lane,
      int count,
      int[] blocks,
      int[] chosen,
      int at,
      int pitch) {
    Arrays.fill(own, 0);
    System.arraycopy(blocks, lane, own, 0, count);
    for (int from = 0; from < kept; from += FOUND) find(scores, scoresAt, own[count - 1], from);
    for (int end = kept - 1; end > 0; end--) {
      for (int i = 0; i < end; i++) order(i * LANES, (i + 1) * LANES);
    }
    for (int t = 0; t < count; t++) {
      int to = at + t * pitch;
      for (int i = 0; i < Math.min(kept, own[t]); i++) chosen[to++] = found[i * LANES + t];
      chosen[to] = own[t];
    }
  }

  /**
   * Finds the {@code from}-th best block of each lane and those that follow it.
   *
   * @param end the first block that no lane sees
   */
  private void find(float[] scores, int at, int end, int from) {
    IntVector owns = IntVector.fromArray(INTS, own, 0);
    IntVector none = IntVector.broadcast(INTS, NONE);
    // What comes after the last one found has a lower rank, or an equal one and a higher number.
    IntVector lastRank = IntVector.broadcast(INTS, Integer.MAX_VALUE);
    IntVector last = lastRank;
    if (from > 0) {
      lastRank = IntVector.fromArray(INTS, ranks, 0);
      last = IntVector.fromArray(INTS, found, (from - 1) * LANES);
    }
    IntVector rank0 = none;
    IntVector rank1 = none;
    IntVector rank2 = none;
    IntVector rank3 = none;
    IntVector rank4 = none;
    IntVector rank5 = none;
    IntVector rank6 = none;
    IntVector rank7 = none;
    IntVector best0 = IntVector.broadcast(INTS, Integer.MAX_VALUE);
    IntVector best1 = best0;
    IntVector best2 = best0;
    IntVector best3 = best0;
    IntVector best4 = best0;
    IntVector best5 = best0;
    IntVector best6 = best0;
    IntVector best7 = best0;
    for (int b = 0; b < end; b++) {
      IntVector rank = rank(FloatVector.fromArray(SPECIES, scores, b * PITCH + at));
      VectorMask<Integer> after = rank.compare(EQ, lastRank).and(last.compare(LT, b));
      after = after.or(rank.compare(LT, lastRank)).and(owns.compare(GT, b));
      rank = none.blend(rank, after);
      IntVector block = IntVector.broadcast(INTS, b);

      // Where a lane takes this block, what it had from there on moves down by one.
      VectorMask<Integer> better = rank.compare(GT, rank0);
      IntVector next = block.blend(best0, better);
      best0 = best0.blend(block, better);
      IntVector worse = rank.min(rank0);
      rank0 = rank0.max(rank);

      better = rank.compare(GT, rank1);
      IntVector down = block.blend(best1, better);
      best1 = best1.blend(next, better);
      IntVector least = worse.min(rank1);
      rank1 = rank1.max(worse);

      better = rank.compare(GT, rank2);
      next = block.blend(best2, better);
      best2 = best2.blend(down, better);
      worse = least.min(rank2);
      rank2 = rank2.max(least);

      better = rank.compare(GT, rank3);
      down = block.blend(best3, better);
      best3 = best3.blend(next, better);
      least = worse.min(rank3);
      rank3 = rank3.max(worse);

      better = rank.compare(GT, rank4);
      next = block.blend(best4, better);
      best4 = best4.blend(down, better);
      worse = least.min(rank4);
      rank4 = rank4.max(least);

      better = rank.compare(GT, rank5);
      down = block.blend(best5, better);
      best5 = best5.blend(next, better);
      least = worse.min(rank5);
      rank5 = rank5.max(worse);

      better = rank.compare(GT, rank6);
      next = block.blend(best6, better);
      best6 = best6.blend(down, better);
      worse = least.min(rank6);
      rank6 = rank6.max(least);

      better = rank.compare(GT, rank7);
      best7 = best7.blend(next, better);
      rank7 = rank7.max(worse);
    }
    best0.intoArray(found, from * LANES);
    best1.intoArray(found, (from + 1) * LANES);
    best2.intoArray(found, (from + 2) * LANES);
    best3.intoArray(found, (from + 3) * LANES);
    best4.intoArray(found, (from + 4) * LANES);
    best5.intoArray(found, (from + 5) * LANES);
    best6.intoArray(found, (from + 6) * LANES);
    best7.intoArray(found, (from + 7) * LANES);
    rank7.intoArray(ranks, 0);
  }

  /** Returns integers in the order of scores: negative ones have all bits but the sign turned. */
  private static IntVector rank(FloatVector x) {
    FloatVector number = x.blend(Float.NEGATIVE_INFINITY, x.compare(NE, x));
    IntVector bits = number.add(0f).reinterpretAsInts(); // -0 counts as 0
    return bits.lanewise(XOR, bits.lanewise(ASHR, 31).lanewise(LSHR, 1));
  }

  private void order(int i, int j) {
    IntVector a = IntVector.fromArray(INTS, found, i);
    IntVector b = IntVector.fromArray(INTS, found, j);
    a.min(b).intoArray(found, i);
    a.max(b).intoArray(found, j);
  }
}
