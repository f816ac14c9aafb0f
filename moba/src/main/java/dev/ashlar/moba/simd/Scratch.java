package dev.ashlar.moba.simd;

import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Large arrays for the next call: the JVM fills a new array with zeros on one thread, which takes
 * as long as to fill it with what it is for. Held softly: they go when memory is short.
 */
final class Scratch {
  // Beyond, arrays are made anew: what they are for takes longer too.
  private static final long MOST_BYTES = Math.min(512L << 20, Runtime.getRuntime().maxMemory() / 8);

  /**
   * Where arrays should begin to hold vectors: G1 gives a large array regions of its own, in which
   * numbers come after 16 bytes, and a vector that lies in two lines of the cache is read twice.
   */
  static final int FIRST = 64 / Float.BYTES - 4;

  private static final List<SoftReference<float[]>> FREE = new ArrayList<>();

  private Scratch() {}

  /** Returns an array with any numbers in it. */
  static float[] take(int size) {
    synchronized (FREE) {
      for (int i = FREE.size() - 1; i >= 0; i--) {
        float[] numbers = FREE.get(i).get();
        if (numbers == null || numbers.length == size) FREE.remove(i);
        if (numbers != null && numbers.length == size) return numbers;
      }
    }
    return new float[size];
  }

  /** Takes arrays back that nobody reads or writes any more, unless there are too many. */
  static void give(float[]... arrays) {
    synchronized (FREE) {
      long bytes = 0;
      for (SoftReference<float[]> each : FREE) bytes += bytes(each.get());
      // The longest unused go first.
      for (float[] numbers : arrays) {
        FREE.add(new SoftReference<>(numbers));
        bytes += bytes(numbers);
      }
      while (bytes > MOST_BYTES) bytes -= bytes(FREE.removeFirst().get());
    }
  }

  private static long bytes(float @Nullable [] numbers) {
    return numbers == null ? 0 : (long) numbers.length * Float.BYTES;
  }
}
