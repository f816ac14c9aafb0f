package dev.ashlar.tensor.simd.blocks;

import dev.ashlar.tensor.simd.lanes.Room;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Arrays that a thread's kernels work in and use again: kernels copy what they need of a tensor to
 * an array, because C2 compiles array accesses far better than those of memory segments. Contents
 * are whatever the last kernel left.
 */
public final class Scratch {
  private static final ThreadLocal<Scratch> OWN = ThreadLocal.withInitial(Scratch::new);

  private static final Room NONE = new Room(new float[0], 0, 0);

  /** Keys that room is kept for: the lines of sorts may be as long as a tensor. */
  public static final int MOST_KEYS = 1 << 18;

  /** Blocks of elements. */
  public final float[] a = new float[Blocks.SIZE];

  public final float[] b = new float[Blocks.SIZE];
  public final int[] i = new int[Blocks.SIZE];
  public final int[] j = new int[Blocks.SIZE];
  public final int[] k = new int[Blocks.SIZE];
  public final double[] c = new double[Blocks.SIZE];
  public final double[] d = new double[Blocks.SIZE];
  public final long[] l = new long[Blocks.SIZE];
  public final long[] m = new long[Blocks.SIZE];
  public final long[] n = new long[Blocks.SIZE];
  public final boolean[] flags = new boolean[Blocks.SIZE];
  public final double[] lanes = new double[Blocks.SIZE];
  public final byte[] p = new byte[Blocks.SIZE];
  public final byte[] q = new byte[Blocks.SIZE];
  public final byte[] r = new byte[Blocks.SIZE];

  /** The number of the block whose panels are packed here. */
  public long packed;

  /** Where numbers go that were read only to bring memory near; nobody looks at it. */
  public int readAhead;

  private Room rows = NONE;
  private Room few = NONE;
  private Room panels = NONE;
  private Room sums = NONE;
  private double[] doubleRows = new double[0];
  private double[] doubleSums = new double[0];
  private long[] keys = new long[0];
  private long[] ranks = new long[0];
  private MemorySegment doublePanels = MemorySegment.NULL;

  private MemorySegment[] blocks = new MemorySegment[0];
  private MemorySegment[] lines = new MemorySegment[0];

  private Scratch() {}

  /** Returns the calling thread's. */
  public static Scratch own() {
    return OWN.get();
  }

  /** Returns room for packed rows of a left matrix, or for a line. */
  public Room rows(int size) {
    if (rows.size() < size) rows = Room.of(roomFor(size));
    return rows;
  }

  /** Returns room for the rows of a product of few. */
  public Room few(int size) {
    if (few.size() < size) few = Room.of(roomFor(size));
    return few;
  }

  /** Returns room for packed panels of a right matrix. */
  public Room panels(int size) {
    if (panels.size() < size) panels = Room.of(roomFor(size));
    return panels;
  }

  /** Returns room for a block of a product. */
  public Room sums(int size) {
    if (sums.size() < size) sums = Room.of(roomFor(size));
    return sums;
  }

  /** Returns room for packed rows of an F64 matrix. */
  public double[] doubleRows(int size) {
    if (doubleRows.length < size) doubleRows = new double[roomFor(size)];
    return doubleRows;
  }

  /** Returns room for a block of a product in F64. */
  public double[] doubleSums(int size) {
    if (doubleSums.length < size) doubleSums = new double[roomFor(size)];
    return doubleSums;
  }

  /** Returns room for what lines are ordered by. */
  public long[] keys(int size) {
    if (size > MOST_KEYS) return new long[size];
    if (keys.length < size) keys = new long[roomFor(size)];
    return keys;
  }

  /** Returns room for the places of a line in order. */
  public long[] ranks(int size) {
    if (size > MOST_KEYS) return new long[size];
    if (ranks.length < size) ranks = new long[roomFor(size)];
    return ranks;
  }

  /** Returns memory outside the heap for packed panels of an F64 matrix, on lines of the cache. */
  public MemorySegment doublePanels(int size) {
    if (doublePanels.byteSize() < (long) size * Double.BYTES) {
      doublePanels = outsideHeap(roomFor(Math.multiplyExact(size, Double.BYTES / Float.BYTES)));
    }
    return doublePanels;
  }

  /**
   * Returns memory for blocks of elements outside the heap, {@link FloatBlocks#SIZE} floats each.
   */
  public MemorySegment[] blocks(int count) {
    int had = blocks.length;
    if (had < count) {
      blocks = Arrays.copyOf(blocks, count);
      for (int i = had; i < count; i++) blocks[i] = outsideHeap(FloatBlocks.SIZE);
    }
    return blocks;
  }

  /** Returns memory for a line of floats outside the heap; each slot has its own. */
  public MemorySegment line(int slot, int floats) {
    if (lines.length <= slot) lines = Arrays.copyOf(lines, slot + 1);
    MemorySegment line = lines[slot];
    if (line == null || line.byteSize() < (long) floats * Float.BYTES) {
      line = outsideHeap(roomFor(floats));
      lines[slot] = line;
    }
    return line;
  }

  private static MemorySegment outsideHeap(int floats) {
    return Arena.ofAuto().allocate((long) floats * Float.BYTES, 64);
  }

  private static int roomFor(int size) {
    return Math.max(1024, Integer.highestOneBit(Math.max(1, size - 1)) << 1);
  }
}
