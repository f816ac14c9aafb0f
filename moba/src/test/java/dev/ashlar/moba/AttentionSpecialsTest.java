package dev.ashlar.moba;

import static dev.ashlar.moba.AttentionInputs.NAMES;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.moba.AttentionCase.Numbers;
import dev.ashlar.moba.AttentionInputs.Answers;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** NaN and very large numbers. */
@ExtendWith(NoLeaks.class)
final class AttentionSpecialsTest {
  private static AttentionCase of(Numbers numbers, int topK) {
    return new AttentionCase(List.of(40), 1, 1, 3, 8, topK, numbers, 11);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void aBlockWithNaNIsChosenAfterEveryOther(DType dtype) {
    AttentionInputs in = of(Numbers.NORMAL, 3).inputs();
    double[] key = in.key().clone();
    key[(2 * 8 + 5) * 3] = Double.NaN; // in block 2
    int[] chosen = in.withKey(key).selected(dtype);
    for (int row = 0; row < 40; row++) {
      boolean takesTwo = contains(chosen, row, 2);
      assertThat(takesTwo).as("row %d", row).isEqualTo(row / 8 == 2);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void blocksOfNaNAreTakenFromTheLowestWhereNothingElseIsLeft(DType dtype) {
    AttentionInputs in = of(Numbers.NORMAL, 3).inputs();
    double[] key = in.key().clone();
    for (int block = 0; block < 4; block++) key[block * 8 * 3] = Double.NaN;
    int[] chosen = in.withKey(key).selected(dtype);
    assertThat(chosen).endsWith(0, 1, 4);
  }

  private static boolean contains(int[] chosen, int row, int block) {
    for (int i = 3 * row; i < 3 * row + 3; i++) if (chosen[i] == block) return true;
    return false;
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void onlyRowsThatSeeANaNAnswerNaN(DType dtype) {
    AttentionInputs in = of(Numbers.NORMAL, 2).inputs();
    double[] value = in.value().clone();
    int bad = 19;
    value[bad * 3 + 1] = Double.NaN;
    int[] chosen = in.selected(dtype);
    double[] moba = in.withValue(value).fused(dtype).out();
    double[] dense = in.withValue(value).dense(dtype).out();
    for (int row = 0; row < 40; row++) {
      boolean chose = chosen[2 * row] == bad / 8 || chosen[2 * row + 1] == bad / 8;
      assertThat(Double.isNaN(moba[row * 3 + 1])).isEqualTo(chose && row >= bad);
      assertThat(Double.isNaN(dense[row * 3 + 1])).isEqualTo(row >= bad);
      assertThat(moba[row * 3]).isNotNaN();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void logitsOfSeveralHundredsAreExact(DType dtype) {
    AttentionInputs in = of(Numbers.LARGE, 3).inputs();
    MaskedLoops expected = MaskedLoops.over(in, in.selected(dtype));
    assertThat(expected.greatestLogit).isGreaterThan(300);
    AttentionCases.assertClose("fused", expected, in.fused(dtype), dtype);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void anInfiniteQueryAnswersNaNInItsRowAlone(DType dtype) {
    AttentionInputs in = of(Numbers.NORMAL, 5).inputs();
    double[] query = in.query().clone();
    query[30 * 3] = Double.POSITIVE_INFINITY;
    double[] out = in.withQuery(query).fused(dtype).out();
    for (int row = 0; row < 40; row++) {
      assertThat(Double.isNaN(out[row * 3])).as("row %d", row).isEqualTo(row == 30);
    }
  }

  /**
   * The fast passes of either type turn such numbers down, each by a check of its own; the plain
   * ones, which then run, take nothing to the queries before the number.
   */
  @ParameterizedTest
  @EnumSource(Place.class)
  void gradientsAreNaNWhereOneNumberMakesThemSo(Place place) {
    AttentionInputs in = place.spoilt(of(Numbers.NORMAL, 2).inputs());
    assertSameNaN(in.dense(DType.F32), in.dense(DType.F64));
    assertSameNaN(in.fused(DType.F32), in.fused(DType.F64));
  }

  private static void assertSameNaN(Answers answers, Answers expected) {
    for (int i = 0; i < NAMES.length; i++) {
      assertThat(nan(answers.all()[i])).as(NAMES[i]).isEqualTo(nan(expected.all()[i]));
    }
    assertThat(nan(expected.dQuery())).isNotEmpty().allMatch(i -> i >= Place.ROW * 3);
    assertThat(nan(expected.out())).allMatch(i -> i >= Place.ROW * 3);
  }

  private static List<Integer> nan(double[] numbers) {
    return IntStream.range(0, numbers.length)
        .filter(i -> Double.isNaN(numbers[i]))
        .boxed()
        .toList();
  }

  /** Where one of 40 rows has a number that is not finite. */
  private enum Place {
    QUERY,
    KEY,
    VALUE,
    OUT_GRADIENT;

    private static final int ROW = 19;

    AttentionInputs spoilt(AttentionInputs in) {
      return switch (this) {
        case QUERY -> in.withQuery(spoilt(in.query(), Double.NEGATIVE_INFINITY));
        case KEY -> in.withKey(spoilt(in.key(), Double.NaN));
        case VALUE -> in.withValue(spoilt(in.value(), Double.POSITIVE_INFINITY));
        case OUT_GRADIENT -> in.withOutGradient(spoilt(in.dOut(), Double.NaN));
      };
    }

    private static double[] spoilt(double[] numbers, double by) {
      double[] spoilt = numbers.clone();
      spoilt[ROW * 3] = by;
      return spoilt;
    }
  }
}
