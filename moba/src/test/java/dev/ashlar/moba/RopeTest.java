package dev.ashlar.moba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.GradCheck;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class RopeTest {
  private static final Packing PACKING = Packing.of(5, 0, 3);

  private static Tensor x(DType dtype) {
    return Tensor.normal(Key.of(5), DType.F32, 8, 3, 6).toType(dtype);
  }

  /** Hugging Face's Llama, line by line: x · cos + rotate_half(x) · sin. */
  private static Tensor composed(Tensor x, int[] positions, double theta) {
    int size = x.dim(2);
    double[] frequencies = new double[size];
    for (int i = 0; i < size; i++) {
      frequencies[i] = Math.pow(theta, -2.0 * (i % (size / 2)) / size);
    }
    Tensor position = Tensor.of(positions).toType(DType.F64).reshape(x.dim(0), 1, 1);
    Tensor angles = position.times(Tensor.of(frequencies)); // [T, 1, D]
    Tensor first = x.slice(2, 0, size / 2);
    Tensor second = x.slice(2, size / 2, size);
    Tensor rotated = Tensor.concat(2, second.unaryMinus(), first);
    return x.times(angles.cos().toType(x.dtype()))
        .plus(rotated.times(angles.sin().toType(x.dtype())));
  }

  private static double gap(Tensor a, Tensor b) {
    return a.minus(b).abs().max().item();
  }

  @Test
  void isTheComposedFormWithPositionsThatRestart() {
    for (DType dtype : List.of(DType.F64, DType.F32)) {
      Tensor x = x(dtype);
      Tensor wanted = composed(x, PACKING.positions(), 10_000);
      double tolerance = dtype == DType.F64 ? 1e-14 : 1e-6;
      assertThat(gap(Rope.rotate(x, PACKING, 10_000), wanted)).isLessThan(tolerance);
    }
  }

  @Test
  void turnsHeadsOfWholeVectorsAlike() {
    for (int size : new int[] {32, 64, 128, 96}) {
      Tensor x = Tensor.normal(Key.of(6), DType.F32, 8, 3, size);
      Tensor strided = Tensor.normal(Key.of(6), DType.F32, 3, 8, size).transpose(0, 1);
      for (Tensor each : List.of(x, strided)) {
        Tensor wanted = composed(each, PACKING.positions(), 10_000);
        assertThat(gap(Rope.rotate(each, PACKING, 10_000), wanted)).isLessThan(1e-6);
      }
      Tensor back = Grad.grad(x, t -> Rope.rotate(t, PACKING, 10_000).times(x).sum());
      Tensor turned = Rope.rotate(back, PACKING, 10_000);
      assertThat(gap(turned, x)).isLessThan(3e-6);
    }
  }

  @Test
  void goesOnFromAnyPosition() {
    for (int start : new int[] {3, 100_000}) {
      int[] positions = new int[8];
      for (int i = 0; i < 8; i++) positions[i] = start + i;
      Tensor wanted = composed(x(DType.F64), positions, 500_000);
      assertThat(gap(Rope.rotateFrom(x(DType.F64), start, 500_000), wanted)).isLessThan(1e-9);
    }
  }

  @Test
  void continuesAPrefillBitByBit() {
    for (DType dtype : List.of(DType.F64, DType.F32)) {
      Tensor all = Rope.rotate(x(dtype), Packing.of(8), 10_000);
      Tensor last = Rope.rotateFrom(x(dtype).slice(0, 6, 8), 6, 10_000);
      assertThat(last.toDoubles()).isEqualTo(all.slice(0, 6, 8).toDoubles());
    }
  }

  @Test
  void keepsProductsOfEqualDistances() {
    Tensor q = Tensor.normal(Key.of(1), DType.F64, 1, 1, 8);
    Tensor k = Tensor.normal(Key.of(2), DType.F64, 1, 1, 8);
    double near = product(q, 7, k, 4);
    assertThat(product(q, 1003, k, 1000))
        .isCloseTo(near, org.assertj.core.data.Offset.offset(1e-10));
  }

  private static double product(Tensor q, int qAt, Tensor k, int kAt) {
    return Rope.rotateFrom(q, qAt, 10_000).times(Rope.rotateFrom(k, kAt, 10_000)).sum().item();
  }

  @Test
  void gradientIsTheRotationBack() {
    GradCheck.inF64()
        .withOrder(2)
        .check(x(DType.F64), x -> Rope.rotate(x, PACKING, 10_000).square().times(x));
    Tensor x = x(DType.F64);
    Tensor back =
        Grad.vjp(x, (Tensor y) -> Rope.rotate(y, PACKING, 10_000))
            .pullback(Rope.rotate(x, PACKING, 10_000));
    assertThat(gap(back, x)).isLessThan(1e-14);
  }

  @Test
  void readsInputsOfAnyLayout() {
    for (DType dtype : List.of(DType.F64, DType.F32)) {
      Tensor x = x(dtype);
      Tensor strided = x.permute(2, 1, 0).copy().permute(2, 1, 0);
      assertThat(Rope.rotate(strided, PACKING, 100).toDoubles())
          .isEqualTo(Rope.rotate(x, PACKING, 100).toDoubles());
    }
  }

  @Test
  void takesTensorsWithoutRows() {
    Tensor empty = Tensor.zeros(DType.F32, 0, 2, 4);
    assertThat(Rope.rotate(empty, Packing.of(), 10_000).shape()).isEqualTo(empty.shape());
  }

  @Test
  void namesWhatDoesNotFit() {
    Tensor odd = Tensor.zeros(DType.F32, 8, 1, 3);
    assertThatThrownBy(() -> Rope.rotate(odd, PACKING, 10_000))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "rope: x [8, 1, 3] must have an even head size (axis 2): numbers turn in pairs");
    assertThatThrownBy(() -> Rope.rotate(odd, PACKING, 0))
        .hasMessage("rope: theta must be positive and finite, got 0.0");
    assertThatThrownBy(() -> Rope.rotateFrom(odd, -1, 10_000)).hasMessageContaining("positions");
  }
}
