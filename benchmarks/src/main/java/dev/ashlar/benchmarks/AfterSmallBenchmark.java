package dev.ashlar.benchmarks;

import dev.ashlar.autodiff.nn.RmsNorm;
import dev.ashlar.autodiff.nn.SwiGluOp;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Tensor;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * Operations on [2048, 256] in a JVM that has seen them on small tensors before: what it compiled
 * then must not be slow now.
 */
public class AfterSmallBenchmark extends Fixture {
  private static final long NANOS_OF_EACH = 700_000_000;

  /** What comes first. */
  public enum First {
    /** Nothing. */
    NOTHING,
    /** Many rows, most shorter than a vector or a few of them. */
    THIN(new int[][] {{3000, 7}, {2000, 250}, {3000, 33}, {5000, 1}, {300, 1001}, {4000, 17}}),
    /** A few numbers. */
    TINY(new int[][] {{1, 1}, {2, 3}, {1, 8}, {3, 5}, {4, 16}});

    private final int[][] shapes;

    First(int[]... shapes) {
      this.shapes = shapes;
    }
  }

  /** What is done. */
  public enum Operation {
    /** The sum of each row. */
    SUM_OF_ROWS(x -> x.sum(-1)),
    /** The sum of all. */
    SUM_OF_ALL(x -> x.sum()),
    /** The greatest of each row. */
    MAX_OF_ROWS(x -> x.max(-1)),
    /** The hyperbolic tangent. */
    TANH(Tensor::tanh),
    /** RMS norm. */
    RMS_NORM(x -> RmsNorm.init(DType.F32, x.dim(1)).forward(x)),
    /** The gradient of SwiGLU. */
    SWIGLU_BACK(x -> Interpreter.callAll(new SwiGluOp.Backward(), x, x, x));

    private final Function<Tensor, Object> body;

    Operation(Function<Tensor, Object> body) {
      this.body = body;
    }

    Object apply(Tensor x) {
      return body.apply(x);
    }
  }

  /** What comes first. */
  @Param public First first;

  /** What is measured. */
  @Param public Operation operation;

  private Tensor x;

  @Override
  void setUp() {
    for (int[] shape : first.shapes) {
      Tensor small = normal(1, shape);
      long end = System.nanoTime() + NANOS_OF_EACH;
      while (System.nanoTime() < end) inScope(() -> operation.apply(small));
    }
    x = normal(2, 2048, 256);
  }

  /** The operation on [2048, 256]. */
  @Benchmark
  public Object run() {
    return inScope(() -> operation.apply(x));
  }
}
