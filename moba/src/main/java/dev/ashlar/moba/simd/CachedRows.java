package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.store;

import dev.ashlar.moba.model.CachedAttention;
import dev.ashlar.tensor.simd.blocks.FloatBlock;
import dev.ashlar.tensor.simd.blocks.FloatRows;
import dev.ashlar.tensor.simd.lanes.VectorMath;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * {@link CachedAttention} in F32: a query at a time against keys and values where they lie, with a
 * running maximum and sum, a strip of keys after the other.
 */
final class CachedRows {
  /** Keys of a strip: whole vectors of scores. */
  private static final int STRIP = 64;

  /** Keys worth a task of their own, some microseconds. */
  private static final int GRAIN = 512;

  private final CachedAttention op;
  private final List<Operand> in;
  private final List<Operand> out;
  private final FloatRows queries;
  private final FloatRows keys;
  private final FloatRows values;
  private final FloatRows results;
  private final int heads;
  private final int groups;

  private CachedRows(CachedAttention op, List<Operand> in, List<Operand> out) {
    this.op = op;
    this.in = in;
    this.out = out;
    this.queries = FloatRows.of(in.get(0));
    this.keys = FloatRows.of(in.get(1));
    this.values = FloatRows.of(in.get(2));
    this.results = FloatRows.of(out.getFirst());
    this.heads = in.get(0).shape().dim(1);
    this.groups = in.get(1).shape().dim(1);
  }

  static void run(CachedAttention op, List<Operand> in, List<Operand> out) {
    var rows = new CachedRows(op, in, out);
    Parallel.range(
        rows.queries.count(),
        Math.max(1, GRAIN / Math.max(1, op.length())),
        (from, to) -> {
          Row row = rows.new Row();
          for (int i = (int) from; i < to; i++) row.attend(i);
        });
  }

  /** One query of one head after the other, by one thread. */
  private final class Row {
    private final FloatRows.Cursor query = queries.cursor(0);
    private final FloatRows.Cursor key = keys.cursor(1);
    private final FloatRows.Cursor value = values.cursor(2);
    private final FloatRows.Cursor result = results.cursor(3);
    private final int padded = queries.padded();
    private final float scale = (float) op.moba().scaleFor(queries.width());
    private final float[] lanes = new float[STRIP * LANES];
    private final float[] scores = new float[STRIP];
    private final float[] sum = new float[padded];
    private float max;
    private double total;

    void attend(int number) {
      int row = number / heads;
      int head = number % heads;
      int[] blocks = op.choose(in, out, row, head);
      long end = op.position(row, (int) (queries.count() / heads)) + 1L;
      int size = op.moba().blockSize();
      query.load(number, 0);
      max = -Float.MAX_VALUE; // a score of -infinity differs from -infinity by NaN
      total = 0;
      Arrays.fill(sum, 0);
      for (int block : blocks) {
        int stop = (int) Math.min(end, (block + 1L) * size);
        for (int from = block * size; from < stop; from += STRIP) {
          strip(from, Math.min(STRIP, stop - from), head / (heads / groups));
        }
      }
      result.begin(number);
      divide(sum, (float) total, result.data(), result.at());
      result.store(number);
    }

    private void strip(int from, int count, int group) {
      float greatest = Float.NEGATIVE_INFINITY;
      for (int j = 0; j < count; j++) {
        key.load((from + j) * (long) groups + group, 0);
        product(query, key, padded, lanes, j * LANES);
      }
      for (int j = 0; j < count; j++) {
        scores[j] = scale * laneSum(lanes, j * LANES);
        if (scores[j] > greatest) greatest = scores[j];
      }
      if (greatest > max) raise(greatest);
      // e^-infinity is 0.
      Arrays.fill(scores, count, STRIP, Float.NEGATIVE_INFINITY);
      powers(scores, max);
      for (int j = 0; j < count; j++) {
        total += scores[j];
        value.load((from + j) * (long) groups + group, 0);
        add(scores[j], value, sum);
      }
    }

    private void raise(float greatest) {
      float shrink = (float) Math.exp(max - greatest);
      total *= shrink;
      for (int d = 0; d < sum.length; d++) sum[d] *= shrink;
      max = greatest;
    }
  }

  /** Stores the lanes of the product of two rows. */
  private static void product(FloatBlock x, FloatBlock y, int count, float[] to, int at) {
    MemorySegment xs = x.data();
    long xAt = x.at();
    MemorySegment ys = y.data();
    long yAt = y.at();
    FloatVector sum = FloatVector.zero(SPECIES);
    for (int i = 0; i < count; i += LANES) {
      sum = load(xs, xAt + i * 4L).fma(load(ys, yAt + i * 4L), sum);
    }
    sum.intoArray(to, at);
  }

  private static float laneSum(float[] lanes, int at) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    for (int l = at; l < at + LANES; l += 4) {
      sum0 += lanes[l];
      sum1 += lanes[l + 1];
      sum2 += lanes[l + 2];
      sum3 += lanes[l + 3];
    }
    return sum0 + sum1 + (sum2 + sum3);
  }

  private static void powers(float[] scores, float max) {
    for (int i = 0; i < scores.length; i += LANES) {
      FloatVector below = FloatVector.fromArray(SPECIES, scores, i).sub(max);
      VectorMath.expFlushed(below).intoArray(scores, i);
    }
  }

  private static void add(float weight, FloatBlock row, float[] sum) {
    MemorySegment xs = row.data();
    long at = row.at();
    FloatVector weights = FloatVector.broadcast(SPECIES, weight);
    for (int i = 0; i < sum.length; i += LANES) {
      FloatVector so = FloatVector.fromArray(SPECIES, sum, i);
      weights.fma(load(xs, at + i * 4L), so).intoArray(sum, i);
    }
  }

  private static void divide(float[] sum, float total, MemorySegment to, long at) {
    for (int i = 0; i < sum.length; i += LANES) {
      store(FloatVector.fromArray(SPECIES, sum, i).div(total), to, at + i * 4L);
    }
  }
}
