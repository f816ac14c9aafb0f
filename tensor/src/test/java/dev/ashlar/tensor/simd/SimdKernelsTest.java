package dev.ashlar.tensor.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Availability;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SimdKernelsTest {
  private final SimdKernels simd = new SimdKernels();

  @Test
  void isReadyWhereTheVectorApiIs() {
    assertThat(simd.availability()).isInstanceOf(Availability.Ready.class);
  }

  @Test
  void declinesWhatItHasNoKernelFor() {
    TensorSpec f32 = new TensorSpec(DType.F32, Shape.of(2, 3));
    assertThat(simd.find(new Op.Plus(), List.of(f32, f32))).isPresent();
    TensorSpec f64 = f32.with(DType.F64);
    assertThat(simd.find(new Op.Plus(), List.of(f64, f64))).isPresent();
    assertThat(simd.find(new Op.Tanh(), List.of(f64))).isPresent();
    TensorSpec i32 = f32.with(DType.I32);
    assertThat(simd.find(new Op.Plus(), List.of(i32, i32))).isPresent();
    assertThat(simd.find(new Op.Div(), List.of(i32, i32))).isEmpty();
    assertThat(simd.find(new Op.Softmax(1), List.of(f32))).isPresent();
    assertThat(simd.find(new Op.Softmax(0), List.of(f32))).isPresent();
    assertThat(simd.find(new Op.CumSum(0, false), List.of(i32))).isEmpty();
    assertThat(simd.find(new Op.ArgMax(1, false), List.of(f32))).isEmpty();
  }
}
