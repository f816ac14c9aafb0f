package dev.ashlar.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.nn.Embedding;
import dev.ashlar.autodiff.nn.Linear;
import dev.ashlar.autodiff.nn.Losses;
import dev.ashlar.autodiff.nn.RmsNorm;
import dev.ashlar.autodiff.nn.SwiGlu;
import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.Schedule;
import dev.ashlar.examples.data.Batch;
import dev.ashlar.examples.data.Batches;
import dev.ashlar.moba.Moba;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.moba.Rope;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A transformer with MoBA attention, from its layers up, that learns two lines by heart. */
public final class TinyTransformerJava {
  static final String TEXT = "Ashlar: blocks of stone, cut true,\nlaid in courses, one on two.\n";

  private static final int DIM = 32;
  private static final int HEADS = 2;
  private static final MobaConfig MOBA = new MobaConfig(8, 3);

  private TinyTransformerJava() {}

  record Attention(Linear query, Linear key, Linear value, Linear out) {
    static Attention init(Key seed) {
      var layers =
          Arrays.stream(seed.split(4)).map(k -> Linear.init(k, DType.F32, DIM, DIM)).toList();
      return new Attention(layers.get(0), layers.get(1), layers.get(2), layers.get(3));
    }

    /** x [T, D] -> [T, D]; a query sees its own block of 8 and the 2 that suit it best. */
    Tensor forward(Tensor x, Packing packing) {
      Tensor q = Rope.rotate(heads(query.forward(x)), packing, 10_000);
      Tensor k = Rope.rotate(heads(key.forward(x)), packing, 10_000);
      Tensor v = heads(value.forward(x));
      return out.forward(Moba.attention(q, k, v, packing, MOBA).reshape(-1, DIM));
    }

    private static Tensor heads(Tensor x) {
      return x.reshape(-1, HEADS, DIM / HEADS);
    }
  }

  record Block(
      RmsNorm attentionNorm, Attention attention, RmsNorm feedForwardNorm, SwiGlu feedForward) {
    static Block init(Key seed) {
      return new Block(
          RmsNorm.init(DType.F32, DIM),
          Attention.init(seed.fold(0)),
          RmsNorm.init(DType.F32, DIM),
          SwiGlu.init(seed.fold(1), DType.F32, DIM, 3 * DIM));
    }

    Tensor forward(Tensor x, Packing packing) {
      Tensor y = x.plus(attention.forward(attentionNorm.forward(x), packing));
      return y.plus(feedForward.forward(feedForwardNorm.forward(y)));
    }
  }

  record Model(Embedding embedding, List<Block> blocks, RmsNorm norm, Linear head) {
    static Model init(Key seed) {
      return new Model(
          Embedding.init(seed.fold(0), DType.F32, 256, DIM),
          IntStream.range(0, 2).mapToObj(i -> Block.init(seed.fold(1).fold(i))).toList(),
          RmsNorm.init(DType.F32, DIM),
          Linear.init(seed.fold(2), DType.F32, DIM, 256));
    }

    /** ids [T] -> logits [T, V]. */
    Tensor forward(Tensor ids, Packing packing) {
      Tensor x = embedding.forward(ids);
      for (Block block : blocks) x = block.forward(x, packing);
      return head.forward(norm.forward(x));
    }

    Tensor loss(Batch batch) {
      return Losses.crossEntropy(forward(batch.inputs(), batch.packing()), batch.targets());
    }
  }

  /** Trains, and returns what the model makes of the first word. */
  static String train(int steps) {
    try (var _ = TensorScope.open()) {
      var batches = new Batches(TEXT.repeat(4).getBytes(UTF_8), 4, 64);
      var model = Model.init(Key.of(1));
      var optimizer = AdamW.of(Schedule.warmUpCosine(1e-2, 1e-4, steps / 10, steps));
      var state = optimizer.init(model);
      for (int step = 1; step <= steps; step++) {
        try (var _ = TensorScope.open()) {
          var batch = batches.at(Key.of(2), step);
          var loss = Grad.valueAndGrad(model, m -> m.loss(batch));
          var next = optimizer.update(model, loss.gradient(), state);
          model = next.model();
          state = next.state();
          if (step % 20 == 0) System.out.printf("step %d  loss %.3f%n", step, loss.value().item());
        }
      }
      return complete(model, "Ashlar");
    }
  }

  /** Continues a text to the length of the one that was learned, always by the likeliest byte. */
  private static String complete(Model model, String prompt) {
    int[] ids = prompt.chars().toArray();
    while (ids.length < TEXT.length()) {
      try (var _ = TensorScope.open()) {
        Tensor logits = model.forward(Tensor.of(ids), Packing.of(ids.length));
        int next = (int) logits.get(-1).argMax(0).item();
        ids = IntStream.concat(Arrays.stream(ids), IntStream.of(next)).toArray();
      }
    }
    return new String(ids, 0, ids.length);
  }

  /** Trains for some seconds and prints what was learned. */
  public static void main(String[] arguments) {
    System.out.println(train(200));
  }
}
