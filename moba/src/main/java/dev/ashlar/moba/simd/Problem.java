package dev.ashlar.moba.simd;

import dev.ashlar.moba.MobaAttention;
import dev.ashlar.moba.Packing;
import dev.ashlar.moba.QueryLists;
import dev.ashlar.moba.Selection;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One attention: its inputs in float arrays, and who sees what. Dense attention has one block per
 * sequence and no lists; queries are multiplied by the scale beforehand.
 */
record Problem(
    Packing packing,
    int blockSize,
    @Nullable QueryLists lists,
    float scale,
    int heads,
    int keyHeads,
    HeadRows query,
    HeadRows key,
    HeadRows value) {

  static Problem dense(Packing packing, double scale, List<Operand> in) {
    return of(packing, Math.max(1, packing.maxLength()), null, scale, in);
  }

  static Problem moba(MobaAttention op, List<Operand> in) {
    int blockSize = op.config().blockSize();
    QueryLists lists = Selection.lists(op.label(), in.get(3), op.packing(), blockSize);
    double scale = op.config().scaleFor(in.get(0).shape().dim(2));
    return of(op.packing(), blockSize, lists, scale, in);
  }

  private static Problem of(
      Packing packing, int blockSize, @Nullable QueryLists lists, double scale, List<Operand> in) {
    return new Problem(
        packing,
        blockSize,
        lists,
        (float) scale,
        in.get(0).shape().dim(1),
        in.get(1).shape().dim(1),
        HeadRows.of(in.get(0), (float) scale),
        HeadRows.of(in.get(1), 1),
        HeadRows.of(in.get(2), 1));
  }

  boolean isFinite() {
    return query.finite && key.finite && value.finite;
  }

  int depth() {
    return query.depth;
  }

  int keyHead(int head) {
    return head / (heads / keyHeads);
  }
}
