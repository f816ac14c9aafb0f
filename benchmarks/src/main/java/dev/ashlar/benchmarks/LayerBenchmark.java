package dev.ashlar.benchmarks;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.nn.Losses;
import dev.ashlar.autodiff.nn.RmsNorm;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Tensor;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;

/** Softmax, RMS norm and cross-entropy, forward and with their gradients. */
public class LayerBenchmark extends Fixture {
  private static final int CLASSES = 32_768;

  private Tensor scores;
  private Tensor stream;
  private RmsNorm norm;
  private Tensor logits;
  private Tensor targets;

  @Override
  void setUp() {
    scores = normal(1, 1024, 512);
    stream = normal(2, 2048, 256);
    norm = RmsNorm.init(DType.F32, 256);
    logits = normal(3, 64, CLASSES);
    targets = Tensor.of(new Random(1).ints(64, 0, CLASSES).toArray());
  }

  /** Softmax of [1024, 512] along the last axis. */
  @Benchmark
  public Object softmax() {
    return inScope(() -> scores.softmax(-1));
  }

  /** RMS norm of [2048, 256]. */
  @Benchmark
  public Object rmsNorm() {
    return inScope(() -> norm.forward(stream));
  }

  /** RMS norm of [2048, 256], summed up, and the gradient in its input. */
  @Benchmark
  public Object rmsNormBoth() {
    return inScope(() -> Grad.valueAndGrad(stream, x -> norm.forward(x).sum()));
  }

  /** Mean cross-entropy of 64 rows of 32,768 classes. */
  @Benchmark
  public Object crossEntropy() {
    return inScope(() -> Losses.crossEntropy(logits, targets));
  }

  /** Mean cross-entropy of 64 rows of 32,768 classes, and its gradient. */
  @Benchmark
  public Object crossEntropyBoth() {
    return inScope(() -> Grad.valueAndGrad(logits, x -> Losses.crossEntropy(x, targets)));
  }
}
