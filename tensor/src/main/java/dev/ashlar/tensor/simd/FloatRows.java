package dev.ashlar.tensor.simd;

import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Rows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An F32 operand of any layout as rows along its last axis, [..., D] seen as [R, D], for vector
 * loops: a row is read and written where it lies if it lies side by side in whole vectors, else in
 * memory of the thread's own.
 */
public final class FloatRows {
  /** The most rows of a {@link Band}. */
  public static final int ROWS = 8;

  /** The number of rows in a band's room is a multiple of this. */
  private static final int STEP = 4;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;

  private final Operand operand;
  private final Rows rows;
  private final int width;
  private final long stride;
  private final boolean inPlace;

  // Elements from one row to the next; -1 where that differs from row to row.
  private final long rowStride;
  private final long offset;

  private FloatRows(Operand operand) {
    this.operand = operand;
    this.rows = Rows.of(operand);
    this.width = rows.width();
    this.stride = operand.layout().rank() == 0 ? 1 : operand.layout().strideElements(-1);
    this.inPlace = stride == 1 && width % FloatBlock.LANES == 0;
    this.offset = operand.layout().offsetElements();
    this.rowStride = rowStride(operand);
  }

  private static long rowStride(Operand x) {
    int rank = x.layout().rank();
    if (rank < 2) return 0;
    if (x.isContiguous()) return x.shape().dim(-1);
    return rank == 2 ? x.layout().strideElements(0) : -1;
  }

  private long start(long row) {
    return rowStride < 0 ? rows.start(row) : offset + row * rowStride;
  }

  /** Returns the rows of an operand. */
  public static FloatRows of(Operand operand) {
    return new FloatRows(operand);
  }

  /** Returns the number of rows. */
  public long count() {
    return rows.count();
  }

  /** Returns the number of elements in a row. */
  public int width() {
    return width;
  }

  /** Returns the number of elements in a row filled up to whole vectors. */
  public int padded() {
    return FloatBlock.wholeVectors(width);
  }

  /**
   * Returns what goes from row to row for the calling thread.
   *
   * @param slot which of the thread's memories to use; one for each cursor in use at a time
   */
  public Cursor cursor(int slot) {
    return new Cursor(inPlace ? MemorySegment.NULL : Scratch.own().line(slot, padded()));
  }

  /**
   * Returns what goes from some rows to the next for the calling thread.
   *
   * @param slot as of {@link #cursor}
   */
  public Band band(int slot) {
    return new Band(slot);
  }

  /**
   * Copies a row to {@code to}, with {@code padding} behind it up to the end of the last vector.
   */
  private void read(long row, MemorySegment to, long at, float padding) {
    MemorySegment data = operand.data();
    long from = start(row);
    if (stride == 1) {
      MemorySegment.copy(
          data, from * Float.BYTES, to, at * Float.BYTES, (long) width * Float.BYTES);
    } else {
      for (int i = 0; i < width; i++) {
        to.setAtIndex(FLOAT, at + i, data.getAtIndex(FLOAT, from + i * stride));
      }
    }
    for (int i = width; i < padded(); i++) to.setAtIndex(FLOAT, at + i, padding);
  }

  /** Stores a row that lies in {@code from}. */
  private void write(long row, MemorySegment from, long at) {
    MemorySegment data = operand.data();
    long to = start(row);
    if (stride == 1) {
      MemorySegment.copy(
          from, at * Float.BYTES, data, to * Float.BYTES, (long) width * Float.BYTES);
    } else {
      for (int i = 0; i < width; i++) {
        data.setAtIndex(FLOAT, to + i * stride, from.getAtIndex(FLOAT, at + i));
      }
    }
  }

  /** One row at a time. */
  public final class Cursor extends FloatBlock {
    private final MemorySegment room;

    private Cursor(MemorySegment room) {
      this.room = room;
    }

    /** Reads a row, with {@code padding} behind it up to the end of the last vector. */
    public void load(long row, float padding) {
      begin(row);
      if (!inPlace) read(row, room, 0, padding);
    }

    /** Turns to a row that is to be written whole. */
    public void begin(long row) {
      if (inPlace) point(operand.data(), start(row) * Float.BYTES);
      else point(room, 0);
    }

    /** Stores the row that was begun or loaded, and changed. */
    public void store(long row) {
      if (!inPlace) write(row, room, 0);
    }

    /** Returns element {@code index} of the row. */
    public float get(int index) {
      return data().get(FLOAT, at() + (long) index * Float.BYTES);
    }

    /** Changes element {@code index} of the row. */
    public void set(int index, float value) {
      data().set(FLOAT, at() + (long) index * Float.BYTES, value);
    }
  }

  /**
   * Up to {@link #ROWS} rows at a time, each as far from the last: loops may go through all of them
   * before the next begins, or take four at once. Behind the last row are zeros up to a multiple of
   * four rows.
   */
  public final class Band extends FloatBlock {
    private final int slot;
    private boolean direct;
    private long apart;

    private Band(int slot) {
      this.slot = slot;
    }

    /** Returns how far each row lies from the last, in bytes. */
    public long apart() {
      return apart;
    }

    /** Reads {@code count} rows from {@code row} on. */
    public void load(long row, int count) {
      begin(row, count);
      if (direct) return;
      for (int i = 0; i < count; i++) read(row + i, data(), (long) i * padded(), 0);
      long end = (long) count * padded() * Float.BYTES;
      data().asSlice(end, whole(count) * apart - end).fill((byte) 0);
    }

    /** Turns to rows that are to be written whole. */
    public void begin(long row, int count) {
      direct = inPlace && rowStride >= 0 && count % STEP == 0;
      if (direct) point(operand.data(), start(row) * Float.BYTES);
      else point(Scratch.own().line(slot, whole(count) * padded()), 0);
      apart = (direct ? rowStride : padded()) * Float.BYTES;
    }

    private static int whole(int rows) {
      return Math.ceilDiv(rows, STEP) * STEP;
    }

    /** Stores the rows that were begun. */
    public void store(long row, int count) {
      if (direct) return;
      for (int i = 0; i < count; i++) write(row + i, data(), (long) i * padded());
    }
  }
}
