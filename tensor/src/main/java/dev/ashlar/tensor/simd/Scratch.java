package dev.ashlar.tensor.simd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Arrays that a thread's kernels work in and use again: kernels copy what they need of a tensor to
 * an array, because C2 compiles array accesses far better than those of memory segments. Contents
 * are whatever the last kernel left.
 */
final class Scratch {
  private static final ThreadLocal<Scratch> OWN = ThreadLocal.withInitial(Scratch::new);

  private static final Room NONE = new Room(new float[0], 0, 0);

  /** Keys that room is kept for: the lines of sorts may be as long as a tensor. */
  static final int MOST_KEYS = 1 << 18;

  /** Blocks of elements. */
  final float[] a = new float[Blocks.SIZE];

  final float[] b = new float[Blocks.SIZE];
  final int[] i = new int[Blocks.SIZE];
  final int[] j = new int[Blocks.SIZE];
  final double[] c = new double[Blocks.SIZE];
  final double[] d = new double[Blocks.SIZE];
  final long[] l = new long[Blocks.SIZE];
  final long[] m = new long[Blocks.SIZE];
  final long[] n = new long[Blocks.SIZE];
  final boolean[] flags = new boolean[Blocks.SIZE];
  final double[] lanes = new double[Blocks.SIZE];
  final byte[] p = new byte[Blocks.SIZE];
  final byte[] q = new byte[Blocks.SIZE];
  final byte[] r = new byte[Blocks.SIZE];

  /** The number of the block whose panels are packed here. */
  long packed;

  /** Where numbers go that were read only to bring memory near; nobody looks at it. */
  int readAhead;

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
  static Scratch own() {
    return OWN.get();
  }

  /** Returns room for packed rows of a left matrix, or for a line. */
  Room rows(int size) {
    if (rows.size() < size) rows = Room.of(roomFor(size));
    return rows;
  }

  /** Returns room for the rows of a product of few. */
  Room few(int size) {
    if (few.size() < size) few = Room.of(roomFor(size));
    return few;
  }

  /** Returns room for packed panels of a right matrix. */
  Room panels(int size) {
    if (panels.size() < size) panels = Room.of(roomFor(size));
    return panels;
  }

  /** Returns room for a block of a product. */
  Room sums(int size) {
    if (sums.size() < size) sums = Room.of(roomFor(size));
    return sums;
  }

  /** Returns room for packed rows of an F64 matrix. */
  double[] doubleRows(int size) {
    if (doubleRows.length < size) doubleRows = new double[roomFor(size)];
    return doubleRows;
  }

  /** Returns room for a block of a product in F64. */
  double[] doubleSums(int size) {
    if (doubleSums.length < size) doubleSums = new double[roomFor(size)];
    return doubleSums;
  }

  /** Returns room for what lines are ordered by. */
  long[] keys(int size) {
    if (size > MOST_KEYS) return new long[size];
    if (keys.length < size) keys = new long[roomFor(size)];
    return keys;
  }

  /** Returns room for the places of a line in order. */
  long[] ranks(int size) {
    if (size > MOST_KEYS) return new long[size];
    if (ranks.length < size) ranks = new long[roomFor(size)];
    return ranks;
  }

  /** Returns memory outside the heap for packed panels of an F64 matrix, on lines of the cache. */
  MemorySegment doublePanels(int size) {
    if (doublePanels.byteSize() < (long) size * Double.BYTES) {
      doublePanels = outsideHeap(roomFor(Math.multiplyExact(size, Double.BYTES / Float.BYTES)));
    }
    return doublePanels;
  }

  /**
   * Returns memory for blocks of elements outside the heap, {@link FloatBlocks#SIZE} floats each.
   */
  MemorySegment[] blocks(int count) {
    int had = blocks.length;
    if (had < count) {
      blocks = Arrays.copyOf(blocks, count);
      for (int i = had; i < count; i++) blocks[i] = outsideHeap(FloatBlocks.SIZE);
    }
    return blocks;
  }

  /** Returns memory for a line of floats outside the heap; each slot has its own. */
  MemorySegment line(int slot, int floats) {
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
