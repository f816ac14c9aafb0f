package dev.ashlar.moba;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.moba.AttentionCase.Numbers;
import dev.ashlar.tensor.DType;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Draws cases of block attention, and says when answers to them are close enough. */
final class AttentionCases {
  private AttentionCases() {}

  /** Cases of up to {@code longest} tokens in each of up to three sequences. */
  static Arbitrary<AttentionCase> upTo(int longest) {
    return Combinators.combine(
            Arbitraries.integers().between(0, longest).list().ofMinSize(1).ofMaxSize(3),
            Arbitraries.integers().between(1, 2),
            Arbitraries.integers().between(1, 2),
            Arbitraries.integers().between(1, 5),
            Arbitraries.integers().between(1, 5),
            Arbitraries.integers().between(1, 5),
            Arbitraries.of(Numbers.values()),
            Arbitraries.longs())
        .as(AttentionCase::new);
  }

  /** Cases whose gate scores tie with probability 0, and in which each block has 2 to 5 keys. */
  static Arbitrary<AttentionCase> withoutTies(int longest) {
    return upTo(longest).filter(each -> each.numbers() == Numbers.NORMAL && each.blockSize() > 1);
  }

  /** Asserts that the gate chose by its rule; near ties may go either way, exact ones may not. */
  static void assertChosen(AttentionInputs in, int[] selected, DType dtype) {
    AttentionCase of = in.of();
    int most = of.config().chosen(of.packing());
    int[] positions = of.packing().positions();
    for (int row = 0; row < positions.length * of.heads(); row++) {
      int own = positions[row / of.heads()] / of.blockSize();
      int t = row / of.heads();
      int head = row % of.heads();
      double[] scores = MaskedLoops.scores(in, t, head);
      int[] got = Arrays.copyOfRange(selected, row * most, (row + 1) * most);
      int[] wanted = chosen(scores, own, of.topK(), most);
      if (Arrays.equals(got, wanted)) continue;
      assertThat(isExact(of)).as("exact scores %s, row %d", Arrays.toString(scores), row).isFalse();
      double[] magnitudes = MaskedLoops.scoreMagnitudes(in, t, head);
      assertThat(near(scores, magnitudes, got, wanted, dtype))
          .as("row %d: chose %s, not %s, by %s", row, text(got), text(wanted), text(scores))
          .isTrue();
    }
  }

  /** Whole numbers and blocks of a power of two: every score is exact in either precision. */
  private static boolean isExact(AttentionCase of) {
    return of.numbers() == Numbers.ZERO_KEYS
        || of.numbers() == Numbers.INTEGER && Integer.bitCount(of.blockSize()) == 1;
  }

  private static int[] chosen(double[] scores, int own, int topK, int most) {
    int past = Math.min(topK - 1, own);
    boolean[] taken = new boolean[own + 1];
    taken[own] = true;
    for (int i = 0; i < past; i++) {
      int best = -1;
      for (int b = 0; b < own; b++) {
        if (!taken[b] && (best < 0 || scores[b] > scores[best])) best = b;
      }
      taken[best] = true;
    }
    int[] out = new int[most];
    Arrays.fill(out, -1);
    int at = 0;
    for (int b = 0; b <= own; b++) if (taken[b]) out[at++] = b;
    return out;
  }

  /**
   * Whether two choices differ only in blocks whose scores rounding cannot tell apart. What rounds
   * are the terms of a score; the score itself may be next to nothing.
   */
  private static boolean near(
      double[] scores, double[] magnitudes, int[] got, int[] wanted, DType dtype) {
    double greatest = Arrays.stream(magnitudes).max().orElse(0);
    double[] a = sorted(scores, got);
    double[] b = sorted(scores, wanted);
    if (a.length != b.length) return false;
    for (int i = 0; i < a.length; i++) {
      if (Math.abs(a[i] - b[i]) > 32 * unit(dtype) * greatest) return false;
    }
    return true;
  }

  private static double[] sorted(double[] scores, int[] blocks) {
    return Arrays.stream(blocks)
        .filter(b -> b >= 0 && b < scores.length)
        .mapToDouble(b -> scores[b])
        .sorted()
        .toArray();
  }

  /** Half the distance from 1 to the next number. */
  static double unit(DType dtype) {
    return dtype == DType.F32 ? 0x1p-24 : 0x1p-53;
  }

  /**
   * Asserts that every number is within rounding of the expected one. A logit x is rounded by some
   * units of its terms, which e^x turns into a relative error; each sum adds units of its terms.
   * Below the least normal number nothing is promised.
   */
  static void assertClose(
      String what, MaskedLoops expected, AttentionInputs.Answers got, DType dtype) {
    double units = (32 + 8 * expected.greatestLogit) * unit(dtype);
    double floor = dtype == DType.F32 ? 1e-35 : 1e-300;
    for (int i = 0; i < AttentionInputs.NAMES.length; i++) {
      double[] wanted = expected.numbers.all()[i];
      double[] magnitudes = expected.magnitudes.all()[i];
      double[] numbers = got.all()[i];
      assertThat(numbers).hasSameSizeAs(wanted);
      for (int at = 0; at < wanted.length; at++) {
        double error = Math.abs(numbers[at] - wanted[at]);
        if (error <= units * magnitudes[at] + floor) continue;
        throw new AssertionError(
            "%s %s: %s[%d] is %s, should be %s: off by %.3g, allowed %.3g"
                .formatted(
                    dtype,
                    what,
                    AttentionInputs.NAMES[i],
                    at,
                    numbers[at],
                    wanted[at],
                    error,
                    units * magnitudes[at] + floor));
      }
    }
  }

  private static String text(int[] numbers) {
    return Arrays.toString(numbers);
  }

  private static String text(double[] numbers) {
    return Arrays.toString(numbers);
  }
}
