package dev.ashlar.moba;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.moba.AttentionCase.Numbers;
import dev.ashlar.moba.AttentionInputs.Answers;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaksInTries;
import dev.ashlar.tensor.spi.Parallel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** What must not change the answers of attention, and what other attention it must equal. */
@AddLifecycleHook(NoLeaksInTries.class)
final class AttentionInvariancesProperties {
  private static final DType[] DTYPES = {DType.F64, DType.F32};

  @Provide
  static Arbitrary<AttentionCase> cases() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 90).list().ofMinSize(1).ofMaxSize(3),
            Arbitraries.integers().between(1, 2),
            Arbitraries.integers().between(1, 3),
            Arbitraries.integers().between(1, 40),
            Arbitraries.integers().between(2, 40),
            Arbitraries.integers().between(1, 5),
            Arbitraries.just(Numbers.NORMAL),
            Arbitraries.longs())
        .as(AttentionCase::new);
  }

  /** Cases in which rounding cannot change the choice, in either precision. */
  @Provide
  static Arbitrary<AttentionCase> clearCases() {
    return cases().filter(each -> MaskedLoops.gap(each.inputs()) > 1e-5);
  }

  // ---- Equal to dense attention.

  @Property
  void choosingEveryBlockIsDenseAttention(@ForAll("cases") AttentionCase drawn) {
    int blocks = drawn.config().blocks(drawn.packing().maxLength());
    AttentionCase of = drawn.with(new MobaConfig(drawn.blockSize(), Math.max(1, blocks)));
    AttentionInputs in = of.inputs();
    for (DType dtype : DTYPES) {
      assertClose(in.fused(dtype), in.dense(dtype), dtype);
      MaskedLoops expected = MaskedLoops.over(in, in.selected(dtype));
      AttentionCases.assertClose("dense", expected, in.dense(dtype), dtype);
    }
  }

  @Property
  void theFirstRowsSeeEverythingBeforeThem(@ForAll("cases") AttentionCase of) {
    AttentionInputs in = of.inputs();
    int[] positions = of.packing().positions();
    for (DType dtype : DTYPES) {
      double[] moba = in.fused(dtype).out();
      double[] dense = in.dense(dtype).out();
      for (int row = 0; row < positions.length; row++) {
        if (positions[row] < of.topK() * of.blockSize())
          assertRow(of, moba, row, dense, row, dtype);
      }
    }
  }

  @Property
  void oneBlockIsDenseAttentionWithinBlocks(@ForAll("cases") AttentionCase drawn) {
    AttentionCase of = drawn.with(new MobaConfig(drawn.blockSize(), 1));
    List<Integer> blocks = new ArrayList<>();
    for (int length : of.lengths()) {
      for (int left = length; left > 0; left -= of.blockSize()) {
        blocks.add(Math.min(left, of.blockSize()));
      }
    }
    AttentionInputs in = of.inputs();
    for (DType dtype : DTYPES) {
      assertClose(in.fused(dtype), in.with(of.withLengths(blocks)).dense(dtype), dtype);
    }
  }

  // ---- Invariances.

  @Property
  void packedSequencesAnswerAsTheyDoAlone(@ForAll("clearCases") AttentionCase of) {
    AttentionInputs in = of.inputs();
    for (DType dtype : DTYPES) {
      Answers packed = in.fused(dtype);
      for (int s = 0; s < of.lengths().size(); s++) {
        AttentionInputs alone = in.sequence(s);
        int from = of.packing().start(s);
        int to = of.packing().end(s);
        assertClose(packed.rows(of.packing().total(), from, to), alone.fused(dtype), dtype);
      }
    }
  }

  @Property
  void emptySequencesContributeNothing(
      @ForAll("clearCases") AttentionCase of, @ForAll @IntRange(max = 3) int place) {
    List<Integer> lengths = new ArrayList<>(of.lengths());
    lengths.add(Math.min(place, lengths.size()), 0);
    AttentionInputs in = of.inputs();
    for (DType dtype : DTYPES) {
      assertClose(in.with(of.withLengths(lengths)).fused(dtype), in.fused(dtype), dtype);
    }
  }

  @Property
  void whatComesLaterChangesNothing(
      @ForAll("clearCases") AttentionCase drawn, @ForAll @IntRange(min = 1, max = 90) int keep) {
    int length = drawn.lengths().getFirst();
    Assume.that(length > 0);
    AttentionInputs whole = drawn.inputs().sequence(0);
    AttentionInputs first = whole.firstRows(Math.min(keep, length));
    for (DType dtype : DTYPES) {
      double[] all = whole.fused(dtype).out();
      double[] some = first.fused(dtype).out();
      for (int row = 0; row < Math.min(keep, length); row++) {
        assertRow(whole.of(), some, row, all, row, dtype);
      }
    }
  }

  @Property
  void scalingQueriesKeepsTheChoice(
      @ForAll("cases") AttentionCase of, @ForAll @IntRange(min = -20, max = 20) int exponent) {
    AttentionInputs in = of.inputs();
    double[] scaled = Arrays.stream(in.query()).map(q -> Math.scalb(q, exponent)).toArray();
    for (DType dtype : DTYPES) {
      assertThat(in.withQuery(scaled).selected(dtype)).isEqualTo(in.selected(dtype));
    }
  }

  @Property
  void movingAllKeysAlikeKeepsChoiceAndAnswer(@ForAll("clearCases") AttentionCase of) {
    AttentionInputs in = of.inputs();
    double[] moved = in.key().clone();
    for (int i = 0; i < moved.length; i++) moved[i] += 1 + i % of.headDim() * 0.25;
    AttentionInputs other = in.withKey(moved);
    assertThat(other.selected(DType.F64)).isEqualTo(in.selected(DType.F64));
    assertNear(other.fused(DType.F64).out(), in.fused(DType.F64).out(), 1e-10);
  }

  @Property
  void theOrderOfPastBlocksChangesNoLaterRow(@ForAll("clearCases") AttentionCase drawn) {
    AttentionInputs in = drawn.inputs().sequence(0);
    AttentionCase of = in.of();
    int past = of.packing().total() / of.blockSize();
    Assume.that(past >= 2);
    AttentionInputs turned = in.withPastReversed(past);
    for (DType dtype : DTYPES) {
      double[] before = in.fused(dtype).out();
      double[] after = turned.fused(dtype).out();
      for (int row = past * of.blockSize(); row < of.packing().total(); row++) {
        assertRow(of, after, row, before, row, dtype);
      }
    }
  }

  @Property
  void groupedHeadsAreRepeatedHeads(@ForAll("clearCases") AttentionCase of) {
    AttentionInputs in = of.inputs();
    AttentionInputs repeated = in.withRepeatedKeys();
    for (DType dtype : DTYPES) {
      Answers grouped = in.fused(dtype);
      Answers each = repeated.fused(dtype);
      assertNear(each.out(), grouped.out(), tolerance(dtype));
      assertNear(each.dQuery(), grouped.dQuery(), tolerance(dtype));
      assertNear(repeated.summedOverGroups(each.dKey(), of), grouped.dKey(), tolerance(dtype));
      assertNear(repeated.summedOverGroups(each.dValue(), of), grouped.dValue(), tolerance(dtype));
    }
  }

  @Property(tries = 20)
  void theNumberOfThreadsChangesNoBit(@ForAll("cases") AttentionCase of) {
    AttentionInputs in = of.inputs();
    int threads = Parallel.threads();
    try {
      for (DType dtype : DTYPES) {
        Parallel.threads(1);
        double[][] alone = {in.fused(dtype).flat(), in.dense(dtype).flat()};
        Parallel.threads(3);
        assertThat(in.fused(dtype).flat()).isEqualTo(alone[0]);
        assertThat(in.dense(dtype).flat()).isEqualTo(alone[1]);
      }
    } finally {
      Parallel.threads(threads);
    }
  }

  // ---- Close enough.

  private static double tolerance(DType dtype) {
    return dtype == DType.F32 ? 2e-5 : 1e-12;
  }

  private static void assertClose(Answers got, Answers wanted, DType dtype) {
    assertNear(got.flat(), wanted.flat(), tolerance(dtype));
  }

  private static void assertRow(
      AttentionCase of, double[] got, int gotRow, double[] wanted, int row, DType dtype) {
    int width = of.heads() * of.headDim();
    assertNear(
        Arrays.copyOfRange(got, gotRow * width, (gotRow + 1) * width),
        Arrays.copyOfRange(wanted, row * width, (row + 1) * width),
        tolerance(dtype));
  }

  /** Within {@code tolerance} of the greatest of all numbers. */
  private static void assertNear(double[] got, double[] wanted, double tolerance) {
    assertThat(got).hasSameSizeAs(wanted);
    double greatest = Arrays.stream(wanted).map(Math::abs).max().orElse(0);
    for (int i = 0; i < got.length; i++) {
      double gap = Math.abs(got[i] - wanted[i]);
      if (gap <= tolerance * Math.max(1, greatest)) continue;
      throw new AssertionError("number %d is %s, not %s".formatted(i, got[i], wanted[i]));
    }
  }
}
