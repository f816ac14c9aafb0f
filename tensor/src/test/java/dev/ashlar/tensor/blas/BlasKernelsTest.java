package dev.ashlar.tensor.blas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Availability;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BlasKernelsTest {
  private static final TensorSpec MATRIX = new TensorSpec(DType.F32, Shape.of(3, 3));

  @Test
  void isOffUnlessAskedFor() {
    for (String asked : new String[] {null, "", "off"}) {
      var blas = new BlasKernels(asked);
      assertThat(blas.availability())
          .isEqualTo(new Availability.Off("-Dashlar.blas=auto multiplies matrices by a BLAS"));
      assertThat(blas.find(new Op.MatMul(), List.of(MATRIX, MATRIX))).isEmpty();
    }
  }

  @Test
  void saysWhyALibraryCannotBeUsed() {
    var missing = (Availability.Unavailable) new BlasKernels("/no/such/blas.so").availability();
    assertThat(missing.reason()).isEqualTo("/no/such/blas.so cannot be loaded");
    assertThat(missing.remedy()).contains("'auto' takes the first that is found");
    var strange = new BlasKernels(System.mapLibraryName("m") + ".6").availability();
    if (strange instanceof Availability.Unavailable(String reason, String remedy)) {
      assertThat(reason).containsAnyOf("has no function cblas_sgemm", "cannot be loaded");
      assertThat(remedy).isNotBlank();
    }
    assertThat(strange).isInstanceOf(Availability.Unavailable.class);
  }

  @Test
  void multipliesRealMatricesOnly() {
    var blas = new BlasKernels("auto");
    if (blas.availability() instanceof Availability.Unavailable(String reason, String remedy)) {
      assertThat(remedy).contains("-Dashlar.blas=/path/of/libopenblas.so.0");
      assumeTrue(false, reason + "; " + remedy);
    }
    TensorSpec wide = MATRIX.with(DType.F64);
    assertThat(blas.find(new Op.MatMul(), List.of(MATRIX, MATRIX))).isPresent();
    assertThat(blas.find(new Op.MatMul(), List.of(wide, wide))).isPresent();
    assertThat(blas.find(new Op.Plus(), List.of(MATRIX, MATRIX))).isEmpty();
  }
}
