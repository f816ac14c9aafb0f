package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class RangeTest {
  private Tensor x;

  @BeforeEach
  void make() {
    x = Tensor.arange(DType.I32, 12).reshape(3, 4);
  }

  @Test
  void takesElementsSpansAndWholeAxes() {
    assertThat(x.get(Range.at(1)).toInts()).containsExactly(4, 5, 6, 7);
    assertThat(x.get(Range.at(-1), Range.at(-2)).toInts()).containsExactly(10);
    assertThat(x.get(Range.at(-1), Range.at(-2)).rank()).isZero();
    assertThat(x.get(Range.all(), Range.of(1, 3)).toInts()).containsExactly(1, 2, 5, 6, 9, 10);
    assertThat(x.get(Range.all(), Range.at(2)).toInts()).containsExactly(2, 6, 10);
    assertThat(x.get(Range.of(0, 3, 2), Range.of(1, -1)).toInts()).containsExactly(1, 2, 9, 10);
    assertThat(x.get(Range.from(1), Range.from(-1)).toInts()).containsExactly(7, 11);
    assertThat(x.get(Range.from(3)).size()).isZero();
  }

  @Test
  void saysWhatDoesNotFit() {
    assertThatThrownBy(() -> x.get(Range.all(), Range.all(), Range.all()))
        .isInstanceOf(ShapeException.class)
        .hasMessage("get: 3 ranges for the 2 axes of [3, 4]");
    assertThatThrownBy(() -> x.get(Range.at(3)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("select: index 3 is outside axis 0 of shape [3, 4] (indices go from -3 to 2)");
    assertThatThrownBy(() -> x.get(Range.of(2, 1)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("slice: 2 until 1 by 1 does not fit axis 0 of shape [3, 4]");
    assertThatThrownBy(() -> x.get(Range.of(0, 2, 0))).isInstanceOf(ShapeException.class);
  }
}
