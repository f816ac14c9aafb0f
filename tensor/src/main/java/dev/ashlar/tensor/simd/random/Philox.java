package dev.ashlar.tensor.simd.random;

import dev.ashlar.tensor.Key;
import java.util.stream.LongStream;

/**
 * Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) for many
 * counters at once: what {@link Key#bits} is for one. Plain loops over an array, of which C2 makes
 * vectors: a model's weights are drawn while a program starts, and vectors of the Vector API are
 * slow until they are compiled.
 */
final class Philox {
  /** Counters at once. */
  static final int SIZE = 512;

  /** A number that is not a power of two: words that lie so far apart share lines of the cache. */
  private static final int PITCH = SIZE + 24;

  private static final long LOW = 0xFFFFFFFFL;

  /** 0, 1, …: C2 makes no vectors of whole numbers that it would have to widen. */
  private static final long[] COUNT = LongStream.range(0, SIZE).toArray();

  /**
   * The four words of each counter, first words, then the second ones, …: in one array, so that C2
   * sees that they are not the same ones. Each has 64 bits, whose upper half means nothing until a
   * product needs it to be zero.
   */
  private final long[] words = new long[4 * PITCH];

  /** Draws the bits of the indices first, first + step, …: the first of the array it returns. */
  long[] bits(Key key, long first, int step) {
    start(words, key.stream(), first, step);
    long k0 = key.seed();
    long k1 = key.seed() >>> 32;
    for (int round = 0; round < 10; round++) {
      round(words, k0, k1);
      k0 += 0x9E3779B9L;
      k1 += 0xBB67AE85L;
    }
    join(words);
    return words;
  }

  private static void start(long[] words, long stream, long first, long step) {
    for (int i = 0; i < SIZE; i++) {
      long index = first + COUNT[i] * step;
      words[i] = index;
      words[PITCH + i] = index >>> 32;
      words[2 * PITCH + i] = stream;
      words[3 * PITCH + i] = stream >>> 32;
    }
  }

  private static void round(long[] words, long k0, long k1) {
    for (int i = 0; i < SIZE; i++) {
      long p0 = (words[i] & LOW) * 0xD2511F53L;
      long p1 = (words[2 * PITCH + i] & LOW) * 0xCD9E8D57L;
      words[i] = p1 >>> 32 ^ words[PITCH + i] ^ k0;
      words[PITCH + i] = p1;
      words[2 * PITCH + i] = p0 >>> 32 ^ words[3 * PITCH + i] ^ k1;
      words[3 * PITCH + i] = p0;
    }
  }

  private static void join(long[] words) {
    for (int i = 0; i < SIZE; i++) words[i] = words[PITCH + i] << 32 | words[i] & LOW;
  }
}
