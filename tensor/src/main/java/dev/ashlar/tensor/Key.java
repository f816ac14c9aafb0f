package dev.ashlar.tensor;

import dev.ashlar.tensor.spi.Operand;

/**
 * The state of a random stream as a value: equal keys give equal numbers, on any number of threads.
 * Numbers come from Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC
 * 2011) with {@code seed} as its key and ({@code stream}, index) as its counter. Never use a key
 * twice: {@link #split} it.
 */
public record Key(long seed, long stream) {
  /** Returns the key of a seed. */
  public static Key of(long seed) {
    return new Key(seed, 0);
  }

  /** Returns the key that an operand I64 [2] holds, as a {@link KeyTensor} does. */
  public static Key of(Operand key) {
    long start = key.layout().offsetElements();
    return new Key(key.getLong(start), key.getLong(start + key.layout().strideElements(0)));
  }

  /** Returns {@code count} keys whose streams are independent of each other and of this one. */
  public Key[] split(int count) {
    if (count < 0)
      throw new IllegalArgumentException("split: count must not be negative, got " + count);
    Key[] keys = new Key[count];
    for (int i = 0; i < count; i++) keys[i] = fold(i);
    return keys;
  }

  /** Returns the key of sub-stream {@code number}: of a training step, a layer, a worker. */
  public Key fold(long number) {
    // The top bit of the stream keeps derivation apart from drawing.
    Key derivation = new Key(seed, stream | Long.MIN_VALUE);
    return new Key(derivation.bits(2 * number), derivation.bits(2 * number + 1) & Long.MAX_VALUE);
  }

  /** Returns 64 random bits: the number at {@code index} of this stream. */
  public long bits(long index) {
    int c0 = (int) index;
    int c1 = (int) (index >>> 32);
    int c2 = (int) stream;
    int c3 = (int) (stream >>> 32);
    int k0 = (int) seed;
    int k1 = (int) (seed >>> 32);
    for (int round = 0; round < 10; round++) {
      long p0 = 0xD2511F53L * (c0 & 0xFFFFFFFFL);
      long p1 = 0xCD9E8D57L * (c2 & 0xFFFFFFFFL);
      c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
      c1 = (int) p1;
      c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
      c3 = (int) p0;
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
    return (long) c1 << 32 | c0 & 0xFFFFFFFFL;
  }

  /** Returns the number at {@code index}, uniform in [0, 1), with 53 random bits. */
  public double uniform(long index) {
    return (bits(index) >>> 11) * 0x1p-53;
  }

  /**
   * Returns the number at {@code index}, uniform in [0, 1), with 24 random bits: exact as a float.
   */
  public float uniformFloat(long index) {
    return (bits(index) >>> 40) * 0x1p-24f;
  }

  /**
   * Returns the number at {@code index} of a standard normal distribution: an even one and the next
   * are the two numbers that two uniform ones make (Box and Muller, 1958).
   */
  public double normal(long index) {
    long pair = index & ~1L;
    double radius = StrictMath.sqrt(-2 * StrictMath.log1p(-uniform(pair)));
    double angle = 2 * Math.PI * uniform(pair + 1);
    return radius * (index == pair ? StrictMath.cos(angle) : StrictMath.sin(angle));
  }
}
