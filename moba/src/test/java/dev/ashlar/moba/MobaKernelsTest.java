package dev.ashlar.moba;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.moba.AttentionCase.Numbers;
import dev.ashlar.moba.AttentionInputs.Answers;
import dev.ashlar.moba.AttentionInputs.Qkv;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.spi.KernelProvider;
import dev.ashlar.tensor.spi.Kernels;
import dev.ashlar.tensor.spi.Parallel;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The fast kernels at sizes of several tiles, against the plain ones in double precision. */
@ExtendWith(NoLeaks.class)
final class MobaKernelsTest {
  @Test
  void areInUse() {
    assertThat(Kernels.providers().stream().map(KernelProvider::name)).contains("moba-simd");
  }

  static Stream<AttentionCase> cases() {
    return Stream.of(
        of(List.of(150), 1, 1, 64, 32, 3),
        of(List.of(101, 0, 67), 1, 2, 32, 16, 3),
        of(List.of(90, 47), 1, 3, 24, 48, 2),
        of(List.of(129), 2, 1, 7, 100, 2),
        of(List.of(190), 1, 2, 1, 5, 4),
        of(List.of(33, 65, 1), 1, 1, 33, 1, 3),
        of(List.of(130), 1, 1, 128, 8, 9),
        of(List.of(140, 135), 2, 2, 80, 32, 3),
        of(List.of(1100), 1, 1, 9, 2, 5),
        of(List.of(660, 40), 1, 1, 8, 2, 20));
  }

  private static AttentionCase of(
      List<Integer> lengths, int keyHeads, int group, int size, int blockSize, int topK) {
    return new AttentionCase(
        lengths, keyHeads, group, size, blockSize, topK, Numbers.NORMAL, 7 * size + blockSize);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void chooseByTheRule(AttentionCase of) {
    AttentionInputs in = of.inputs();
    AttentionCases.assertChosen(in, in.selected(DType.F32), DType.F32);
  }

  @ParameterizedTest
  @EnumSource(
      value = Numbers.class,
      names = {"INTEGER", "ZERO_KEYS"})
  void chooseTheLowestOfEqualBlocksHoweverManyAreKept(Numbers numbers) {
    for (int topK : List.of(2, 9, 10, 19)) {
      var of = new AttentionCase(List.of(130, 33), 1, 2, 3, 2, topK, numbers, topK);
      AttentionInputs in = of.inputs();
      AttentionCases.assertChosen(in, in.selected(DType.F32), DType.F32);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void areAsExactAsTheComposedFormInFloat32(AttentionCase of) {
    AttentionInputs in = of.inputs();
    int[] blocks = in.selected(DType.F32);
    check(in, each -> fused(each, of, blocks), each -> composed(each, of, blocks));
    check(
        in,
        each -> Moba.denseAttended(each.query(), each.key(), each.value(), of.packing()),
        each -> DenseReference.attend(each.query(), each.key(), each.value(), of.packing()));
  }

  private static Selection selection(AttentionCase of, int[] blocks) {
    int most = of.config().chosen(of.packing());
    Tensor tensor = Tensor.of(of.queryShape().with(2, most), blocks);
    return new Selection(tensor, of.blockSize(), of.packing());
  }

  private static Attended fused(Qkv in, AttentionCase of, int[] blocks) {
    return new MobaAttention(of.config(), of.packing())
        .attend(in.query(), in.key(), in.value(), selection(of, blocks));
  }

  private static Attended composed(Qkv in, AttentionCase of, int[] blocks) {
    Selection selection = selection(of, blocks);
    return MobaReference.attend(in.query(), in.key(), in.value(), selection, of.config());
  }

  /** Twice the composed form's own error in values and three times it in gradients may pass. */
  private static void check(
      AttentionInputs in, Function<Qkv, Attended> fused, Function<Qkv, Attended> composed) {
    Answers exact = in.answers(DType.F64, fused);
    Answers fast = in.answers(DType.F32, fused);
    Answers plain = in.answers(DType.F32, composed);
    for (int i = 0; i < AttentionInputs.NAMES.length; i++) {
      double factor = i < 2 ? 2 : 3;
      double rounding = 2e-7 * (1 + greatest(exact.all()[i], new double[exact.all()[i].length]));
      assertThat(greatest(fast.all()[i], exact.all()[i]))
          .as("%s", AttentionInputs.NAMES[i])
          .isLessThanOrEqualTo(factor * greatest(plain.all()[i], exact.all()[i]) + rounding);
    }
  }

  private static double greatest(double[] a, double[] b) {
    double greatest = 0;
    for (int i = 0; i < a.length; i++) greatest = Math.max(greatest, Math.abs(a[i] - b[i]));
    return greatest;
  }

  static Stream<AttentionCase> casesInF64() {
    // Several strips of queries, of two sequences.
    return Stream.concat(cases(), Stream.of(of(List.of(20, 530), 1, 2, 8, 64, 3)));
  }

  @ParameterizedTest
  @MethodSource("casesInF64")
  void agreeWithTheComposedFormInFloat64(AttentionCase of) {
    AttentionInputs in = of.inputs();
    int[] blocks = in.selected(DType.F64);
    agree(
        in.answers(DType.F64, x -> fused(x, of, blocks)),
        in.answers(DType.F64, x -> composed(x, of, blocks)));
    Packing packing = of.packing();
    agree(
        in.answers(DType.F64, x -> Moba.denseAttended(x.query(), x.key(), x.value(), packing)),
        in.answers(DType.F64, x -> DenseReference.attend(x.query(), x.key(), x.value(), packing)));
  }

  private static void agree(Answers fused, Answers composed) {
    for (int i = 0; i < AttentionInputs.NAMES.length; i++) {
      double size = greatest(composed.all()[i], new double[composed.all()[i].length]);
      assertThat(greatest(fused.all()[i], composed.all()[i]))
          .as("%s", AttentionInputs.NAMES[i])
          .isLessThanOrEqualTo(1e-13 * (1 + size));
    }
  }

  @Test
  void answerTheSameBitsInFloat64OnAnyNumberOfThreads() {
    AttentionInputs in = of(List.of(30, 900), 1, 2, 16, 128, 3).inputs();
    int before = Parallel.threads();
    try {
      Parallel.threads(1);
      Answers alone = in.fused(DType.F64);
      Parallel.threads(5);
      assertThat(in.fused(DType.F64).flat()).isEqualTo(alone.flat());
    } finally {
      Parallel.threads(before);
    }
  }

  static Stream<AttentionCase> longCases() {
    return Stream.of(of(List.of(2100), 1, 2, 16, 128, 3), of(List.of(30, 4300), 1, 1, 8, 100, 3));
  }

  @ParameterizedTest
  @MethodSource("longCases")
  void cutLongSequencesIntoParts(AttentionCase of) {
    AttentionInputs in = of.inputs();
    int[] blocks = in.selected(DType.F32);
    Answers exact = in.answers(DType.F64, each -> fused(each, of, blocks));
    Answers fast = in.answers(DType.F32, each -> fused(each, of, blocks));
    for (int i = 0; i < AttentionInputs.NAMES.length; i++) {
      double size = greatest(exact.all()[i], new double[exact.all()[i].length]);
      assertThat(greatest(fast.all()[i], exact.all()[i])).isLessThan(2e-6 * size);
    }
  }

  @ParameterizedTest
  @MethodSource("longCases")
  void answerTheSameBitsOnAnyNumberOfThreads(AttentionCase of) {
    AttentionInputs in = of.inputs();
    int before = Parallel.threads();
    try {
      Parallel.threads(1);
      Answers alone = in.fused(DType.F32);
      Answers aloneDense = in.dense(DType.F32);
      Parallel.threads(5);
      assertThat(in.fused(DType.F32).flat()).isEqualTo(alone.flat());
      assertThat(in.dense(DType.F32).flat()).isEqualTo(aloneDense.flat());
    } finally {
      Parallel.threads(before);
    }
  }

  @Test
  void readInputsOfAnyLayout() {
    AttentionCase of = of(List.of(50, 20), 2, 2, 20, 16, 3);
    AttentionInputs in = of.inputs();
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      Answers wanted = in.fused(dtype);
      Answers got =
          in.answers(
              dtype,
              each ->
                  Moba.attended(
                      turned(each.query()),
                      turned(each.key()),
                      turned(each.value()),
                      of.packing(),
                      of.config()));
      assertThat(got.flat()).isEqualTo(wanted.flat());
    }
  }

  @Test
  void leaveAChoiceOfEveryBlockToDenseAttention() {
    AttentionCase of = of(List.of(50, 20), 2, 2, 20, 16, 4);
    AttentionInputs in = of.inputs();
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      assertThat(in.fused(dtype).flat()).isEqualTo(in.dense(dtype).flat());
    }
  }

  /** The same numbers, in memory head by head and in steps of two. */
  private static Tensor turned(Tensor x) {
    Tensor headsFirst = x.permute(1, 0, 2).copy().permute(1, 0, 2);
    return Tensor.stack(3, headsFirst, headsFirst.zerosLike()).select(3, 0);
  }
}
