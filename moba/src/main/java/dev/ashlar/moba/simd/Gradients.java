package dev.ashlar.moba.simd;

import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/**
 * What the backward pass of block attention reads beside its {@link BlockProblem}, and the
 * gradients it adds up, laid out like the rows of query, key and value.
 *
 * @param logSumExp [T, H], as delta
 * @param delta dO · out - dLogSumExp for each row
 * @param dQuery gradients of queries not yet multiplied by the scale, with a spare row behind them
 */
record Gradients(
    BlockProblem problem,
    HeadRows key,
    KeyPanels keyPanels,
    KeyPanels valuePanels,
    HeadRows dOut,
    float[] logSumExp,
    float[] delta,
    float[] dQuery,
    float[] dKey,
    float[] dValue) {
  private static final int CHUNK = 32;

  /** Prepares for (query, key, value, selection, out, logSumExp, dOut, dLogSumExp). */
  static Gradients of(BlockProblem problem, List<Operand> in) {
    int rows = problem.packing().total();
    int keyNumbers = problem.keyHeads() * rows * problem.depth();
    return new Gradients(
        problem,
        HeadRows.of(in.get(1), 1),
        KeyPanels.of(in.get(1)),
        KeyPanels.of(in.get(2)),
        HeadRows.of(in.get(6), 1),
        Matrices.rowMajor(in.get(5)),
        Matrices.delta(in.subList(4, 8)),
        zeros((problem.heads() * rows + 1) * problem.depth()),
        zeros(keyNumbers),
        zeros(keyNumbers));
  }

  private static float[] zeros(int count) {
    float[] numbers = Scratch.take(count);
    Parallel.range(count, 1 << 18, (from, to) -> Arrays.fill(numbers, (int) from, (int) to, 0));
    return numbers;
  }

  boolean isFinite() {
    return keyPanels.finite
        && valuePanels.finite
        && dOut.finite
        && Finite.are(logSumExp)
        && Finite.are(delta);
  }

  /** Ends the use of all arrays, those of the problem too. */
  void giveBack() {
    Scratch.give(
        problem.query().numbers,
        key.numbers,
        keyPanels.numbers,
        valuePanels.numbers,
        dOut.numbers,
        dQuery,
        dKey,
        dValue);
  }

  /** Returns where the spare row of dQuery begins: to it goes what fills up a tile, zeros. */
  int spare() {
    return dQuery.length - problem.depth();
  }

  /** Writes dQuery [T, H, D], dKey and dValue [T, G, D]. */
  void write(List<Operand> results) {
    write(dQuery, problem.query(), problem.scale(), results.get(0));
    write(dKey, key, 1, results.get(1));
    write(dValue, key, 1, results.get(2));
  }

  private static void write(float[] numbers, HeadRows like, float factor, Operand to) {
    int heads = to.shape().dim(1);
    int size = to.shape().dim(2);
    MemorySegment elements = to.elements();
    Parallel.range(
        to.shape().dim(0),
        CHUNK,
        (from, end) -> {
          float[] chunk = new float[(int) (end - from) * heads * size];
          int at = 0;
          for (int row = (int) from; row < end; row++) {
            for (int head = 0; head < heads; head++) {
              int source = like.at(head, row);
              for (int d = 0; d < size; d++) chunk[at++] = factor * numbers[source + d];
            }
          }
          long bytes = from * heads * size * Float.BYTES;
          MemorySegment.copy(chunk, 0, elements, ValueLayout.JAVA_FLOAT, bytes, chunk.length);
        });
  }
}
