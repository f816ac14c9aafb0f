package dev.ashlar.moba.model;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The operations of {@link KvCache}: none has a gradient. */
final class CacheOps {
  private CacheOps() {}

  /**
   * (cache [S, G, D], rows [T, G, D]): the cache with the rows written at row {@code at}, in its
   * own memory.
   */
  record Append(int at) implements Op.Custom {
    @Override
    public List<TensorSpec> specs(List<TensorSpec> inputs) {
      TensorSpec cache = inputs.get(0);
      TensorSpec rows = inputs.get(1);
      boolean fits =
          cache.dtype() == rows.dtype()
              && cache.shape().equals(rows.shape().with(0, cache.shape().dim(0)))
              && at + rows.shape().dim(0) <= cache.shape().dim(0);
      if (!fits)
        throw new ShapeException("append: %s does not fit into %s at row %d", rows, cache, at);
      return List.of(cache);
    }

    @Override
    public List<Integer> donations() {
      return List.of(0);
    }

    @Override
    public void compute(List<Operand> inputs, List<Operand> outputs) {
      Operand rows = inputs.get(1);
      Operand cache = outputs.getFirst();
      Shape shape = rows.shape();
      boolean copies = isPacked(rows) && isPacked(cache);
      for (int t = 0; t < shape.dim(0); t++) {
        for (int g = 0; g < shape.dim(1); g++) {
          if (copies) {
            copy(rows, index(rows, t, g, 0), cache, index(cache, at + t, g, 0), shape.dim(2));
            continue;
          }
          for (int d = 0; d < shape.dim(2); d++) {
            cache.setDouble(index(cache, at + t, g, d), rows.getDouble(index(rows, t, g, d)));
          }
        }
      }
    }

    private static boolean isPacked(Operand heads) {
      return heads.layout().strideElements(2) == 1;
    }

    private static void copy(Operand from, long fromAt, Operand to, long toAt, int count) {
      long bytes = from.dtype().byteSize();
      MemorySegment.copy(from.data(), fromAt * bytes, to.data(), toAt * bytes, count * bytes);
    }
  }

  /**
   * (means F64 [N, G, D], keys [S, G, D]): the means with blocks {@code from} .. {@code to} set, in
   * place.
   */
  record Means(int blockSize, int from, int to) implements Op.Custom {
    @Override
    public List<TensorSpec> specs(List<TensorSpec> inputs) {
      return List.of(inputs.getFirst());
    }

    @Override
    public List<Integer> donations() {
      return List.of(0);
    }

    @Override
    public void compute(List<Operand> inputs, List<Operand> outputs) {
      Operand keys = inputs.get(1);
      Operand means = outputs.getFirst();
      HeadReader reader = new HeadReader(keys);
      for (int block = from; block < to; block++) {
        for (int g = 0; g < keys.shape().dim(1); g++) {
          double[] sum = sum(reader, block, g, keys.shape().dim(2));
          for (int d = 0; d < sum.length; d++) {
            double mean = sum[d] / blockSize;
            means.setDouble(
                index(means, block, g, d), keys.dtype() == DType.F32 ? (float) mean : mean);
          }
        }
      }
    }

    /** Sums as BlockGate does, so that both choose the same blocks. */
    private double[] sum(HeadReader keys, int block, int g, int headDim) {
      double[] sum = new double[headDim];
      double[] key = new double[headDim];
      for (int j = block * blockSize; j < (block + 1) * blockSize; j++) {
        keys.read(j, g, key);
        for (int d = 0; d < headDim; d++) sum[d] += key[d];
      }
      return sum;
    }
  }

  /** Returns where element [i, j, d] lies. */
  static long index(Operand operand, int i, int j, int d) {
    Layout layout = operand.layout();
    return layout.offsetElements()
        + i * layout.strideElements(0)
        + j * layout.strideElements(1)
        + d * layout.strideElements(2);
  }
}
