package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static jdk.incubator.vector.VectorOperators.EQ;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import jdk.incubator.vector.FloatVector;

/**
 * A tensor [T, H, D] in a float array, head by head, each row padded with zeros; with room behind
 * it for reading rows in eights.
 */
final class HeadRows {
  private static final int CHUNK = 32;

  final float[] numbers;
  final int depth;
  final boolean finite;
  private final int rows;

  private HeadRows(float[] numbers, int depth, int rows, boolean finite) {
    this.numbers = numbers;
    this.depth = depth;
    this.rows = rows;
    this.finite = finite;
  }

  /** Returns whether tensors of this shape fit into arrays. */
  static boolean fits(Shape shape) {
    long row = (long) shape.dim(1) * Products.padded(shape.dim(2));
    return row * (shape.dim(0) + Products.ROWS) < Integer.MAX_VALUE;
  }

  /** Returns the rows multiplied by a factor, in an array of {@link Scratch}. */
  static HeadRows of(Operand operand, float factor) {
    Shape shape = operand.shape();
    int rows = shape.dim(0);
    int depth = Products.padded(shape.dim(2));
    int end = shape.dim(1) * rows * depth;
    float[] numbers = Scratch.take(end + Products.ROWS * depth);
    Arrays.fill(numbers, end, numbers.length, 0);
    var finite = new AtomicBoolean(true);
    Parallel.range(
        rows,
        CHUNK,
        (from, to) -> {
          float[] chunk = new float[(int) (to - from) * shape.dim(1) * shape.dim(2)];
          read(operand, (int) from, (int) to, chunk);
          boolean good = spread(chunk, shape, (int) from, (int) to, depth, factor, numbers);
          if (!good) finite.set(false);
        });
    return new HeadRows(numbers, depth, rows, finite.get());
  }

  /** Reads the rows {@code from} to {@code to} in row-major order. */
  static void read(Operand operand, int from, int to, float[] chunk) {
    Layout layout = operand.layout();
    int width = layout.shape().dim(1) * layout.shape().dim(2);
    MemorySegment data = operand.data();
    if (operand.isContiguous()) {
      long bytes = operand.offsetBytes() + (long) from * width * Float.BYTES;
      MemorySegment.copy(data, ValueLayout.JAVA_FLOAT, bytes, chunk, 0, chunk.length);
      return;
    }
    long stride = layout.strideElements(2);
    int at = 0;
    for (int row = from; row < to; row++) {
      for (int head = 0; head < layout.shape().dim(1); head++) {
        long index =
            layout.offsetElements()
                + row * layout.strideElements(0)
                + head * layout.strideElements(1);
        for (int d = 0; d < layout.shape().dim(2); d++, index += stride) {
          chunk[at++] = data.getAtIndex(ValueLayout.JAVA_FLOAT, index);
        }
      }
    }
  }

  /** Returns whether all numbers were finite: of others 0 times the number is NaN. */
  private static boolean spread(
      float[] chunk, Shape shape, int from, int to, int depth, float factor, float[] numbers) {
    int heads = shape.dim(1);
    int size = shape.dim(2);
    // Rows of whole vectors go straight to their place, others are padded there first.
    boolean whole = size == depth;
    FloatVector check = FloatVector.zero(SPECIES);
    for (int i = 0; i < (to - from) * heads; i++) {
      int at = (i % heads * shape.dim(0) + from + i / heads) * depth;
      if (!whole) {
        System.arraycopy(chunk, i * size, numbers, at, size);
        Arrays.fill(numbers, at + size, at + depth, 0);
      }
      float[] source = whole ? chunk : numbers;
      int back = whole ? i * size - at : 0;
      for (int d = at; d < at + depth; d += LANES) {
        FloatVector x = FloatVector.fromArray(SPECIES, source, d + back);
        check = x.fma(FloatVector.zero(SPECIES), check);
        x.mul(factor).intoArray(numbers, d);
      }
    }
    return check.compare(EQ, 0f).allTrue();
  }

  /** Returns where a row of a head begins. */
  int at(int head, int row) {
    return (head * rows + row) * depth;
  }
}
