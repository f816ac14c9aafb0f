package dev.ashlar.tensor.simd.blocks;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Calls that C2 does not see through, so that it compiles what they call by itself. It stops taking
 * calls into a method that has 18,000 nodes, of which a loop of vectors has thousands: where a
 * caller is compiled before its loops, as after many calls on small tensors, it takes in one whole
 * loop and half of the next, whose vectors then become objects, for as long as the program lives.
 */
public final class Apart {
  // Not final: it sees through a handle that is constant.
  private static MethodHandle work =
      handle(FloatBlocks.Work.class, FloatBlock[].class, FloatBlock[].class, int.class);
  private static MethodHandle map =
      handle(
          Loops.Map.class,
          MemorySegment.class,
          long.class,
          MemorySegment.class,
          long.class,
          int.class);
  private static MethodHandle zip =
      handle(
          Loops.Zip.class,
          MemorySegment.class,
          long.class,
          MemorySegment.class,
          long.class,
          MemorySegment.class,
          long.class,
          int.class);
  private static MethodHandle clamp =
      handle(
          Loops.Clamp.class,
          MemorySegment.class,
          long.class,
          MemorySegment.class,
          long.class,
          MemorySegment.class,
          long.class,
          MemorySegment.class,
          long.class,
          int.class);
  private static MethodHandle tile =
      handle(Tile.Loop.class, Tile.class, Tile.class, int.class, int.class);
  private static MethodHandle lines =
      handle(
          Loops.FoldLines.class,
          MemorySegment.class,
          long.class,
          long.class,
          int.class,
          int.class,
          double[].class);
  private static MethodHandle lanes =
      handle(
          Loops.FoldLanes.class,
          MemorySegment.class,
          long.class,
          long.class,
          int.class,
          MemorySegment.class,
          int.class);

  private static MethodHandle compare =
      handle(Loops.Compare.class, Object.class, Object.class, boolean[].class, int.class);

  private Apart() {}

  private static MethodHandle handle(Class<?> loop, Class<?>... parameters) {
    try {
      MethodType type = MethodType.methodType(void.class, parameters);
      return MethodHandles.lookup().findVirtual(loop, "compute", type);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  public static void compute(FloatBlocks.Work loop, FloatBlock[] in, FloatBlock[] out, int count) {
    try {
      work.invokeExact(loop, in, out, count);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  public static void compute(
      Loops.Map loop, MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    try {
      map.invokeExact(loop, x, xAt, y, yAt, count);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  public static void compute(
      Loops.Zip loop,
      MemorySegment a,
      long aAt,
      MemorySegment b,
      long bAt,
      MemorySegment y,
      long yAt,
      int count) {
    try {
      zip.invokeExact(loop, a, aAt, b, bAt, y, yAt, count);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  public static void compute(
      Loops.Clamp loop,
      MemorySegment x,
      long xAt,
      MemorySegment low,
      long lowAt,
      MemorySegment high,
      long highAt,
      MemorySegment y,
      long yAt,
      int count) {
    try {
      clamp.invokeExact(loop, x, xAt, low, lowAt, high, highAt, y, yAt, count);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  public static <A> void compute(Loops.Compare<A> loop, A a, A b, boolean[] y, int count) {
    try {
      compare.invokeExact(loop, a, b, y, count);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  public static void compute(Tile.Loop loop, Tile x, Tile y, int rows, int count) {
    try {
      tile.invokeExact(loop, x, y, rows, count);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  public static void compute(
      Loops.FoldLines loop,
      MemorySegment x,
      long at,
      long stride,
      int rows,
      int count,
      double[] into) {
    try {
      lines.invokeExact(loop, x, at, stride, rows, count, into);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  public static void compute(
      Loops.FoldLanes loop,
      MemorySegment x,
      long at,
      long stride,
      int rows,
      MemorySegment into,
      int count) {
    try {
      lanes.invokeExact(loop, x, at, stride, rows, into, count);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /** Returns loops as one; each finds in y what the one before has left there. */
  public static Loops.Map inTurn(Loops.Map... loops) {
    return (x, xAt, y, yAt, count) -> {
      for (Loops.Map loop : loops) compute(loop, x, xAt, y, yAt, count);
    };
  }

  /** Throws what a loop has thrown, which declares no checked exception. */
  private static RuntimeException unchecked(Throwable e) {
    if (e instanceof RuntimeException unchecked) return unchecked;
    if (e instanceof Error error) throw error;
    throw new AssertionError(e);
  }
}
