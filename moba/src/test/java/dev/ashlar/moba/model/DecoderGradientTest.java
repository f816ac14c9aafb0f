package dev.ashlar.moba.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.autodiff.GradCheck;
import dev.ashlar.autodiff.GradReport;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.TensorTree;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the whole decoder's gradient against finite differences, in double precision. */
@ExtendWith(NoLeaks.class)
final class DecoderGradientTest {
  // The choice of blocks jumps: a step this small changes no choice of these decoders, and leaves
  // ten digits of the loss's differences.
  private static final GradCheck CHECK = GradCheck.inF64().withStep(1e-4).withElements(16);

  static Stream<Arguments> cases() {
    return Models.plans().stream()
        .flatMap(plan -> Stream.of(true, false).map(tied -> Arguments.of(plan, tied)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void gradientAgreesWithFiniteDifferences(AttentionPlan plan, boolean tied) {
    DecoderConfig config = Models.config().withTiedHead(tied);
    Decoder decoder = Models.decoder(config, DType.F64);
    TokenBatch batch = Models.batch(config, 14, 1, 9);
    GradReport report = CHECK.check(decoder, m -> m.loss(batch, plan));
    assertThat(report.worstPerTensor()).hasSameSizeAs(TensorTree.leaves(decoder));
  }

  @ParameterizedTest
  @MethodSource("dev.ashlar.moba.model.Models#plans")
  void gradientOfLossesByPositionAgrees(AttentionPlan plan) {
    Decoder decoder = Models.decoder(Models.config(), DType.F64);
    TokenBatch batch = Models.batch(Models.config(), 17);
    CHECK.withElements(0).check(decoder, m -> m.losses(batch, plan));
  }
}
