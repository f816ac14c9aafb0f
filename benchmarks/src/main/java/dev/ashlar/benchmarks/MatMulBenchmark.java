package dev.ashlar.benchmarks;

import dev.ashlar.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Products of square matrices. */
public class MatMulBenchmark extends Fixture {
  /** Rows and columns. */
  @Param({"64", "256", "1024"})
  public int size;

  private Tensor left;
  private Tensor right;

  @Override
  void setUp() {
    left = normal(1, size, size);
    right = normal(2, size, size);
  }

  /** Multiplies [N, N] by [N, N]. */
  @Benchmark
  public Object plain() {
    return inScope(() -> left.matmul(right));
  }

  /** Multiplies [N, N] by the transpose of [N, N], as a linear layer does. */
  @Benchmark
  public Object rightTransposed() {
    return inScope(() -> left.matmul(right.transpose()));
  }

  /** Multiplies the transpose of [N, N] by [N, N], as the gradient of a weight does. */
  @Benchmark
  public Object leftTransposed() {
    return inScope(() -> left.transpose().matmul(right));
  }
}
