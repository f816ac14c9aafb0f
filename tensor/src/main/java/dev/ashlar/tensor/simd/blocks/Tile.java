package dev.ashlar.tensor.simd.blocks;

import dev.ashlar.tensor.simd.lanes.FloatVectors;
import dev.ashlar.tensor.simd.lanes.Floats;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;

/**
 * Some rows of a band of columns, in F32 or F64, as loops of vectors reach them: where they lie if
 * their numbers lie side by side in whole vectors, else in memory of the thread's own.
 */
public final class Tile {
  /** The most rows. */
  static final int ROWS = 16;

  private final Window window;
  private final long inner;
  private final int bytes;
  private final MemorySegment room;
  private boolean inPlace;
  private MemorySegment data = MemorySegment.NULL;
  private long at;
  private long stride;

  /**
   * Creates a tile that moves over an operand.
   *
   * @param slot which of the thread's memories to use; one for each tile in use at a time
   */
  public Tile(Operand operand, Along along, int slot) {
    this.window = Window.of(operand, operand.shape());
    this.inner = along.inner();
    this.bytes = operand.dtype().byteSize();
    this.room = Scratch.own().line(slot, ROWS * Along.MOST * bytes / Float.BYTES);
  }

  /** Handles whole vectors of each row of a tile of x, and of y, which may be the same one. */
  @FunctionalInterface
  public interface Loop {
    void compute(Tile x, Tile y, int rows, int count);
  }

  /** Goes down a band of x. */
  public static void read(Along along, long band, Tile x, Loop loop) {
    for (int row = 0; row < along.size(); row += ROWS) {
      int rows = Math.min(ROWS, along.size() - row);
      int columns = along.columns(band);
      x.load(along.start(band) + row * along.inner(), rows, columns);
      Apart.compute(loop, x, x, rows, FloatVectors.wholeVectors(columns));
    }
  }

  /** Goes down a band of x, and of y, which is written whole. */
  public static void write(Along along, long band, Tile x, Tile y, Loop loop) {
    for (int row = 0; row < along.size(); row += ROWS) write(along, band, row, x, y, loop);
  }

  /** Goes up a band of x, and of y, which is written whole. */
  public static void writeUp(Along along, long band, Tile x, Tile y, Loop loop) {
    int last = (along.size() - 1) / ROWS * ROWS;
    for (int row = last; row >= 0; row -= ROWS) write(along, band, row, x, y, loop);
  }

  private static void write(Along along, long band, int row, Tile x, Tile y, Loop loop) {
    int rows = Math.min(ROWS, along.size() - row);
    int columns = along.columns(band);
    long from = along.start(band) + row * along.inner();
    x.load(from, rows, columns);
    if (y != x) y.begin(from, rows, columns);
    Apart.compute(loop, x, y, rows, FloatVectors.wholeVectors(columns));
    y.store(from, rows, columns);
  }

  private void load(long from, int rows, int columns) {
    begin(from, rows, columns);
    if (inPlace) return;
    for (int row = 0; row < rows; row++) {
      window.read(from + row * inner, room.asSlice(row * stride), columns);
    }
  }

  private void begin(long from, int rows, int columns) {
    long direct = columns % Floats.LANES == 0 ? window.sideBySide(from, columns) : -1;
    long distance = direct >= 0 ? window.distance(from, rows, inner, columns) : -1;
    inPlace = distance >= 0;
    data = inPlace ? window.data() : room;
    at = inPlace ? direct * bytes : 0;
    stride = bytes * (inPlace ? distance : FloatVectors.wholeVectors(columns));
  }

  private void store(long from, int rows, int columns) {
    if (inPlace) return;
    for (int row = 0; row < rows; row++) {
      window.write(from + row * inner, room.asSlice(row * stride), columns);
    }
  }

  /** Returns the memory. */
  public MemorySegment data() {
    return data;
  }

  /** Returns the byte at which the first row begins. */
  public long at() {
    return at;
  }

  /** Returns the bytes from one row to the next. */
  public long stride() {
    return stride;
  }
}
