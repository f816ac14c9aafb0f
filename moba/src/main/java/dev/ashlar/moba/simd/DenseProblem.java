package dev.ashlar.moba.simd;

import dev.ashlar.moba.FlashAttention;
import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;

/**
 * One dense attention: its inputs in float arrays. Queries are multiplied by the scale and by log2
 * e beforehand, so that probabilities are powers of two.
 */
record DenseProblem(
    Packing packing,
    PaddedRows rows,
    float scale,
    int heads,
    int keyHeads,
    PanelRows query,
    PanelRows key,
    PanelRows value) {
  static final double LOG2_E = 1 / Math.log(2);

  static DenseProblem of(FlashAttention op, List<Operand> in) {
    PaddedRows rows = PaddedRows.of(op.packing());
    double scale = op.scaleFor(in.get(0).shape().dim(2));
    return new DenseProblem(
        op.packing(),
        rows,
        (float) scale,
        in.get(0).shape().dim(1),
        in.get(1).shape().dim(1),
        PanelRows.of(in.get(0), rows, (float) (scale * LOG2_E)),
        PanelRows.of(in.get(1), rows, 1),
        PanelRows.of(in.get(2), rows, 1));
  }

  boolean isFinite() {
    return query.isFinite() && key.isFinite() && value.isFinite();
  }

  int keyHead(int head) {
    return head / (heads / keyHeads);
  }

  /** Ends the use of all arrays. */
  void giveBack() {
    query.giveBack();
    key.giveBack();
    value.giveBack();
  }
}
