package dev.ashlar.moba;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.moba.AttentionInputs.Answers;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaksInTries;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** What the gradients of block attention must be, and where they must be nothing. */
@AddLifecycleHook(NoLeaksInTries.class)
final class MobaGradientProperties {
  @Provide
  static Arbitrary<AttentionCase> cases() {
    return AttentionCases.upTo(16);
  }

  @Provide
  static Arbitrary<AttentionCase> withoutTies() {
    return AttentionCases.withoutTies(16);
  }

  /**
   * The loss of a case, dOut · out + dLse · logSumExp, changes along a random direction as the
   * gradient says. Where the choice of blocks changes within the step the loss jumps, so such
   * directions are drawn again.
   */
  @Property
  void gradientsAgreeWithFiniteDifferences(@ForAll("withoutTies") AttentionCase of) {
    AttentionInputs in = of.inputs();
    int[] selected = in.selected(DType.F64);
    Answers gradient = in.fused(DType.F64);
    double step = 1e-4;
    AttentionInputs[] sides = null;
    double slope = 0;
    for (int draw = 0; draw < 20 && sides == null; draw++) {
      var random = new SplittableRandom(of.seed() + 1 + draw);
      double[] dQuery = direction(random, in.query());
      double[] dKey = direction(random, in.key());
      double[] dValue = direction(random, in.value());
      AttentionInputs[] tried = new AttentionInputs[4];
      int[] steps = {-2, -1, 1, 2};
      boolean sameChoice = true;
      for (int i = 0; i < 4; i++) {
        double h = steps[i] * step;
        tried[i] =
            in.withQuery(moved(in.query(), dQuery, h))
                .withKey(moved(in.key(), dKey, h))
                .withValue(moved(in.value(), dValue, h));
        sameChoice &= Arrays.equals(tried[i].selected(DType.F64), selected);
      }
      if (!sameChoice) continue;
      sides = tried;
      slope =
          dot(gradient.dQuery(), dQuery)
              + dot(gradient.dKey(), dKey)
              + dot(gradient.dValue(), dValue);
    }
    Assume.that(sides != null);
    double near = loss(sides[2]) - loss(sides[1]);
    double far = loss(sides[3]) - loss(sides[0]);
    double size = 1 + Math.abs(slope) + Math.abs(loss(in));
    assertThat((8 * near - far) / (12 * step))
        .isCloseTo(slope, org.assertj.core.data.Offset.offset(1e-8 * size));
  }

  private static double[] direction(SplittableRandom random, double[] like) {
    double[] out = new double[like.length];
    for (int i = 0; i < out.length; i++) out[i] = random.nextGaussian();
    return out;
  }

  private static double[] moved(double[] from, double[] direction, double distance) {
    double[] out = new double[from.length];
    for (int i = 0; i < out.length; i++) out[i] = from[i] + distance * direction[i];
    return out;
  }

  private static double loss(AttentionInputs in) {
    Answers answers = in.fused(DType.F64);
    return dot(answers.out(), in.dOut()) + dot(answers.lse(), in.dLse());
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) sum += a[i] * b[i];
    return sum;
  }

  /** A block that no later row chose hears of its own rows only. */
  @Property
  void aBlockThatNobodyChoseTakesItsGradientFromItsOwnRows(@ForAll("cases") AttentionCase of) {
    AttentionInputs in = of.inputs();
    for (DType dtype : new DType[] {DType.F64, DType.F32}) {
      int[] selected = in.selected(dtype);
      Answers whole = in.fused(dtype);
      Packing packing = of.packing();
      for (int s = 0; s < packing.sequences(); s++) {
        for (int b = 0; b < of.config().blocks(packing.length(s)); b++) {
          int from = packing.start(s) + b * of.blockSize();
          int to = Math.min(packing.end(s), from + of.blockSize());
          Answers own = onlyRows(in, from, to).fused(dtype);
          MaskedLoops bound = MaskedLoops.over(in, selected);
          for (int g = 0; g < of.keyHeads(); g++) {
            if (isChosen(of, selected, to, packing.end(s), g, b)) continue;
            for (int row = from; row < to; row++) {
              int at = (row * of.keyHeads() + g) * of.headDim();
              for (int i = at; i < at + of.headDim(); i++) {
                near(
                    "dKey",
                    whole.dKey()[i],
                    own.dKey()[i],
                    bound.magnitudes.dKey()[i],
                    bound,
                    dtype);
                near(
                    "dValue",
                    whole.dValue()[i],
                    own.dValue()[i],
                    bound.magnitudes.dValue()[i],
                    bound,
                    dtype);
              }
            }
          }
        }
      }
    }
  }

  private static boolean isChosen(
      AttentionCase of, int[] selected, int firstRow, int end, int keyHead, int block) {
    int most = of.config().chosen(of.packing());
    for (int row = firstRow; row < end; row++) {
      for (int h = keyHead * of.group(); h < (keyHead + 1) * of.group(); h++) {
        int at = (row * of.heads() + h) * most;
        for (int i = at; i < at + most; i++) if (selected[i] == block) return true;
      }
    }
    return false;
  }

  /** Rows whose answers nobody asks about, and what comes after them, take no part in gradients. */
  @Property
  void gradientsComeFromTheRowsThatAreAsked(@ForAll("cases") AttentionCase of) {
    Assume.that(of.packing().total() > 0);
    AttentionInputs in = of.inputs();
    int asked = Math.floorMod((int) of.seed(), of.packing().total());
    int start = of.packing().startOfRow()[asked];
    for (DType dtype : new DType[] {DType.F64, DType.F32}) {
      Answers answers = onlyRows(in, asked, asked + 1).fused(dtype);
      for (int row = 0; row < of.packing().total(); row++) {
        boolean mayBeSeen = row >= start && row <= asked;
        if (row != asked) assertZero(answers.dQuery(), row, of.heads() * of.headDim());
        if (mayBeSeen) continue;
        assertZero(answers.dKey(), row, of.keyHeads() * of.headDim());
        assertZero(answers.dValue(), row, of.keyHeads() * of.headDim());
      }
    }
  }

  private static void assertZero(double[] numbers, int row, int width) {
    for (int i = row * width; i < (row + 1) * width; i++) {
      assertThat(numbers[i]).as("row %d", row).isZero();
    }
  }

  /** Returns the inputs with no gradient coming in but to rows {@code from} .. {@code to}. */
  private static AttentionInputs onlyRows(AttentionInputs in, int from, int to) {
    int heads = in.of().heads();
    return new AttentionInputs(
        in.of(),
        in.query(),
        in.key(),
        in.value(),
        only(in.dOut(), from, to, heads * in.of().headDim()),
        only(in.dLse(), from, to, heads));
  }

  private static double[] only(double[] numbers, int from, int to, int width) {
    double[] out = new double[numbers.length];
    System.arraycopy(numbers, from * width, out, from * width, (to - from) * width);
    return out;
  }

  private static void near(
      String what, double got, double wanted, double magnitude, MaskedLoops bound, DType dtype) {
    double units = (64 + 16 * bound.greatestLogit) * AttentionCases.unit(dtype);
    assertThat(Math.abs(got - wanted))
        .as("%s %s: %s against %s", dtype, what, got, wanted)
        .isLessThanOrEqualTo(units * magnitude + 1e-35);
  }
}
