package dev.ashlar.examples

import dev.ashlar.autodiff.Grad
import dev.ashlar.autodiff.nn.Linear
import dev.ashlar.autodiff.nn.Losses
import dev.ashlar.autodiff.optim.AdamW
import dev.ashlar.autodiff.optim.Schedule
import dev.ashlar.tensor.DType
import dev.ashlar.tensor.Key
import dev.ashlar.tensor.NoLeaks
import dev.ashlar.tensor.Range
import dev.ashlar.tensor.Shape
import dev.ashlar.tensor.ShapeException
import dev.ashlar.tensor.Tensor
import dev.ashlar.tensor.TensorScope
import dev.ashlar.tensor.TensorTree
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.extension.ExtendWith

/** The library as Kotlin sees it: operators, slices, lambdas, data classes. */
@ExtendWith(NoLeaks::class)
class KotlinTest {
  @JvmRecord data class Layer(val linear: Linear, val scale: Tensor?)

  @JvmRecord data class Model(val layers: List<Layer>, val width: Int, val name: String?)

  private fun vector(vararg values: Float) = Tensor.of(*values)

  @Test
  fun operatorsBetweenTensors() {
    val x = vector(7f, -8f)
    val y = vector(2f, 3f)
    assertThat((x + y).toFloats()).containsExactly(9f, -5f)
    assertThat((x - y).toFloats()).containsExactly(5f, -11f)
    assertThat((x * y).toFloats()).containsExactly(14f, -24f)
    assertThat((x / y).toFloats()).containsExactly(3.5f, -8f / 3f)
    assertThat((x % y).toFloats()).containsExactly(1f, -2f)
    assertThat((-x).toFloats()).containsExactly(-7f, 8f)
    assertThat((-x * y + x / y - x % y).toFloats()).containsExactly(-11.5f, 24f - 8f / 3f + 2f)
  }

  @Test
  fun operatorsWithEveryKindOfNumber() {
    val x = vector(3f, 4f)
    assertThat((x + 1).toFloats()).containsExactly(4f, 5f)
    assertThat((x - 1L).toFloats()).containsExactly(2f, 3f)
    assertThat((x * 2.0).toFloats()).containsExactly(6f, 8f)
    assertThat((x / 2f).toFloats()).containsExactly(1.5f, 2f)
    assertThat((x % 2).toFloats()).containsExactly(1f, 0f)
    assertThat(x.pow(2).toFloats()).containsExactly(9f, 16f)
    assertThat((Tensor.of(5, 6) * 2).toInts()).containsExactly(10, 12)
  }

  @Test
  fun assignmentOperatorsMakeNewTensors() {
    val before = vector(1f)
    var x = before
    x += vector(2f)
    x *= 3
    assertThat(x.item()).isEqualTo(9.0)
    assertThat(before.item()).isEqualTo(1.0)
  }

  @Test
  fun slices() {
    val x = Tensor.arange(DType.F32, 12).reshape(3, 4)
    assertThat(x[1].toFloats()).containsExactly(4f, 5f, 6f, 7f)
    assertThat(x[-1, 0].item()).isEqualTo(8.0)
    assertThat(x[Range.all(), Range.of(1, 3)].toFloats()).containsExactly(1f, 2f, 5f, 6f, 9f, 10f)
    assertThat(x[Range.at(0), Range.of(0, 4, 2)].toFloats()).containsExactly(0f, 2f)
    assertThatThrownBy { x[3] }.isInstanceOf(ShapeException::class.java)
  }

  @Test
  fun dataClassesAreModels() {
    val keys = Key.of(1).split(2)
    val model =
      Model(
        listOf(
          Layer(Linear.init(keys[0], DType.F32, 2, 3), null),
          Layer(Linear.init(keys[1], DType.F32, 3, 1).withBias(), vector(2f)),
        ),
        width = 3,
        name = null,
      )
    assertThat(TensorTree.named(model).keys)
      .containsExactly(
        "layers.0.linear.weight",
        "layers.1.linear.weight",
        "layers.1.linear.bias",
        "layers.1.scale",
      )
    val doubled = TensorTree.map(model) { it * 2 }
    assertThat(doubled.layers[1].scale?.item()).isEqualTo(4.0)
    assertThat(doubled.layers[0].scale).isNull()
    assertThat(doubled.width).isEqualTo(3)
  }

  @Test
  fun aDataClassThatIsNoRecordIsRefused() {
    data class Opaque(val weight: Tensor)
    assertThatThrownBy { Grad.grad(Opaque(vector(1f))) { it.weight.sum() } }
      .isInstanceOf(IllegalArgumentException::class.java)
      .hasMessageContaining("Opaque")
      .hasMessageContaining("make it a record (in Kotlin a @JvmRecord data class)")
  }

  @Test
  fun aScopeKeepsWhatItsLambdaReturns() {
    val sum = TensorScope.tidy { (vector(1f, 2f) * 2).sum() }
    assertThat(sum.item()).isEqualTo(6.0)
  }

  @Test
  fun aTrainingStepLowersTheLoss() {
    val x = Tensor.normal(Key.of(2), DType.F32, 64, 2)
    val y = x[Range.all(), Range.of(0, 1)] * 3 - x[Range.all(), Range.of(1, 2)] + 0.5
    var model = Linear.init(Key.of(3), DType.F32, 2, 1).withBias()
    val optimizer = AdamW.of(Schedule.warmUpCosine(0.1, 0.001, 10, 200)).withWeightDecay(0.0)
    var state = optimizer.init(model)
    val losses =
      List(200) {
        TensorScope.open().use {
          val loss = Grad.valueAndGrad(model) { m -> Losses.meanSquaredError(m.forward(x), y) }
          val next = optimizer.update(model, loss.gradient, state)
          model = next.model
          state = next.state
          loss.value.item()
        }
      }
    assertThat(losses.last()).isLessThan(losses.first() / 100)
    assertThat(state.step).isEqualTo(200)
    assertThat(model.bias?.shape()).isEqualTo(Shape.of(1))
  }

  @Test
  fun gradientsOfGradients() {
    val third = { x: Tensor -> Grad.grad(x) { a -> Grad.grad(a) { b -> b.pow(3).sum() }.sum() } }
    assertThat(third(Tensor.of(2.0)).item()).isEqualTo(12.0)
  }
}
