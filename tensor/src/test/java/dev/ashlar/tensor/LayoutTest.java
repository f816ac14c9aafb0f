package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class LayoutTest {
  private final Layout rows = Layout.contiguous(Shape.of(2, 3, 4));

  @Test
  void isRowMajorAtFirst() {
    assertThat(rows.strideElements()).containsExactly(12, 4, 1);
    assertThat(rows.offsetElements()).isZero();
    assertThat(rows.isContiguous()).isTrue();
    assertThat(rows.overlaps()).isFalse();
    assertThat(rows).hasToString("[2, 3, 4] strides [12, 4, 1] offset 0");
  }

  @Test
  void permutesStridesWithAxes() {
    Layout turned = rows.permute(new int[] {2, 0, 1});
    assertThat(turned.shape()).isEqualTo(Shape.of(4, 2, 3));
    assertThat(turned.strideElements()).containsExactly(1, 12, 4);
    assertThat(turned.isContiguous()).isFalse();
  }

  @Test
  void slicesByOffsetAndStride() {
    Layout part = rows.slice(2, 1, 4, 2);
    assertThat(part.shape()).isEqualTo(Shape.of(2, 3, 2));
    assertThat(part.strideElements(-1)).isEqualTo(2);
    assertThat(part.offsetElements()).isEqualTo(1);
    assertThat(rows.slice(0, 1, 2, 1).isContiguous()).isTrue();
    assertThat(rows.slice(0, 1, 2, 1).offsetElements()).isEqualTo(12);
  }

  @Test
  void sliceSizesDoNotOverflow() {
    assertThat(Layout.sliceSize(0, Integer.MAX_VALUE, Integer.MAX_VALUE)).isEqualTo(1);
    assertThat(Layout.sliceSize(3, 3, 1)).isZero();
    assertThat(Layout.sliceSize(0, 5, 2)).isEqualTo(3);
  }

  @Test
  void expandsWithStrideZero() {
    Layout wide = Layout.contiguous(Shape.of(3, 1)).expand(Shape.of(2, 3, 4));
    assertThat(wide.strideElements()).containsExactly(0, 1, 0);
    assertThat(wide.overlaps()).isTrue();
    assertThat(wide.isContiguous()).isFalse();
  }

  @Test
  void reshapesWhatIsContiguous() {
    assertThat(rows.reshape(Shape.of(6, 4)).orElseThrow().strideElements()).containsExactly(4, 1);
    assertThat(rows.reshape(Shape.of(1, 24, 1)).orElseThrow().isContiguous()).isTrue();
  }

  @Test
  void reshapesWithinRunsOfMemory() {
    // Of [4, 2, 3] with strides 1, 12, 4 no two axes lie behind one another; each can be split.
    Layout turned = rows.permute(new int[] {2, 0, 1});
    assertThat(turned.reshape(Shape.of(2, 2, 2, 3)).orElseThrow().strideElements())
        .containsExactly(2, 1, 12, 4);
    assertThat(turned.reshape(Shape.of(8, 3))).isEqualTo(Optional.empty());
    // The axes of 2 and 3 do lie behind one another: they join.
    assertThat(turned.reshape(Shape.of(4, 6)).orElseThrow().strideElements()).containsExactly(1, 4);
  }

  @Test
  void joinsAxesThatRepeatOneElement() {
    Layout repeated = Layout.contiguous(Shape.of(1, 1, 5)).expand(Shape.of(2, 3, 5));
    assertThat(repeated.reshape(Shape.of(6, 5)).orElseThrow().strideElements())
        .containsExactly(0, 1);
    assertThat(repeated.reshape(Shape.of(30))).isEmpty();
  }

  @Test
  void nothingCanTakeAnyEmptyShape() {
    Layout nothing = rows.slice(1, 2, 2, 1).permute(new int[] {2, 1, 0});
    assertThat(nothing.isContiguous()).isTrue();
    assertThat(nothing.reshape(Shape.of(0, 9)).orElseThrow().shape()).isEqualTo(Shape.of(0, 9));
  }

  @Test
  void positionsFollowRowMajorOrder() {
    Layout turned = rows.slice(0, 1, 2, 1).permute(new int[] {2, 0, 1});
    var positions = new Positions(turned);
    for (long i = 0; i < turned.shape().size(); i++) {
      assertThat(positions.next()).isEqualTo(SampleData.position(turned, i));
    }
  }
}
