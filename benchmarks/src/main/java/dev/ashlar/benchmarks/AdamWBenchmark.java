package dev.ashlar.benchmarks;

import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** An update of one parameter and its moments, in place. */
public class AdamWBenchmark extends Fixture {
  /** Numbers in the parameter. */
  @Param({"524288", "16777216"})
  public int size;

  private final AdamW optimizer = AdamW.of(1e-3);
  private Tensor gradient;
  private Tensor parameter;
  private AdamW.State<Tensor> state;

  @Override
  void setUp() {
    gradient = normal(1, size);
    parameter = normal(2, size);
    state = optimizer.init(parameter);
  }

  /** One update. */
  @Benchmark
  public Object update() {
    var next = optimizer.update(parameter, gradient, state);
    parameter = next.model();
    state = next.state();
    return parameter;
  }
}
