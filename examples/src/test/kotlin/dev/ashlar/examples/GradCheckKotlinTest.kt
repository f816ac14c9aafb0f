package dev.ashlar.examples

import dev.ashlar.autodiff.GradAssertions.assertGradients
import dev.ashlar.autodiff.GradCheck
import dev.ashlar.autodiff.nn.Linear
import dev.ashlar.tensor.Anomaly
import dev.ashlar.tensor.AnomalyException
import dev.ashlar.tensor.DType
import dev.ashlar.tensor.Key
import dev.ashlar.tensor.NoLeaks
import dev.ashlar.tensor.Tensor
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith

/** Checking gradients from Kotlin: the function is a trailing lambda. */
@ExtendWith(NoLeaks::class)
class GradCheckKotlinTest {
  @JvmRecord data class Layer(val linear: Linear, val scale: Tensor)

  @Test
  fun aModelIsChecked() {
    val layer = Layer(Linear.init(Key.of(1), DType.F32, 3, 2), Tensor.ones(DType.F32, 2))
    val x = Tensor.normal(Key.of(2), DType.F64, 4, 3)
    val report = GradCheck.inF64().check(layer) { m -> (m.linear.forward(x) * m.scale).tanh() }
    assertThat(report.passed()).isTrue()
  }

  @Test
  fun theAssertionTakesATrailingLambda() {
    val x = Tensor.of(0.5, 1.5)
    assertGradients(x) { it.exp() }
    assertThatThrownBy { assertGradients(x) { it * it.stopGradient() } }
      .isInstanceOf(AssertionError::class.java)
      .hasMessageContaining("FAIL gradient of the input at [")
  }

  @Test
  fun anomaliesAreCaughtByATrailingLambda() {
    assertThatThrownBy { Anomaly.detect { Tensor.of(-1.0).log() } }
      .isInstanceOf(AnomalyException::class.java)
      .hasMessageContaining("GradCheckKotlinTest.kt:")
  }
}
