package dev.ashlar.moba;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.List;

/**
 * Chooses blocks of keys by their mean (MoBA, arXiv 2502.13189, section 2.2): query [T, H, D], key
 * [T, G, D] -> I32 [T, H, K], as {@link Selection} describes it.
 *
 * <p>A block's score is the product of the query with the mean of the block's keys. Each query gets
 * its own block and, of the past blocks, the {@code topK - 1} with the highest scores. Of equal
 * scores the lowest block wins; a score that is NaN counts as -infinity. The choice has no
 * gradient.
 */
public record BlockGate(MobaConfig config, Packing packing) implements Op.Custom {
  /**
   * Returns which blocks each query of [T, H, D] attends to, given key [T, G, D].
   *
   * @throws dev.ashlar.tensor.ShapeException if shapes, element types and packing do not fit
   */
  public Selection select(Tensor query, Tensor key) {
    Tensor blocks = Interpreter.call(this, query.stopGradient(), key.stopGradient());
    return new Selection(blocks, config.blockSize(), packing);
  }

  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    AttentionShapes.count(label(), 2, inputs);
    AttentionShapes.queryAndKey(label(), packing, inputs.get(0), inputs.get(1));
    Shape query = inputs.getFirst().shape();
    return List.of(new TensorSpec(DType.I32, query.with(2, config.chosen(packing))));
  }

  /** Chooses by plain loops; how means and scores are rounded is {@link BlockMeans}'s. */
  @Override
  public void compute(List<Operand> inputs, List<Operand> outputs) {
    Shape shape = inputs.getFirst().shape();
    double[] query = RowMajor.doubles(inputs.get(0));
    BlockMeans means = BlockMeans.of(inputs.get(1), packing, config.blockSize());
    Operand out = outputs.getFirst();
    int heads = shape.dim(1);
    int most = out.shape().dim(2);
    for (int s = 0; s < packing.sequences(); s++) {
      int start = packing.start(s);
      int first = means.firstBlock(s);
      Parallel.range(
          packing.length(s),
          16,
          (from, to) -> {
            TopBlocks top = new TopBlocks(config.topK() - 1, most);
            for (int i = (int) from * heads; i < to * heads; i++) {
              int own = i / heads / config.blockSize();
              int row = start * heads + i;
              top.clear();
              for (int b = 0; b < own; b++) top.offer(means.score(query, row, heads, first + b), b);
              top.write(own, out, (long) row * most);
            }
          });
    }
  }
}
