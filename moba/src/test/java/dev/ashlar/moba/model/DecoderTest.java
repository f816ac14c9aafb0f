package dev.ashlar.moba.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.ValueAndGrad;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorTree;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(NoLeaks.class)
final class DecoderTest {
  @Test
  void hasAsManyParametersAsItsConfigurationSays() {
    for (boolean tied : new boolean[] {true, false}) {
      DecoderConfig config = Models.config().withTiedHead(tied);
      long count =
          TensorTree.leaves(Models.decoder(config, DType.F32)).stream()
              .mapToLong(Tensor::size)
              .sum();
      assertThat(count).isEqualTo(config.parameters());
    }
  }

  @Test
  void namesItsParametersByTheirPlace() {
    Decoder decoder = Models.decoder(Models.config(), DType.F32);
    assertThat(TensorTree.named(decoder).keySet())
        .contains(
            "embedding.weight",
            "layers.0.attentionNorm.weight",
            "layers.1.attention.query.weight",
            "layers.1.feedForward.down.weight",
            "norm.weight",
            "head.weight");
    Decoder tied = Models.decoder(Models.config().withTiedHead(true), DType.F32);
    assertThat(TensorTree.named(tied)).doesNotContainKey("head.weight");
  }

  @Test
  void beginsNearTheLossOfGuessing() {
    DecoderConfig config = DecoderConfig.of(64, 32, 2, 4);
    TokenBatch batch = Models.batch(config, 50, 50);
    double loss = Models.decoder(config, DType.F32).loss(batch, AttentionPlan.full(2)).item();
    assertThat(loss).isCloseTo(Math.log(64), within(1.0));
  }

  @ParameterizedTest
  @MethodSource("dev.ashlar.moba.model.Models#plans")
  void noSequenceSeesAnother(AttentionPlan plan) {
    Decoder decoder = Models.decoder(Models.config(), DType.F64);
    TokenBatch batch = Models.batch(Models.config(), 9, 0, 1, 14);
    double[] packed = decoder.logits(batch.inputs(), batch.packing(), plan).toDoubles();
    Packing packing = batch.packing();
    for (int i = 0; i < packing.sequences(); i++) {
      if (packing.length(i) == 0) continue;
      Tensor ids = batch.inputs().slice(0, packing.start(i), packing.end(i));
      double[] alone = decoder.logits(ids, Packing.of(packing.length(i)), plan).toDoubles();
      int from = packing.start(i) * 11;
      for (int j = 0; j < alone.length; j++) {
        assertThat(packed[from + j]).isCloseTo(alone[j], within(1e-12));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.ashlar.moba.model.Models#plans")
  void noTokenSeesALaterOne(AttentionPlan plan) {
    Decoder decoder = Models.decoder(Models.config(), DType.F64);
    int[] ids = Models.batch(Models.config(), 20).inputs().toInts();
    int[] changed = ids.clone();
    changed[15] = (changed[15] + 1) % 11;
    double[] before = decoder.logits(Tensor.of(ids), Packing.of(20), plan).toDoubles();
    double[] after = decoder.logits(Tensor.of(changed), Packing.of(20), plan).toDoubles();
    for (int i = 0; i < 15 * 11; i++) assertThat(after[i]).isEqualTo(before[i]);
    assertThat(after[15 * 11]).isNotEqualTo(before[15 * 11]);
  }

  @Test
  void mobaThatReachesEveryBlockIsFull() {
    Decoder decoder = Models.decoder(Models.config(), DType.F64);
    TokenBatch batch = Models.batch(Models.config(), 17, 12);
    AttentionPlan wide = AttentionPlan.moba(2, new MobaConfig(4, 5));
    ValueAndGrad<Decoder> full =
        Grad.valueAndGrad(decoder, m -> m.loss(batch, AttentionPlan.full(2)));
    ValueAndGrad<Decoder> moba = Grad.valueAndGrad(decoder, m -> m.loss(batch, wide));
    assertThat(moba.value().item()).isCloseTo(full.value().item(), within(1e-12));
    assertClose(moba.gradient(), full.gradient(), 1e-12);
    double narrow = decoder.loss(batch, AttentionPlan.moba(2, Models.BLOCKS)).item();
    assertThat(narrow).isNotCloseTo(full.value().item(), within(1e-9));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void recomputationChangesNoBit(DType dtype) {
    Decoder decoder = Models.decoder(Models.config().withTiedHead(true), dtype);
    TokenBatch batch = Models.batch(Models.config(), 13, 6);
    for (AttentionPlan plan : Models.plans()) {
      ValueAndGrad<Decoder> kept =
          Grad.valueAndGrad(decoder, m -> m.loss(batch, plan, Recompute.NOTHING));
      ValueAndGrad<Decoder> again =
          Grad.valueAndGrad(decoder, m -> m.loss(batch, plan, Recompute.LAYERS));
      assertThat(again.value().item()).isEqualTo(kept.value().item());
      assertClose(again.gradient(), kept.gradient(), 0);
    }
  }

  @Test
  void lossIsTheMeanOfItsPositions() {
    Decoder decoder = Models.decoder(Models.config(), DType.F64);
    TokenBatch batch = Models.batch(Models.config(), 9, 4);
    AttentionPlan plan = AttentionPlan.full(2);
    Tensor losses = decoder.losses(batch, plan);
    assertThat(losses.shape().dims()).containsExactly(13);
    assertThat(losses.mean().item()).isCloseTo(decoder.loss(batch, plan).item(), within(1e-14));
  }

  @Test
  void saysWhatDoesNotFit() {
    Decoder decoder = Models.decoder(Models.config(), DType.F32);
    TokenBatch batch = Models.batch(Models.config(), 9);
    assertThatThrownBy(() -> decoder.loss(batch, AttentionPlan.full(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("attention plan: it has 3 layers, the decoder 2");
    assertThatThrownBy(() -> decoder.logits(batch.inputs(), Packing.of(8), AttentionPlan.full(2)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("8");
    assertThatThrownBy(() -> decoder.logits(Tensor.of(3, 11), Packing.of(2), AttentionPlan.full(2)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessageContaining("11");
    assertThatThrownBy(() -> new TokenBatch(Tensor.of(1, 2), Tensor.of(1), Packing.of(2)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("batch: inputs and targets must both be [T], got [2] and [1]");
    assertThatThrownBy(() -> new TokenBatch(Tensor.of(1, 2), Tensor.of(1, 2), Packing.of(3)))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("batch: inputs [2] must have 3 rows");
    Tensor batched = Tensor.of(1, 2).reshape(1, 2);
    assertThatThrownBy(() -> decoder.logits(batched, Packing.of(2), AttentionPlan.full(2)))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("decoder: ids must be [T], got [1, 2]; reshape them");
  }

  private static void assertClose(Decoder actual, Decoder expected, double tolerance) {
    List<Tensor> expectedLeaves = TensorTree.leaves(expected);
    List<Tensor> actualLeaves = TensorTree.leaves(actual);
    for (int i = 0; i < expectedLeaves.size(); i++) {
      double[] want = expectedLeaves.get(i).toDoubles();
      double[] got = actualLeaves.get(i).toDoubles();
      for (int j = 0; j < want.length; j++) {
        assertThat(got[j]).isCloseTo(want[j], within(tolerance));
      }
    }
  }
}
