package dev.ashlar.moba.simd;

import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of keys and values in shares, one for each {@link Part}, summed in the order of the
 * parts: what one thread adds to no other does, and the sum does not depend on their number.
 */
final class KeyGradients {
  private final Problem problem;
  private final List<Part> parts;
  private final @Nullable Share[] shares;

  /** One part's share: rows from its sequence's first to the part's last. */
  record Share(float[] dKey, float[] dValue, int start, int depth) {
    int at(int row) {
      return (row - start) * depth;
    }
  }

  KeyGradients(Problem problem, List<Part> parts) {
    this.problem = problem;
    this.parts = parts;
    this.shares = new Share[parts.size()];
  }

  Share make(int part) {
    int start = problem.packing().start(parts.get(part).sequence());
    int size = (parts.get(part).to() - start + Products.ROWS) * problem.depth();
    var share = new Share(new float[size], new float[size], start, problem.depth());
    shares[part] = share;
    return share;
  }

  /** Writes dKey and dValue [T, G, D]. */
  void write(Operand dKey, Operand dValue) {
    int size = dKey.shape().dim(2);
    MemorySegment dKeys = dKey.elements();
    MemorySegment dValues = dValue.elements();
    for (int s = 0; s < problem.packing().sequences(); s++) {
      for (int g = 0; g < problem.keyHeads(); g++) {
        List<Integer> own = sharesOf(s, g);
        int start = problem.packing().start(s);
        int head = g;
        Parallel.range(
            problem.packing().length(s),
            64,
            (from, to) -> {
              float[] keySum = new float[size];
              float[] valueSum = new float[size];
              for (int row = start + (int) from; row < start + to; row++) {
                sum(own, row, keySum, valueSum);
                long at = ((long) row * problem.keyHeads() + head) * size * Float.BYTES;
                MemorySegment.copy(keySum, 0, dKeys, ValueLayout.JAVA_FLOAT, at, size);
                MemorySegment.copy(valueSum, 0, dValues, ValueLayout.JAVA_FLOAT, at, size);
              }
            });
      }
    }
  }

  private List<Integer> sharesOf(int sequence, int keyHead) {
    List<Integer> own = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      boolean mine = part.sequence() == sequence && problem.keyHead(part.head()) == keyHead;
      if (mine) own.add(i);
    }
    return own;
  }

  private void sum(List<Integer> own, int row, float[] keySum, float[] valueSum) {
    java.util.Arrays.fill(keySum, 0);
    java.util.Arrays.fill(valueSum, 0);
    for (int i : own) {
      Share share = shares[i];
      if (share == null || parts.get(i).to() <= row) continue;
      int at = share.at(row);
      for (int d = 0; d < keySum.length; d++) keySum[d] += share.dKey[at + d];
      for (int d = 0; d < keySum.length; d++) valueSum[d] += share.dValue[at + d];
    }
  }
}
