package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PANEL;

import dev.ashlar.moba.FlashAttention;
import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;

/**
 * Dense attention within a sequence: its inputs in float arrays, where a row's place is its
 * position in the sequence. Keys are multiplied by the scale beforehand.
 */
record DenseProblem(
    Sequence sequence,
    PaddedRows rows,
    float scale,
    int heads,
    int keyHeads,
    KeyPanels query,
    PanelRows key,
    PanelRows value) {
  static DenseProblem of(FlashAttention op, Sequence sequence, List<Operand> in) {
    PaddedRows rows = PaddedRows.ofBlocks(Packing.of(sequence.length()), PANEL);
    double scale = op.scaleFor(in.get(0).shape().dim(2));
    return new DenseProblem(
        sequence,
        rows,
        (float) scale,
        in.get(0).shape().dim(1),
        in.get(1).shape().dim(1),
        KeyPanels.of(sequence.of(in.get(0)), rows),
        PanelRows.of(sequence.of(in.get(1)), rows, (float) scale),
        PanelRows.of(sequence.of(in.get(2)), rows, 1));
  }

  boolean isFinite() {
    return query.finite && key.isFinite() && value.isFinite();
  }

  int keyHead(int head) {
    return head / (heads / keyHeads);
  }

  /** The size of a head. */
  int size() {
    return key.size;
  }

  /** Ends the use of all arrays. */
  void giveBack() {
    query.giveBack();
    key.giveBack();
    value.giveBack();
  }
}
