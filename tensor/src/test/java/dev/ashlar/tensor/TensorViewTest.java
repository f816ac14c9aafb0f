package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Values of {@link Tensor}'s views, moves and lookups by index. */
@ExtendWith(NoLeaks.class)
class TensorViewTest {
  private static final DType F32 = DType.F32;
  private static final DType I64 = DType.I64;

  private static Tensor matrix() {
    return Tensor.arange(DType.I32, 6).reshape(2, 3);
  }

  @Test
  void viewsShareMemory() {
    Tensor x = matrix();
    long before = TensorScope.current().memory().allocationCount();
    assertThat(x.transpose().toInts()).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(x.transpose(0, 1).shape()).isEqualTo(Shape.of(3, 2));
    assertThat(x.permute(1, 0).toInts()).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(x.reshape(3, -1).shape()).isEqualTo(Shape.of(3, 2));
    assertThat(x.reshape(Shape.of(6)).rank()).isEqualTo(1);
    assertThat(x.flatten().shape()).isEqualTo(Shape.of(6));
    assertThat(x.slice(1, 1, 3).toInts()).containsExactly(1, 2, 4, 5);
    assertThat(x.slice(1, -2, -1).toInts()).containsExactly(1, 4);
    assertThat(x.slice(1, 0, 3, 2).toInts()).containsExactly(0, 2, 3, 5);
    assertThat(x.select(-1, -1).toInts()).containsExactly(2, 5);
    assertThat(x.get(1).toInts()).containsExactly(3, 4, 5);
    assertThat(x.get(1, 2).item()).isEqualTo(5);
    assertThat(x.unsqueeze(1).shape()).isEqualTo(Shape.of(2, 1, 3));
    assertThat(x.unsqueeze(-1).squeeze(-1).shape()).isEqualTo(Shape.of(2, 3));
    assertThat(x.get(0).expand(2, 3).toInts()).containsExactly(0, 1, 2, 0, 1, 2);
    assertThat(x.stopGradient().toInts()).isEqualTo(x.toInts());
    assertThat(x.split(1, 1, 2).get(1).toInts()).containsExactly(1, 2, 4, 5);
    assertThat(x.contiguous()).isSameAs(x);
    assertThat(TensorScope.current().memory().allocationCount()).isEqualTo(before);
    assertThat(x.transpose().reshape(6).toInts()).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(x.transpose().contiguous().layout().isContiguous()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void movesAnyElementType(DType dtype) {
    Tensor x = SampleData.indices(dtype, 1, 2, 2, 3);
    double[] v = x.toDoubles();
    assertThat(Tensor.concat(1, x, x.slice(1, 0, 1)).toDoubles())
        .containsExactly(v[0], v[1], v[2], v[0], v[3], v[4], v[5], v[3]);
    assertThat(Tensor.stack(0, x, x).shape()).isEqualTo(Shape.of(2, 2, 3));
    assertThat(Tensor.stack(-1, x, x).toDoubles())
        .containsExactly(v[0], v[0], v[1], v[1], v[2], v[2], v[3], v[3], v[4], v[4], v[5], v[5]);
    assertThat(x.pad(0, 1, 0).toDoubles())
        .containsExactly(0, 0, 0, v[0], v[1], v[2], v[3], v[4], v[5]);
    assertThat(x.indexSelect(0, Tensor.of(1, 0, 1)).get(2).toDoubles())
        .containsExactly(v[3], v[4], v[5]);
    assertThat(x.gather(1, Tensor.of(Shape.of(2, 1), 2, 0)).toDoubles())
        .containsExactly(v[2], v[3]);
  }

  @Test
  void looksUpAndAddsByIndex() {
    Tensor table = Tensor.arange(F32, 6).reshape(3, 2);
    Tensor ids = Tensor.of(Shape.of(2, 2), 0, 2, 2, 1);
    assertThat(table.embedding(ids).toFloats()).containsExactly(0, 1, 4, 5, 4, 5, 2, 3);
    assertThat(table.embedding(ids).shape()).isEqualTo(Shape.of(2, 2, 2));
    Tensor ones = Tensor.ones(F32, 2, 2, 2);
    assertThat(table.indexAdd(0, ids, ones).toFloats()).containsExactly(1, 2, 3, 4, 6, 7);
    Tensor index = Tensor.of(Shape.of(3, 2), 1, 1, 0, 1, 0, 0);
    assertThat(table.scatterAdd(1, index, Tensor.ones(F32, 3, 2)).toFloats())
        .containsExactly(0, 3, 3, 4, 6, 5);
    assertThat(Tensor.of(2, 0).oneHot(3, I64).toLongs()).containsExactly(0, 0, 1, 1, 0, 0);
    assertThatThrownBy(() -> table.embedding(Tensor.of(3)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("indexSelect: index 3 is outside axis 0 of size 3");
    assertThatThrownBy(() -> table.gather(0, Tensor.of(Shape.of(1, 1), -1)))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("gather: index -1 is outside axis 0 of size 3");
    assertThatThrownBy(() -> Tensor.of(3L).oneHot(3, F32))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(
            () -> table.scatterAdd(0, Tensor.of(Shape.of(1, 1), 7), Tensor.ones(F32, 1, 1)))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> table.indexAdd(0, Tensor.of(-2), Tensor.ones(F32, 1, 2)))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> table.get(0).embedding(ids))
        .hasMessage("embedding: needs a table [V, D], got F32[2]; reshape it");
    assertThatThrownBy(() -> table.embedding(table))
        .isInstanceOf(ShapeException.class)
        .hasMessage("embedding: needs ids of I32 or I64, got F32[3, 2]; cast it with toType(...)");
  }

  @Test
  void saysWhatAShapeLacks() {
    Tensor x = matrix();
    assertThatThrownBy(() -> x.get(0).transpose())
        .hasMessage("transpose: needs at least 2 axes, got shape [3]; reshape it first");
    assertThatThrownBy(() -> x.squeeze(0)).hasMessage("squeeze: axis 0 of [2, 3] is not of size 1");
    assertThatThrownBy(() -> x.squeeze(2)).hasMessageStartingWith("squeeze: axis 2 does not exist");
    assertThatThrownBy(() -> x.unsqueeze(-4))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "unsqueeze: a new axis of shape [2, 3] cannot stand at -4 (places go from -3 to 2)");
    assertThatThrownBy(() -> x.permute(1))
        .hasMessage("permute: [1] is not an order of the 2 axes of [2, 3]");
    assertThatThrownBy(() -> x.reshape(-1, -1)).hasMessageContaining("only one size may be -1");
    assertThatThrownBy(() -> x.reshape(4, -1))
        .hasMessage("reshape: 6 elements of [2, 3] do not divide among the other sizes of [4, -1]");
    assertThatThrownBy(() -> x.reshape(0, -1)).isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> x.split(1, 1, 1))
        .hasMessage("split: sizes add up to 2, axis 1 of [2, 3] has 3");
    assertThatThrownBy(() -> x.split(1, 4, -1))
        .hasMessage("split: sizes must not be negative, got -1");
    assertThatThrownBy(() -> x.pad(0, -1, 3))
        .hasMessage("pad: axis 0 of [2, 3] cannot grow by -1 before and 3 after");
    assertThatThrownBy(() -> x.pad(0, Integer.MAX_VALUE, Integer.MAX_VALUE))
        .isInstanceOf(ShapeException.class);
    assertThatThrownBy(() -> Tensor.concat(0, List.of()))
        .hasMessage("concat: needs at least one tensor, got none");
  }
}
