package dev.ashlar.benchmarks;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.moba.Moba;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.Tensor;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Causal attention of one sequence, 4 heads of 64, dense and by blocks. */
public class AttentionBenchmark extends Fixture {
  /** Tokens. */
  @Param({"1024", "4096"})
  public int length;

  private record Inputs(Tensor query, Tensor key, Tensor value) {}

  private final MobaConfig blocks = new MobaConfig(512, 3);
  private Packing packing;
  private Inputs inputs;
  private Tensor dOut;

  @Override
  void setUp() {
    packing = Packing.of(length);
    inputs = new Inputs(heads(1), heads(2), heads(3));
    dOut = heads(4);
  }

  private Tensor heads(int seed) {
    return normal(seed, length, 4, 64);
  }

  private Tensor dense(Inputs in) {
    return Moba.dense(in.query(), in.key(), in.value(), packing);
  }

  private Tensor moba(Inputs in) {
    return Moba.attention(in.query(), in.key(), in.value(), packing, blocks);
  }

  private Object gradient(Function<Inputs, Tensor> attention) {
    return inScope(() -> Grad.valueAndGrad(inputs, in -> attention.apply(in).times(dOut).sum()));
  }

  /** Dense attention. */
  @Benchmark
  public Object denseForward() {
    return inScope(() -> dense(inputs));
  }

  /** Dense attention and its gradients. */
  @Benchmark
  public Object denseBoth() {
    return gradient(this::dense);
  }

  /** Block attention, 3 blocks of 512. */
  @Benchmark
  public Object mobaForward() {
    return inScope(() -> moba(inputs));
  }

  /** Block attention, 3 blocks of 512, and its gradients. */
  @Benchmark
  public Object mobaBoth() {
    return gradient(this::moba);
  }
}
