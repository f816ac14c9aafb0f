package dev.ashlar.examples.bench;

import dev.ashlar.tensor.spi.Parallel;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The most floating-point operations that Java code can make: fused multiply-adds on registers,
 * with enough of them under way to hide how long each takes.
 */
final class Peak {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int CHAINS = 12;
  private static final int LENGTH = 200_000;
  private static final int CHUNKS_PER_THREAD = 8;

  private Peak() {}

  /** Returns the bits of a vector. */
  static int vectorBits() {
    return SPECIES.vectorBitSize();
  }

  /** Returns the loop on as many threads as kernels use now. */
  static Work work() {
    int chunks = CHUNKS_PER_THREAD * Parallel.threads();
    float[] sink = new float[chunks * LANES];
    return new Work(
        "peak",
        2.0 * chunks * LENGTH * CHAINS * LANES,
        () ->
            Parallel.range(
                chunks,
                1,
                (from, to) -> {
                  for (int chunk = (int) from; chunk < to; chunk++) loop(sink, chunk * LANES);
                }));
  }

  private static void loop(float[] sink, int at) {
    FloatVector x = FloatVector.broadcast(SPECIES, 0.999f);
    FloatVector y = FloatVector.broadcast(SPECIES, 0.001f);
    FloatVector a = x;
    FloatVector b = x;
    FloatVector c = x;
    FloatVector d = x;
    FloatVector e = x;
    FloatVector f = x;
    FloatVector g = x;
    FloatVector h = x;
    FloatVector i = x;
    FloatVector j = x;
    FloatVector k = x;
    FloatVector l = x;
    for (int n = 0; n < LENGTH; n++) {
      a = a.fma(x, y);
      b = b.fma(x, y);
      c = c.fma(x, y);
      d = d.fma(x, y);
      e = e.fma(x, y);
      f = f.fma(x, y);
      g = g.fma(x, y);
      h = h.fma(x, y);
      i = i.fma(x, y);
      j = j.fma(x, y);
      k = k.fma(x, y);
      l = l.fma(x, y);
    }
    FloatVector first = a.add(b).add(c).add(d).add(e).add(f);
    FloatVector second = g.add(h).add(i).add(j).add(k).add(l);
    first.add(second).intoArray(sink, at);
  }
}
