package dev.ashlar.examples

import dev.ashlar.autodiff.Grad
import dev.ashlar.autodiff.nn.Embedding
import dev.ashlar.autodiff.nn.Linear
import dev.ashlar.autodiff.nn.Losses
import dev.ashlar.autodiff.nn.RmsNorm
import dev.ashlar.autodiff.nn.SwiGlu
import dev.ashlar.autodiff.optim.AdamW
import dev.ashlar.autodiff.optim.Schedule
import dev.ashlar.examples.data.Batch
import dev.ashlar.examples.data.Batches
import dev.ashlar.moba.Moba
import dev.ashlar.moba.MobaConfig
import dev.ashlar.moba.Packing
import dev.ashlar.moba.Rope
import dev.ashlar.tensor.DType
import dev.ashlar.tensor.Key
import dev.ashlar.tensor.Tensor
import dev.ashlar.tensor.TensorScope

/** A transformer with MoBA attention, from its layers up, that learns two lines by heart. */
object TinyTransformerKotlin {
  const val TEXT = "Ashlar: blocks of stone, cut true,\nlaid in courses, one on two.\n"

  private const val DIM = 32
  private const val HEADS = 2
  private val MOBA = MobaConfig(8, 3)

  @JvmRecord
  data class Attention(val query: Linear, val key: Linear, val value: Linear, val out: Linear) {
    /** x [T, D] -> [T, D]; a query sees its own block of 8 and the 2 that suit it best. */
    fun forward(x: Tensor, packing: Packing): Tensor {
      val q = Rope.rotate(heads(query.forward(x)), packing, 10_000.0)
      val k = Rope.rotate(heads(key.forward(x)), packing, 10_000.0)
      val v = heads(value.forward(x))
      return out.forward(Moba.attention(q, k, v, packing, MOBA).reshape(-1, DIM))
    }

    private fun heads(x: Tensor) = x.reshape(-1, HEADS, DIM / HEADS)

    companion object {
      fun init(seed: Key): Attention {
        val (q, k, v, out) = seed.split(4).map { Linear.init(it, DType.F32, DIM, DIM) }
        return Attention(q, k, v, out)
      }
    }
  }

  @JvmRecord
  data class Block(
    val attentionNorm: RmsNorm,
    val attention: Attention,
    val feedForwardNorm: RmsNorm,
    val feedForward: SwiGlu,
  ) {
    fun forward(x: Tensor, packing: Packing): Tensor {
      val y = x + attention.forward(attentionNorm.forward(x), packing)
      return y + feedForward.forward(feedForwardNorm.forward(y))
    }

    companion object {
      fun init(seed: Key) =
        Block(
          RmsNorm.init(DType.F32, DIM),
          Attention.init(seed.fold(0)),
          RmsNorm.init(DType.F32, DIM),
          SwiGlu.init(seed.fold(1), DType.F32, DIM, 3 * DIM),
        )
    }
  }

  @JvmRecord
  data class Model(
    val embedding: Embedding,
    val blocks: List<Block>,
    val norm: RmsNorm,
    val head: Linear,
  ) {
    /** ids [T] -> logits [T, V]. */
    fun forward(ids: Tensor, packing: Packing): Tensor {
      val x = blocks.fold(embedding.forward(ids)) { x, block -> block.forward(x, packing) }
      return head.forward(norm.forward(x))
    }

    fun loss(batch: Batch): Tensor =
      Losses.crossEntropy(forward(batch.inputs, batch.packing()), batch.targets)

    companion object {
      fun init(seed: Key) =
        Model(
          Embedding.init(seed.fold(0), DType.F32, 256, DIM),
          List(2) { i -> Block.init(seed.fold(1).fold(i.toLong())) },
          RmsNorm.init(DType.F32, DIM),
          Linear.init(seed.fold(2), DType.F32, DIM, 256),
        )
    }
  }

  /** Trains, and returns what the model makes of the first word. */
  fun train(steps: Int): String =
    TensorScope.open().use {
      val batches = Batches(TEXT.repeat(4).toByteArray(), 4, 64)
      var model = Model.init(Key.of(1))
      val optimizer = AdamW.of(Schedule.warmUpCosine(1e-2, 1e-4, steps / 10L, steps.toLong()))
      var state = optimizer.init(model)
      for (step in 1..steps) {
        TensorScope.open().use {
          val batch = batches.at(Key.of(2), step.toLong())
          val loss = Grad.valueAndGrad(model) { m -> m.loss(batch) }
          val next = optimizer.update(model, loss.gradient, state)
          model = next.model
          state = next.state
          if (step % 20 == 0) println("step %d  loss %.3f".format(step, loss.value.item()))
        }
      }
      complete(model, "Ashlar")
    }

  /** Continues a text to the length of the one that was learned, always by the likeliest byte. */
  private fun complete(model: Model, prompt: String): String {
    var text = prompt
    while (text.length < TEXT.length) {
      TensorScope.open().use {
        val ids = Tensor.of(*text.map { it.code }.toIntArray())
        val logits = model.forward(ids, Packing.of(text.length))
        text += logits[-1].argMax(0).item().toInt().toChar()
      }
    }
    return text
  }

  /** Trains for some seconds and prints what was learned. */
  @JvmStatic
  fun main(arguments: Array<String>) {
    println(train(200))
  }
}
