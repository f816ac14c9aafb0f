package dev.ashlar.tensor.simd.lanes;

import java.util.Arrays;

/**
 * Part of an array, for numbers that kernels work on: it begins with a line of the cache, so that
 * no vector lies across two lines, where it takes two loads or two stores. The JVM does not say
 * where in memory an array is, nor does it keep it there. But the collector G1 gives an array of
 * more than half a region regions of its own, in which its numbers come after a header of 16 bytes.
 * So several rooms share an array of that size. With another collector they may begin anywhere.
 * (HotSpot Virtual Machine Garbage Collection Tuning Guide, "Humongous Objects".)
 *
 * @param numbers the array; what is outside this part belongs to others
 * @param at where the part begins
 * @param size how many numbers it has
 */
public record Room(float[] numbers, int at, int size) {
  /** The numbers of a line of the cache. */
  private static final int LINE = 64 / Float.BYTES;

  private static final int HEADER = 16 / Float.BYTES;

  /** Where the first line begins in an array that has regions of its own. */
  private static final int FIRST = LINE - HEADER;

  /** The longest array that fits into a region, as G1 sizes it by itself. */
  private static final int REGION = region(Runtime.getRuntime().maxMemory()) - HEADER;

  private static final int MOST = Integer.MAX_VALUE - 8 - LINE;

  private static float[] shared = new float[0];
  private static int taken = FIRST;

  /**
   * Returns room for [size] numbers that nobody else has, with zeros in it.
   *
   * @throws IllegalArgumentException if no array holds so many, or there are fewer than none
   */
  public static Room of(int size) {
    if (size < 0 || !fits(size)) {
      throw new IllegalArgumentException(
          "room: for " + size + " numbers; it can have 0 to " + MOST + ", so take several");
    }
    if (size > REGION / 2) return new Room(new float[FIRST + size], FIRST, size);
    synchronized (Room.class) {
      if (taken + size > shared.length) {
        shared = new float[REGION];
        taken = FIRST;
      }
      Room room = new Room(shared, taken, size);
      taken += Math.ceilDiv(size, LINE) * LINE;
      return room;
    }
  }

  /** Sets all its numbers [size] to zero, and no others of the array. */
  public void clear() {
    Arrays.fill(numbers, at, at + size, 0);
  }

  /** Returns whether there can be room for so many numbers in an array. */
  public static boolean fits(long size) {
    return size <= MOST;
  }

  /** Returns the numbers of a region: a 2048th of the heap, from 1 to 32 MB, a power of two. */
  private static int region(long heapBytes) {
    long least = Math.clamp(heapBytes / 2048, 1 << 20, 32 << 20);
    return (int) (Long.highestOneBit(2 * least - 1) / Float.BYTES);
  }
}
