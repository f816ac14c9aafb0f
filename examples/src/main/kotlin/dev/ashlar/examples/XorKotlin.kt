package dev.ashlar.examples

import dev.ashlar.autodiff.Grad
import dev.ashlar.autodiff.nn.Linear
import dev.ashlar.autodiff.nn.Losses
import dev.ashlar.autodiff.optim.AdamW
import dev.ashlar.tensor.DType
import dev.ashlar.tensor.Key
import dev.ashlar.tensor.Shape
import dev.ashlar.tensor.Tensor
import dev.ashlar.tensor.TensorScope

/** Learns exclusive or with two layers: the whole of a training loop. */
object XorKotlin {
  @JvmRecord
  data class Model(val hidden: Linear, val output: Linear) {
    fun forward(x: Tensor): Tensor = output.forward(hidden.forward(x).tanh())

    fun loss(x: Tensor, y: Tensor): Tensor = Losses.binaryCrossEntropy(forward(x), y)

    companion object {
      fun init(key: Key): Model {
        val (first, second) = key.split(2)
        return Model(
          Linear.init(first, DType.F32, 2, 8).withBias(),
          Linear.init(second, DType.F32, 8, 1).withBias(),
        )
      }
    }
  }

  /** Trains and returns the last loss. */
  fun train(steps: Int): Double =
    TensorScope.open().use {
      val x = Tensor.of(Shape.of(4, 2), 0f, 0f, 0f, 1f, 1f, 0f, 1f, 1f)
      val y = Tensor.of(Shape.of(4, 1), 0f, 1f, 1f, 0f)
      var model = Model.init(Key.of(42))
      val optimizer = AdamW.of(0.05)
      var state = optimizer.init(model)
      var last = Double.NaN
      for (step in 1..steps) {
        TensorScope.open().use {
          val loss = Grad.valueAndGrad(model) { m -> m.loss(x, y) }
          val next = optimizer.update(model, loss.gradient, state)
          model = next.model
          state = next.state
          last = loss.value.item()
          if (step % 100 == 0) println("step %d  loss %.4f".format(step, last))
        }
      }
      println(model.forward(x).sigmoid())
      last
    }

  /** Trains for a second or so. */
  @JvmStatic
  fun main(arguments: Array<String>) {
    train(500)
  }
}
