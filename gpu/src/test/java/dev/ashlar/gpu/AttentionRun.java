package dev.ashlar.gpu;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.Vjp;
import dev.ashlar.moba.Attended;
import dev.ashlar.moba.BlockGate;
import dev.ashlar.moba.FlashAttention;
import dev.ashlar.moba.MobaAttention;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.moba.Selection;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** Attention forward and backward as a function, to be run here and there. */
final class AttentionRun {
  private AttentionRun() {}

  /** Query and dOut [T, H, D], key and value [T, G, D], dLogSumExp [T, H]. */
  record In(Tensor query, Tensor key, Tensor value, Tensor dOut, Tensor dLogSumExp) {
    static In random(Packing packing, int heads, int keyHeads, int headDim) {
      int rows = packing.total();
      return new In(
          numbers(1, rows, heads, headDim),
          numbers(2, rows, keyHeads, headDim),
          numbers(3, rows, keyHeads, headDim),
          numbers(4, rows, heads, headDim),
          numbers(5, rows, heads));
    }

    private static Tensor numbers(long seed, int... dims) {
      return SampleData.numbers(DType.F32, seed, dims);
    }
  }

  /** What attention and its gradient answer. */
  record Out(Tensor out, Tensor logSumExp, Tensor dQuery, Tensor dKey, Tensor dValue) {
    List<Tensor> numbers() {
      return List.of(out, logSumExp, dQuery, dKey, dValue);
    }
  }

  private record Qkv(Tensor query, Tensor key, Tensor value) {}

  /** Returns the choice of blocks, I32 [T, H, K]. */
  static Function<In, Tensor> choice(Packing packing, MobaConfig config) {
    var gate = new BlockGate(config, packing);
    return in -> gate.select(in.query, in.key).blocks();
  }

  /** Returns attention over blocks that it chooses. */
  static Function<In, Out> moba(Packing packing, MobaConfig config) {
    var gate = new BlockGate(config, packing);
    var op = new MobaAttention(config, packing);
    return in -> {
      Selection selection = gate.select(in.query, in.key);
      return run(in, x -> op.attend(x.query, x.key, x.value, selection));
    };
  }

  /** Returns dense attention. */
  static Function<In, Out> dense(Packing packing) {
    var op = new FlashAttention(packing);
    return in -> run(in, x -> op.attend(x.query, x.key, x.value));
  }

  private static Out run(In in, Function<Qkv, Attended> attention) {
    Vjp<Qkv, Attended> pulled = Grad.vjp(new Qkv(in.query, in.key, in.value), attention);
    Qkv gradient = pulled.pullback(new Attended(in.dOut, in.dLogSumExp));
    Attended value = pulled.value();
    return new Out(value.out(), value.logSumExp(), gradient.query, gradient.key, gradient.value);
  }
}
