package dev.ashlar.tensor.simd.blocks;

import dev.ashlar.tensor.simd.lanes.FloatVectors;
import dev.ashlar.tensor.simd.lanes.Floats;
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
    this.inPlace = stride == 1 && width % Floats.LANES == 0;
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
    return FloatVectors.wholeVectors(width);
  }

  /**
   * Returns what goes from row to row for the calling thread.
   *
   * @param slot which of the thread's memories to use; one for each cursor in use at a time
   */
  public Cursor cursor(int slot) {
    return new Cursor(inPlace ? MemorySegment.NULL : Scratch.own().line(slot, padded()));
  }

  /** One row at a time. */
  public final class Cursor extends FloatBlock {
    private final MemorySegment room;

    private Cursor(MemorySegment room) {
      this.room = room;
      point(inPlace ? operand.data() : room, 0);
    }

    /** Reads a row, with {@code padding} behind it up to the end of the last vector. */
    public void load(long row, float padding) {
      begin(row);
      if (inPlace) return;
      MemorySegment data = operand.data();
      long from = start(row);
      if (stride == 1) {
        MemorySegment.copy(data, from * Float.BYTES, room, 0, (long) width * Float.BYTES);
      } else {
        for (int i = 0; i < width; i++) put(i, data.getAtIndex(FLOAT, from + i * stride));
      }
      for (int i = width; i < padded(); i++) put(i, padding);
    }

    private void put(int index, float value) {
      room.setAtIndex(FLOAT, index, value);
    }

    /** Turns to a row that is to be written whole. */
    public void begin(long row) {
      if (inPlace) move(start(row) * Float.BYTES);
    }

    /** Stores the row that was begun or loaded, and changed. */
    public void store(long row) {
      if (inPlace) return;
      MemorySegment data = operand.data();
      long to = start(row);
      if (stride == 1) {
        MemorySegment.copy(room, 0, data, to * Float.BYTES, (long) width * Float.BYTES);
      } else {
        for (int i = 0; i < width; i++) {
          data.setAtIndex(FLOAT, to + i * stride, room.getAtIndex(FLOAT, i));
        }
      }
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

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
}
