package dev.ashlar.moba.simd;

import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the backward pass of block attention reads beside its {@link BlockProblem}, and the
 * gradients it adds up: those of queries in the result, those of keys and values laid out like
 * their rows.
 *
 * @param key multiplied by the scale
 * @param logSumExp [T, H], as delta
 * @param delta dO · out - dLogSumExp for each row
 * @param finite whether all numbers read so far were
 */
record Gradients(
    HeadRows query,
    PanelRows key,
    KeyPanels keyPanels,
    KeyPanels valuePanels,
    HeadRows dOut,
    float[] logSumExp,
    float[] delta,
    HeadRows dQuery,
    PanelRows dKey,
    PanelRows dValue,
    AtomicBoolean finite) {

  /**
   * Prepares for (query, key, value, selection, out, logSumExp, dOut, dLogSumExp) and the gradients
   * dQuery [T, H, D], dKey and dValue [T, G, D].
   */
  static Gradients of(BlockProblem problem, List<Operand> in, List<Operand> results) {
    int size = in.get(0).shape().dim(2);
    PanelRows key = PanelRows.of(in.get(1), problem.rows(), problem.scale());
    KeyPanels keyPanels = KeyPanels.of(in.get(1), problem.rows());
    KeyPanels valuePanels = KeyPanels.of(in.get(2), problem.rows());
    float[] logSumExp = Matrices.rowMajor(in.get(5));
    float[] delta = Matrices.delta(in.subList(4, 8));
    boolean finite =
        key.isFinite()
            && keyPanels.finite
            && valuePanels.finite
            && Finite.are(logSumExp)
            && Finite.are(delta);
    return new Gradients(
        HeadRows.of(in.get(0)),
        key,
        keyPanels,
        valuePanels,
        HeadRows.of(in.get(6)),
        logSumExp,
        delta,
        HeadRows.of(results.get(0)),
        PanelRows.zeros(problem.rows(), problem.keyHeads(), size),
        PanelRows.zeros(problem.rows(), problem.keyHeads(), size),
        new AtomicBoolean(finite));
  }

  /** Ends the use of all arrays. */
  void giveBack() {
    key.giveBack();
    keyPanels.giveBack();
    valuePanels.giveBack();
    dKey.giveBack();
    dValue.giveBack();
  }
}
