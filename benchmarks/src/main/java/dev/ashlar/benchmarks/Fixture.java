package dev.ashlar.benchmarks;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.spi.Parallel;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What every benchmark has: a number of threads, and a scope that its inputs live in. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public abstract class Fixture {
  /** How many threads the kernels share. */
  @Param({"1", "2"})
  public int threads;

  private TensorScope scope;

  /** Opens the scope of the inputs, and makes them. */
  @Setup
  public final void open() {
    Parallel.threads(threads);
    scope = TensorScope.open();
    setUp();
  }

  /** Frees the inputs. */
  @TearDown
  public final void close() {
    scope.close();
  }

  /** Makes the inputs. */
  abstract void setUp();

  static Tensor normal(int seed, int... dims) {
    return Tensor.normal(Key.of(seed), DType.F32, dims);
  }

  /** Returns what {@code body} returns, once the tensors it made are freed. */
  static <R> R inScope(Supplier<R> body) {
    try (var _ = TensorScope.open()) {
      return body.get();
    }
  }
}
