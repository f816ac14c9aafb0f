package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {
  private final Shape shape = Shape.of(2, 3, 4);

  @Test
  void knowsItsSizes() {
    assertThat(shape.rank()).isEqualTo(3);
    assertThat(shape.size()).isEqualTo(24);
    assertThat(shape.dim(0)).isEqualTo(2);
    assertThat(shape.dim(-1)).isEqualTo(4);
    assertThat(shape.dims()).containsExactly(2, 3, 4);
    assertThat(shape).hasToString("[2, 3, 4]");
  }

  @Test
  void aScalarHasOneElementAndNoAxes() {
    assertThat(Shape.scalar().rank()).isZero();
    assertThat(Shape.scalar().size()).isEqualTo(1);
    assertThat(Shape.of()).isEqualTo(Shape.scalar());
  }

  @Test
  void anEmptyAxisLeavesNoElements() {
    assertThat(Shape.of(3, 0, 5).size()).isZero();
  }

  @Test
  void cannotBeChangedThroughItsArrays() {
    int[] dims = {2, 3};
    Shape made = Shape.of(dims);
    dims[0] = 9;
    made.dims()[1] = 9;
    assertThat(made).isEqualTo(Shape.of(2, 3));
  }

  @Test
  void sizesBeyondTheirLimitsAreErrors() {
    assertThatThrownBy(() -> Shape.of(2, -1))
        .isInstanceOf(ShapeException.class)
        .hasMessage("shape: sizes must not be negative, got [2, -1]");
    int max = Integer.MAX_VALUE;
    assertThat(Shape.of(max, max, 2).size()).isEqualTo(2L * max * max);
    assertThatThrownBy(() -> Shape.of(max, max, 3))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("has more than 2^63 - 1 elements");
    assertThatThrownBy(() -> Shape.of(max, max, max)).isInstanceOf(ShapeException.class);
  }

  @Test
  void anAxisThatDoesNotExistIsAnError() {
    assertThatThrownBy(() -> shape.axis("sum", 3))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "sum: axis 3 does not exist in shape [2, 3, 4] of rank 3 (axes go from -3 to 2)");
    assertThatThrownBy(() -> shape.dim(-4)).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> Shape.scalar().dim(0)).isInstanceOf(ShapeException.class);
  }

  @Test
  void makesRelatedShapes() {
    assertThat(shape.with(1, 7)).isEqualTo(Shape.of(2, 7, 4));
    assertThat(shape.without(-1)).isEqualTo(Shape.of(2, 3));
    assertThat(shape.inserted(0, 5)).isEqualTo(Shape.of(5, 2, 3, 4));
    assertThat(shape.inserted(-1, 5)).isEqualTo(Shape.of(2, 3, 4, 5));
    assertThat(shape.slice(1, 3)).isEqualTo(Shape.of(3, 4));
    assertThat(shape.concat(Shape.of(9))).isEqualTo(Shape.of(2, 3, 4, 9));
    assertThat(shape.permuted(new int[] {2, 0, 1})).isEqualTo(Shape.of(4, 2, 3));
    assertThatThrownBy(() -> shape.inserted(4, 1)).isInstanceOf(ShapeException.class);
  }

  @Test
  void broadcastsFromTheLastAxis() {
    assertThat(Shape.broadcast("plus", shape, Shape.of(4))).isEqualTo(shape);
    assertThat(Shape.broadcast("plus", Shape.of(3, 1), Shape.of(1, 4))).isEqualTo(Shape.of(3, 4));
    assertThat(Shape.broadcast("plus", Shape.scalar(), Shape.of(0))).isEqualTo(Shape.of(0));
    assertThat(Shape.broadcast("plus", Shape.of(1), Shape.of(0))).isEqualTo(Shape.of(0));
    assertThatThrownBy(() -> Shape.broadcast("plus", shape, Shape.of(2, 4)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "plus: left [2, 3, 4] and right [2, 4] do not broadcast: axis -2 has sizes 3 and 2"
                + " (equal sizes or 1 are needed)");
  }

  @Test
  void expandsOnlyAlongOnes() {
    assertThat(Shape.of(3, 1).expandsTo(Shape.of(2, 3, 4))).isTrue();
    assertThat(Shape.of(3, 1).expandsTo(Shape.of(3, 0))).isTrue();
    assertThat(Shape.of(3, 2).expandsTo(Shape.of(3, 4))).isFalse();
    assertThat(Shape.of(1, 3).expandsTo(Shape.of(3))).isFalse();
  }

  @Test
  void equalsByItsSizes() {
    assertThat(Shape.of(2, 3)).isEqualTo(Shape.of(2, 3)).hasSameHashCodeAs(Shape.of(2, 3));
    assertThat(Shape.of(2, 3)).isNotEqualTo(Shape.of(3, 2)).isNotEqualTo(Shape.of(2, 3, 1));
  }
}
