package dev.ashlar.benchmarks;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import java.util.Random;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** One operation on [2048, 256]; {@code docs/performance.md} has its time beside libtorch's. */
public class OperationBenchmark extends Fixture {
  private static final int ROWS = 2048;
  private static final int COLUMNS = 256;

  /** What is done. */
  public enum Operation {
    /** x + y. */
    PLUS(at -> at.x.plus(at.y)),
    /** e^x. */
    EXP(at -> at.x.exp()),
    /** The natural logarithm. */
    LOG(at -> at.y.log()),
    /** y^x. */
    POW(at -> at.y.pow(at.x)),
    /** x³. */
    CUBE(at -> at.x.pow(3)),
    /** The hyperbolic tangent. */
    TANH(at -> at.x.tanh()),
    /** x · Φ(x). */
    GELU(at -> at.x.gelu()),
    /** x within -1 .. 1. */
    CLAMP(at -> at.x.clamp(-1, 1)),
    /** x where it is below y, else y. */
    WHERE(at -> at.x.less(at.y).where(at.x, at.y)),
    /** The sum of each row. */
    SUM_OF_ROWS(at -> at.x.sum(1)),
    /** The sum of each column. */
    SUM_OF_COLUMNS(at -> at.x.sum(0)),
    /** The greatest of each row. */
    MAX_OF_ROWS(at -> at.x.max(1)),
    /** The greatest of each column. */
    MAX_OF_COLUMNS(at -> at.x.max(0)),
    /** Where in each row the greatest stands. */
    ARG_MAX(at -> at.x.argMax(1)),
    /** Softmax of columns. */
    SOFTMAX_OF_COLUMNS(at -> at.x.softmax(0)),
    /** Running sums of rows. */
    RUNNING_SUM(at -> at.x.cumSum(1)),
    /** Rows in order. */
    SORT(at -> at.x.sort(1, false)),
    /** The five greatest of each row. */
    TOP_5(at -> at.x.topK(5, 1)),
    /** Numbers of each row by an index each. */
    GATHER(at -> at.x.gather(1, at.index)),
    /** Numbers added to each row by an index each. */
    SCATTER_ADD(at -> at.x.scatterAdd(1, at.index, at.y)),
    /** Columns by an index. */
    COLUMNS_BY_INDEX(at -> at.x.indexSelect(1, at.index.get(0))),
    /** A copy with rows for columns. */
    TRANSPOSED_COPY(at -> at.x.transpose().copy()),
    /** e^x of the transposed. */
    EXP_OF_TRANSPOSED(at -> at.x.transpose().exp()),
    /** Uniform numbers. */
    UNIFORM(at -> Tensor.uniform(Key.of(4), at.dtype, ROWS, COLUMNS)),
    /** Normal numbers. */
    NORMAL(at -> Tensor.normal(Key.of(4), at.dtype, ROWS, COLUMNS));

    private final Function<OperationBenchmark, Object> body;

    Operation(Function<OperationBenchmark, Object> body) {
      this.body = body;
    }
  }

  /** What is done. */
  @Param public Operation operation;

  /** Of which numbers. */
  @Param({"F32", "F64"})
  public DType dtype;

  private Tensor x;
  private Tensor y;
  private Tensor index;

  @Override
  void setUp() {
    x = Tensor.normal(Key.of(1), dtype, ROWS, COLUMNS);
    y = Tensor.normal(Key.of(2), dtype, ROWS, COLUMNS).abs().plus(0.1);
    int[] columns = new Random(3).ints(ROWS * COLUMNS, 0, COLUMNS).toArray();
    index = Tensor.of(Shape.of(ROWS, COLUMNS), columns);
  }

  /** The operation. */
  @Benchmark
  public Object run() {
    return inScope(() -> operation.body.apply(this));
  }
}
