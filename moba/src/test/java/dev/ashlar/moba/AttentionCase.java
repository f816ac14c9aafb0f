package dev.ashlar.moba;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A small problem of block attention: what jqwik draws, shrinks and shows.
 *
 * @param lengths of the packed sequences
 * @param keyHeads G
 * @param group query heads to a key-value head: H = G · group
 */
record AttentionCase(
    List<Integer> lengths,
    int keyHeads,
    int group,
    int headDim,
    int blockSize,
    int topK,
    Numbers numbers,
    long seed) {

  /** What kind of numbers the inputs hold. */
  enum Numbers {
    NORMAL,
    /** Whole numbers from -2 to 2: blocks often tie, and every sum is exact. */
    INTEGER,
    /** Keys that are all zero: every score ties. */
    ZERO_KEYS,
    /** Logits of up to several hundreds. */
    LARGE,
    TINY
  }

  Packing packing() {
    return Packing.of(lengths.stream().mapToInt(n -> n).toArray());
  }

  MobaConfig config() {
    return new MobaConfig(blockSize, topK);
  }

  BlockGate gate() {
    return new BlockGate(config(), packing());
  }

  int heads() {
    return keyHeads * group;
  }

  Shape queryShape() {
    return Shape.of(packing().total(), heads(), headDim);
  }

  Shape keyShape() {
    return Shape.of(packing().total(), keyHeads, headDim);
  }

  AttentionCase with(MobaConfig other) {
    return new AttentionCase(
        lengths, keyHeads, group, headDim, other.blockSize(), other.topK(), numbers, seed);
  }

  AttentionCase withLengths(List<Integer> other) {
    return new AttentionCase(other, keyHeads, group, headDim, blockSize, topK, numbers, seed);
  }

  AttentionCase redrawn() {
    return new AttentionCase(lengths, keyHeads, group, headDim, blockSize, topK, numbers, seed + 1);
  }

  /** Draws the inputs; all are exact in float32. */
  AttentionInputs inputs() {
    var random = new SplittableRandom(seed);
    int queries = (int) queryShape().size();
    int keys = (int) keyShape().size();
    double[] query = draw(random, queries, numbers == Numbers.LARGE ? 12 : 1);
    double[] key = draw(random, keys, numbers == Numbers.LARGE ? 12 : 1);
    if (numbers == Numbers.ZERO_KEYS) key = new double[keys];
    return new AttentionInputs(
        this,
        query,
        key,
        draw(random, keys, 1),
        draw(random, queries, 1),
        draw(random, queries / headDim, 1));
  }

  private double[] draw(SplittableRandom random, int count, double scale) {
    double[] out = new double[count];
    for (int i = 0; i < count; i++) {
      out[i] =
          switch (numbers) {
            case INTEGER -> random.nextInt(-2, 3);
            case TINY -> (float) (0.01 * random.nextGaussian());
            case NORMAL, ZERO_KEYS, LARGE -> (float) (scale * random.nextGaussian());
          };
    }
    return out;
  }

  static Tensor tensor(DType dtype, Shape shape, double[] numbers) {
    if (dtype == DType.F64) return Tensor.of(shape, numbers);
    float[] narrow = new float[numbers.length];
    for (int i = 0; i < narrow.length; i++) narrow[i] = (float) numbers[i];
    return Tensor.of(shape, narrow);
  }
}
