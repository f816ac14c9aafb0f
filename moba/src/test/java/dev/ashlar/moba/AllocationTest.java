package dev.ashlar.moba;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.management.ThreadMXBean;
import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.nn.LayerNorm;
import dev.ashlar.autodiff.nn.Linear;
import dev.ashlar.autodiff.nn.Losses;
import dev.ashlar.autodiff.nn.RmsNorm;
import dev.ashlar.autodiff.nn.SwiGlu;
import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.Clipping;
import dev.ashlar.autodiff.optim.Sgd;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.OwnJvm;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.spi.Parallel;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

/**
 * Holds compiled kernels to making no object of a vector: a loop for which C2 gives that up is many
 * times slower for as long as the program lives (ADR 14). It shows in what a call allocates: some
 * 100 bytes for each vector of 512 bits, or for two of 256. Each work is large enough that a single
 * loop's vectors exceed what it may allocate: the tape's records and, of attention in F64, arrays.
 */
final class AllocationTest {
  // A layer goes through 12,800 vectors or more, attention through 100,000 and more.
  private static final long MOST = 1 << 20;
  private static final long MOST_OF_ATTENTION = 3 << 19;

  // A product goes through 4096, and has no tape.
  private static final long MOST_OF_PRODUCT = 1 << 17;

  private static final String FEW = ": few";

  private static final int ROWS = 1024;
  private static final int WIDTH = 256;
  private static final int CLASSES = 200;
  private static final int TOKENS = 256;

  @Test
  void compiledKernelsPutNoVectorIntoAnObject() throws IOException, InterruptedException {
    // Of shorter ones of F64 C2 has no masks on every processor.
    assumeThat(FloatVector.SPECIES_PREFERRED.vectorByteSize()).isGreaterThanOrEqualTo(32);
    OwnJvm.Ended ended = OwnJvm.asThis("-Xbatch").run(AllocationTest.class);
    assertThat(ended.exitCode()).isZero();
    List<String> lines = ended.lines();
    assertThat(lines).hasSizeGreaterThan(30);
    assertThat(lines).allMatch(line -> line.endsWith(FEW));
  }

  /** Prints what a call of each work allocates once it is compiled. */
  public static void main(String[] none) {
    Parallel.threads(1);
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      try (var _ = TensorScope.open()) {
        var works = new LinkedHashMap<String, Work>();
        addLayers(works, dtype);
        addOptimizers(works, dtype);
        addProducts(works, dtype);
        addAttention(works, dtype);
        works.forEach((name, work) -> System.out.println(dtype + " " + name + work.report()));
      }
    }
  }

  private static void addLayers(Map<String, Work> works, DType dtype) {
    Tensor x = normal(dtype, 1, ROWS, WIDTH);
    Tensor targets = Tensor.of(new Random(1).ints(ROWS, 0, CLASSES).toArray());
    RmsNorm rms = RmsNorm.init(dtype, WIDTH);
    LayerNorm layer = LayerNorm.init(dtype, WIDTH);
    SwiGlu swiGlu = SwiGlu.init(Key.of(2), dtype, WIDTH, WIDTH);
    Linear head = Linear.init(Key.of(3), dtype, WIDTH, CLASSES);
    Tensor logits = normal(dtype, 4, ROWS, CLASSES);
    Tensor table = normal(dtype, 5, CLASSES, WIDTH);
    works.put("RMS norm", gradient(MOST, rms, m -> m.forward(x)));
    works.put("RMS norm of", gradient(x, rms::forward));
    works.put("layer norm", gradient(MOST, layer, m -> m.forward(x)));
    works.put("layer norm of", gradient(x, layer::forward));
    works.put("SwiGLU", gradient(x, swiGlu::forward));
    works.put("cross-entropy", gradient(logits, t -> Losses.crossEntropy(t, targets)));
    works.put("linear loss", gradient(x, t -> Losses.linearCrossEntropy(t, head, targets)));
    works.put("embedding", gradient(table, t -> t.indexSelect(0, targets)));
  }

  private static void addOptimizers(Map<String, Work> works, DType dtype) {
    Tensor x = normal(dtype, 1, ROWS, WIDTH);
    AdamW adamW = AdamW.of(0.01);
    Sgd sgd = Sgd.of(0.01).withMomentum(0.9);
    works.put("AdamW", new Work(MOST, () -> adamW.update(x.copy(), x, adamW.init(x))));
    works.put("momentum", new Work(MOST, () -> sgd.update(x.copy(), x, sgd.init(x))));
    works.put("clipping", new Work(MOST, () -> Clipping.byGlobalNorm(x, 1)));
  }

  private static void addProducts(Map<String, Work> works, DType dtype) {
    Tensor x = normal(dtype, 1, TOKENS, WIDTH);
    for (int rows : new int[] {1, 4, 40, TOKENS}) {
      Tensor left = x.slice(0, 0, rows);
      works.put(rows + " rows, x W", new Work(MOST_OF_PRODUCT, () -> left.matmul(x)));
      works.put(rows + " rows, x W^T", new Work(MOST_OF_PRODUCT, () -> left.matmul(x.transpose())));
    }
  }

  private static void addAttention(Map<String, Work> works, DType dtype) {
    Tensor query = normal(dtype, 1, TOKENS, 2, 64);
    Tensor key = normal(dtype, 2, TOKENS, 2, 64);
    var config = new MobaConfig(32, 2);
    Packing packing = Packing.of(TOKENS);
    works.put("dense attention", attention(query, q -> Moba.dense(q, key, key, packing)));
    works.put("MoBA", attention(query, q -> Moba.attention(q, key, key, packing, config)));
    works.put("MoBA's keys", attention(key, k -> Moba.attention(query, k, k, packing, config)));
    if (dtype == DType.F64) return; // Positions have plain loops.
    Tensor rows = normal(dtype, 3, ROWS, 4, 64);
    works.put("RoPE", gradient(rows, q -> Rope.rotate(q, Packing.of(ROWS), 10_000)));
  }

  private static Work attention(Tensor of, Function<Tensor, Tensor> function) {
    return gradient(MOST_OF_ATTENTION, of, function);
  }

  private static Work gradient(Tensor of, Function<Tensor, Tensor> function) {
    return gradient(MOST, of, function);
  }

  private static <M> Work gradient(long most, M of, Function<M, Tensor> function) {
    return new Work(most, () -> Grad.grad(of, m -> function.apply(m).square().sum()));
  }

  private static Tensor normal(DType dtype, int seed, int... dims) {
    return Tensor.normal(Key.of(seed), dtype, dims);
  }

  /**
   * Something to do again and again.
   *
   * @param most the most bytes that it may allocate
   */
  private record Work(long most, Runnable body) {
    String report() {
      for (int i = 0; i < 200; i++) inScope();
      var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10; i++) inScope();
      long bytes = (threads.getCurrentThreadAllocatedBytes() - before) / 10;
      return " allocates " + bytes + " bytes" + (bytes <= most ? FEW : ": too many");
    }

    private void inScope() {
      try (var _ = TensorScope.open()) {
        body.run();
      }
    }
  }
}
