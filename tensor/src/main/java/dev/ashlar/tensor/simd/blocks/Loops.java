package dev.ashlar.tensor.simd.blocks;

import java.lang.foreign.MemorySegment;

/**
 * What loops of vectors take that {@link Apart} calls. A place in memory is a segment and a byte;
 * {@code count} is that of whole vectors.
 */
public final class Loops {
  private Loops() {}

  /** y[i] = f(x[i]). */
  @FunctionalInterface
  public interface Map {
    void compute(MemorySegment x, long xAt, MemorySegment y, long yAt, int count);
  }

  /** y[i] = f(a[i], b[i]). */
  @FunctionalInterface
  public interface Zip {
    void compute(
        MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment y, long yAt, int count);
  }

  /** y[i] = min(max(x[i], low[i]), high[i]). */
  @FunctionalInterface
  public interface Clamp {
    void compute(
        MemorySegment x,
        long xAt,
        MemorySegment low,
        long lowAt,
        MemorySegment high,
        long highAt,
        MemorySegment y,
        long yAt,
        int count);
  }

  /** y[i] = whether a[i] and b[i] compare so; up to the end of the last vector. */
  @FunctionalInterface
  public interface Compare<A> {
    void compute(A a, A b, boolean[] y, int count);
  }

  /** Folds lines of whole vectors to a vector each. */
  @FunctionalInterface
  public interface FoldLines {
    void compute(MemorySegment x, long at, long stride, int lines, int count, double[] lanes);
  }

  /** Folds rows of whole vectors into others. */
  @FunctionalInterface
  public interface FoldLanes {
    void compute(MemorySegment x, long at, long stride, int rows, MemorySegment into, int count);
  }
}
