package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every message of {@link ShapeException}, and the rules' answers where they are not plain. */
class ShapeRulesTest {
  private static TensorSpec f32(int... dims) {
    return new TensorSpec(DType.F32, Shape.of(dims));
  }

  private static TensorSpec i32(int... dims) {
    return new TensorSpec(DType.I32, Shape.of(dims));
  }

  private static TensorSpec bool(int... dims) {
    return new TensorSpec(DType.BOOL, Shape.of(dims));
  }

  private static Arguments rejected(Op op, String message, TensorSpec... inputs) {
    return Arguments.of(op, List.of(inputs), message);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        rejected(new Op.Plus(), "plus: takes 2 tensors, got 1", f32(2)),
        rejected(
            new Op.Plus(),
            "plus: element types differ: left F32[2], right I32[2]; cast one with toType(...)",
            f32(2),
            i32(2)),
        rejected(
            new Op.Plus(),
            "plus: left [2] and right [3] do not broadcast: axis -1 has sizes 2 and 3 (equal sizes"
                + " or 1 are needed)",
            f32(2),
            f32(3)),
        rejected(
            new Op.Plus(),
            "plus: needs F32, F64, I32 or I64, got BOOL[2]; cast it with toType(...)",
            bool(2),
            bool(2)),
        rejected(
            new Op.Exp(), "exp: needs F32 or F64, got I32[2]; cast it with toType(...)", i32(2)),
        rejected(new Op.Not(), "not: needs BOOL, got F32[2]; cast it with toType(...)", f32(2)),
        rejected(
            new Op.Where(),
            "where: needs BOOL, got F32[2]; cast it with toType(...)",
            f32(2),
            f32(2),
            f32(2)),
        rejected(
            new Op.Logical(Op.Connective.AND),
            "logical: needs BOOL, got I32[2]; cast it with toType(...)",
            i32(2),
            bool(2)),
        rejected(
            new Op.Sum(List.of(2), false),
            "sum: axis 2 does not exist in shape [2, 3] of rank 2 (axes go from -2 to 1)",
            f32(2, 3)),
        rejected(
            new Op.Sum(List.of(-1), false),
            "sum: axis -1 does not exist in shape [2, 3] of rank 2 (axes go from -2 to 1)",
            f32(2, 3)),
        rejected(
            new Op.Sum(List.of(1, 1), false),
            "sum: axes [1, 1] name axis 1 of shape [2, 3] twice; name it once",
            f32(2, 3)),
        rejected(
            new Op.Max(List.of(1, 0), false), "max: axes [1, 0] must ascend; sort them", f32(2, 3)),
        rejected(
            new Op.Softmax(-1),
            "softmax: axis -1 does not exist in shape [], a single number; reshape it first",
            f32()),
        rejected(
            new Op.Min(List.of(0), false),
            "min: axis 0 of [0] is empty, and min has no value there",
            f32(0)),
        rejected(
            new Op.ArgMax(0, false),
            "argMax: axis 0 of [0] is empty, and argMax has no value there",
            f32(0)),
        rejected(
            new Op.TopK(0, 4, true),
            "topK: k must lie in 0 .. 3, the size of axis 0 of [3], got 4",
            f32(3)),
        rejected(
            new Op.MatMul(),
            "matmul: left [2, 3] @ right [2, 3]: inner sizes differ (left axis -1 is 3, right axis"
                + " -2 is 2)",
            f32(2, 3),
            f32(2, 3)),
        rejected(
            new Op.MatMul(),
            "matmul: needs at least 2 axes, got shape [3]; reshape it first",
            f32(3),
            f32(3, 2)),
        rejected(
            new Op.MatMul(),
            "matmul: needs F32 or F64, got I32[2, 2]; cast it with toType(...)",
            i32(2, 2),
            i32(2, 2)),
        rejected(
            new Op.Reshape(Shape.of(4)),
            "reshape: [2, 3] has 6 elements, [4] would have 4",
            f32(2, 3)),
        rejected(
            new Op.Permute(List.of(0, 0)),
            "permute: [0, 0] is not an order of the 2 axes of [2, 3]",
            f32(2, 3)),
        rejected(
            new Op.Expand(Shape.of(3)),
            "expand: [2] cannot be stretched to [3]: axes align at the last, and only axes of size"
                + " 1 stretch",
            f32(2)),
        rejected(
            new Op.Slice(0, 1, 4, 1),
            "slice: 1 until 4 by 1 does not fit axis 0 of shape [3] (0 <= start <= stop <= 3 and"
                + " step >= 1 are needed)",
            f32(3)),
        rejected(
            new Op.Concat(0),
            "concat: shapes [[2, 3], [2, 4]] differ outside axis 0",
            f32(2, 3),
            f32(2, 4)),
        rejected(
            new Op.Concat(0),
            "concat: axis 0 would have 4294967294 elements, more than 2^31 - 1",
            f32(Integer.MAX_VALUE, 0),
            f32(Integer.MAX_VALUE, 0)),
        rejected(
            new Op.Pad(0, 1, 2, 5),
            "pad: axis 0 of [3], placed at 1 by 2, does not fit a size of 5",
            f32(3)),
        rejected(
            new Op.Gather(0),
            "gather: index [2] must have the rank of source [2, 3] and be no larger on any axis but"
                + " 0; reshape or slice it, or take whole slices by indexSelect and indexAdd",
            f32(2, 3),
            i32(2)),
        rejected(
            new Op.Gather(0),
            "gather: needs an I32 or I64 index, got F32[2]; cast it with toType(...)",
            f32(2),
            f32(2)),
        rejected(
            new Op.ScatterAdd(0),
            "scatterAdd: source must have shape [2], got [3]",
            f32(4),
            i32(2),
            f32(3)),
        rejected(
            new Op.IndexAdd(0),
            "indexAdd: source must have shape [2, 5], got [2, 4]",
            f32(3, 5),
            i32(2),
            f32(2, 4)),
        rejected(
            new Op.OneHot(-1, DType.F32), "oneHot: classes must not be negative, got -1", i32(2)),
        rejected(new Op.Arange(f32(2, 2)), "arange: needs one axis, got F32[2, 2]"),
        rejected(
            new Op.Fill(i32(2), 0.5),
            "fill: I32[2] cannot hold 0.5; cast the tensor with toType(F32) or toType(F64) first"),
        rejected(
            new Op.Normal(i32(2)),
            "normal: needs F32 or F64, got I32[2]; cast it with toType(...)",
            new TensorSpec(DType.I64, Shape.of(2))),
        rejected(new Op.Uniform(f32(2)), "uniform: needs a key, I64[2], got F32[2]", f32(2)),
        rejected(
            new Op.FoldKey(1),
            "foldKey: needs a key, I64[2], got I64[3]",
            new TensorSpec(DType.I64, Shape.of(3))));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void namesTheOperationTheShapesAndTheRemedy(Op op, List<TensorSpec> inputs, String message) {
    assertThatThrownBy(() -> ShapeRules.infer(op, inputs))
        .isInstanceOf(ShapeException.class)
        .hasMessage(message);
  }

  private static List<TensorSpec> infer(Op op, TensorSpec... inputs) {
    return ShapeRules.infer(op, List.of(inputs));
  }

  @Test
  void answersTypesAndShapes() {
    assertThat(infer(new Op.Compare(Op.Comparison.LESS), f32(3, 1), f32(4)))
        .containsExactly(bool(3, 4));
    assertThat(infer(new Op.Clamp(), f32(3, 1), f32(4), f32(5, 1, 1)))
        .containsExactly(f32(5, 3, 4));
    assertThat(infer(new Op.Where(), bool(5, 1, 1), f32(3, 1), f32(4)))
        .containsExactly(f32(5, 3, 4));
    assertThat(infer(new Op.Sum(List.of(0, 2), true), f32(2, 3, 4))).containsExactly(f32(1, 3, 1));
    assertThat(infer(new Op.Sum(List.of(0, 2), false), f32(2, 3, 4))).containsExactly(f32(3));
    assertThat(infer(new Op.ArgMax(0, true), f32(2, 3)))
        .containsExactly(new TensorSpec(DType.I64, Shape.of(1, 3)));
    assertThat(infer(new Op.TopK(1, 2, true), f32(4, 3)))
        .containsExactly(f32(4, 2), new TensorSpec(DType.I64, Shape.of(4, 2)));
    assertThat(infer(new Op.MatMul(), f32(2, 1, 3, 4), f32(5, 4, 6)))
        .containsExactly(f32(2, 5, 3, 6));
    assertThat(infer(new Op.IndexSelect(1), f32(2, 3, 4), i32(5, 6)))
        .containsExactly(f32(2, 5, 6, 4));
    assertThat(infer(new Op.OneHot(7, DType.BOOL), i32(2))).containsExactly(bool(2, 7));
    assertThat(infer(new Op.Cast(DType.BF16), i32(2)))
        .containsExactly(new TensorSpec(DType.BF16, Shape.of(2)));
  }

  @Test
  void bytesBeyondALongAreAnError() {
    int max = Integer.MAX_VALUE;
    assertThat(f32(3, 4).byteSize()).isEqualTo(48);
    assertThatThrownBy(() -> f32(max, max).byteSize()).isInstanceOf(ShapeException.class);
  }
}
