package dev.ashlar.moba;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class AttentionErrorsTest {
  private final Packing packing = Packing.of(3, 2);

  private static Tensor zeros(int... dims) {
    return Tensor.zeros(DType.F32, dims);
  }

  private void assertRejected(Tensor query, Tensor key, Tensor value, String message) {
    assertThatThrownBy(() -> Moba.dense(query, key, value, packing))
        .isInstanceOf(ShapeException.class)
        .hasMessage("flashAttention: " + message);
  }

  @Test
  void namesWhatDoesNotFit() {
    Tensor x = zeros(5, 4, 8);
    assertRejected(
        zeros(4, 4, 8),
        x,
        x,
        "query [4, 4, 8] must have 5 rows, one for each token of the packing's 2 sequences; pass"
            + " the Packing that these rows were packed with");
    assertRejected(
        x,
        zeros(5, 3, 8),
        zeros(5, 3, 8),
        "the 4 heads of query [5, 4, 8] must be a multiple of"
            + " the 3 of key [5, 3, 8] (axis 1)");
    assertRejected(
        x,
        zeros(5, 4, 6),
        zeros(5, 4, 6),
        "query [5, 4, 8] and key [5, 4, 6] must have one head" + " size (axis 2), of at least 1");
    assertRejected(x, x, zeros(5, 2, 8), "value must have shape [5, 4, 8], got [5, 2, 8]");
    assertRejected(
        zeros(2, 5, 4, 8),
        x,
        x,
        "query must be [T, H, D], got [2, 5, 4, 8]; reshape it, and pack a batch with"
            + " Packing.equal(count, length)");
    assertRejected(
        x,
        x.toType(DType.F64),
        x,
        "query F32[5, 4, 8] and key F64[5, 4, 8] differ in element"
            + " type; cast one with toType(...)");
    assertRejected(
        x.toType(DType.I32),
        x,
        x,
        "query must be F32 or F64, got I32[5, 4, 8]; cast it with" + " toType(...)");
  }

  @Test
  void oraclesNameWhatDoesNotFit() {
    Tensor x = zeros(5, 4, 8);
    assertThatThrownBy(() -> DenseReference.attend(x, x, x, Packing.of(1)))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("denseReference: query [5, 4, 8] must have 1 rows");
    assertThatThrownBy(() -> DenseReference.attend(x, zeros(5, 3, 8), zeros(5, 3, 8), packing))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("denseReference: the 4 heads of query");
    var config = new MobaConfig(2, 2);
    Tensor single = zeros(1, 4, 8);
    Selection one = new BlockGate(config, Packing.of(1)).select(single, single);
    assertThatThrownBy(() -> MobaReference.attend(x, x, x, one, config))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("mobaReference: query [5, 4, 8] must have 1 rows");
    Selection ofTwo = new BlockGate(config, packing).select(x, x);
    assertThatThrownBy(() -> MobaReference.attend(x, x, x, ofTwo, new MobaConfig(3, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "mobaReference: the selection is of blocks of 2 keys, the configuration has blocks of"
                + " 3");
  }

  @Test
  void namesABlockThatMayNotBeSeen() {
    var config = new MobaConfig(2, 2);
    var op = new MobaAttention(config, Packing.of(3));
    Tensor x = zeros(3, 1, 2);
    assertThatThrownBy(() -> op.attend(x, x, x, selection(0, -1, 0, 1, 0, 1)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage(
            "mobaAttention: selection names block 1 on axis 2, where only -1 .. 0 (the row's own)"
                + " exist");
    assertThatThrownBy(() -> op.attend(x, x, x, selection(0, -1, 0, -1, 0, -1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must ascend to its own block 1");
    assertThatThrownBy(() -> op.attend(x, x, x, selection(0, 0, 0, -1, 0, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("then hold -1");
    assertThatThrownBy(() -> op.attend(x, x, x, selection(0, -1, 0, -1, 1, 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Selection selection(int... blocks) {
    return new Selection(Tensor.of(Shape.of(3, 1, 2), blocks), 2, Packing.of(3));
  }

  @Test
  void namesWrongConfigurations() {
    assertThatThrownBy(() -> new MobaConfig(0, 1))
        .hasMessage("moba: blockSize must be positive, got 0");
    assertThatThrownBy(() -> new MobaConfig(4, 0))
        .hasMessage("moba: topK must be positive (the query's own block counts as one), got 0");
    assertThatThrownBy(() -> new MobaConfig(4, 1).withScale(Double.NaN))
        .hasMessage("moba: scale must be finite, got NaN");
    assertThatThrownBy(() -> new FlashAttention(packing, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("flashAttention: scale must be finite, got NaN");
    assertThatThrownBy(() -> new FlashAttention(packing, Double.NEGATIVE_INFINITY))
        .hasMessage("flashAttention: scale must be finite, got -Infinity");
  }

  @Test
  void namesWrongPackings() {
    assertThatThrownBy(() -> new Packing(List.of(1, 2)))
        .hasMessage("packing: cuSeqlens must begin with 0, got [1, 2]");
    assertThatThrownBy(() -> new Packing(List.of(0, 3, 2)))
        .hasMessage("packing: cuSeqlens must not decrease, but number 2 is 2 after 3");
    assertThatThrownBy(() -> Packing.of(2, -1))
        .hasMessage("packing: lengths must not be negative, got [2, -1]");
    assertThatThrownBy(() -> Packing.of(Integer.MAX_VALUE, 1))
        .hasMessage("packing: more than 2^31 - 1 tokens in all");
    assertThatThrownBy(() -> Packing.equal(-1, 3))
        .hasMessage("packing: count must not be negative, got -1");
  }
}
