package dev.ashlar.moba.simd;

import dev.ashlar.tensor.spi.Operand;
import java.util.List;

/**
 * What the backward pass of block attention reads beside its {@link BlockProblem}, and the
 * gradients it adds up, laid out like the rows of query, key and value.
 *
 * @param query multiplied by the scale
 * @param logSumExp [T, H], as delta
 * @param delta dO · out - dLogSumExp for each row
 * @param dQuery gradients of queries not yet multiplied by the scale
 */
record Gradients(
    PanelRows query,
    PanelRows key,
    KeyPanels keyPanels,
    KeyPanels valuePanels,
    PanelRows dOut,
    float[] logSumExp,
    float[] delta,
    PanelRows dQuery,
    PanelRows dKey,
    PanelRows dValue) {

  /** Prepares for (query, key, value, selection, out, logSumExp, dOut, dLogSumExp). */
  static Gradients of(BlockProblem problem, List<Operand> in) {
    int size = in.get(0).shape().dim(2);
    return new Gradients(
        PanelRows.of(in.get(0), problem.rows(), problem.scale()),
        PanelRows.of(in.get(1), problem.rows(), 1),
        KeyPanels.of(in.get(1), problem.rows()),
        KeyPanels.of(in.get(2), problem.rows()),
        PanelRows.of(in.get(6), problem.rows(), 1),
        Matrices.rowMajor(in.get(5)),
        Matrices.delta(in.subList(4, 8)),
        PanelRows.zeros(problem.rows(), problem.heads(), size),
        PanelRows.zeros(problem.rows(), problem.keyHeads(), size),
        PanelRows.zeros(problem.rows(), problem.keyHeads(), size));
  }

  boolean isFinite() {
    return query.isFinite()
        && keyPanels.finite
        && valuePanels.finite
        && dOut.isFinite()
        && Finite.are(logSumExp)
        && Finite.are(delta);
  }

  /** Writes dQuery [T, H, D], dKey and dValue [T, G, D]. */
  void write(float scale, List<Operand> results) {
    dQuery.writeTo(results.get(0), scale);
    dKey.writeTo(results.get(1), 1);
    dValue.writeTo(results.get(2), 1);
  }

  /** Ends the use of all arrays. */
  void giveBack() {
    query.giveBack();
    key.giveBack();
    keyPanels.giveBack();
    valuePanels.giveBack();
    dOut.giveBack();
    dQuery.giveBack();
    dKey.giveBack();
    dValue.giveBack();
  }
}
