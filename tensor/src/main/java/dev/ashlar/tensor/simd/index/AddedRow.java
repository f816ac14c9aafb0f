package dev.ashlar.tensor.simd.index;

import static dev.ashlar.tensor.DType.F32;

import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.simd.lanes.DoubleVectors;
import dev.ashlar.tensor.simd.lanes.FloatVectors;
import dev.ashlar.tensor.simd.lanes.Floats;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A row of F32 or F64 at a time, to be added to others: where it lies if side by side there, else
 * copied.
 */
final class AddedRow {
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

  private final Window window;
  private final int width;
  private final int bytes;
  private final boolean floats;
  private final int whole;
  private final MemorySegment room;

  private MemorySegment data = MemorySegment.NULL;
  private long at;

  AddedRow(Operand x, int width) {
    this.window = Window.of(x, x.shape());
    this.width = width;
    this.bytes = x.dtype().byteSize();
    this.floats = x.dtype() == F32;
    this.whole = width - width % (floats ? Floats.LANES : DoubleVectors.LANES);
    this.room = Scratch.own().line(0, width * (bytes / Float.BYTES));
  }

  /** Turns to a row of x. */
  void load(long row) {
    long direct = window.sideBySide(row * width, width);
    if (direct >= 0) {
      data = window.data();
      at = direct * bytes;
    } else {
      window.read(row * width, room, width);
      data = room;
      at = 0;
    }
  }

  /** Adds the row to the one from byte {@code yAt} on. */
  void addTo(MemorySegment y, long yAt) {
    if (whole > 0 && floats) addFloats(data, at, y, yAt, whole);
    else if (whole > 0) addDoubles(data, at, y, yAt, whole);
    if (whole < width) addRest(y, yAt);
  }

  private static void addFloats(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += Floats.LANES) {
      long to = yAt + i * 4L;
      FloatVectors.store(FloatVectors.load(y, to).add(FloatVectors.load(x, xAt + i * 4L)), y, to);
    }
  }

  private static void addDoubles(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += DoubleVectors.LANES) {
      long to = yAt + i * 8L;
      DoubleVectors.store(
          DoubleVectors.load(y, to).add(DoubleVectors.load(x, xAt + i * 8L)), y, to);
    }
  }

  private void addRest(MemorySegment y, long yAt) {
    for (int i = whole; i < width; i++) {
      long to = yAt + (long) i * bytes;
      long from = at + (long) i * bytes;
      if (floats) y.set(FLOAT, to, y.get(FLOAT, to) + data.get(FLOAT, from));
      else y.set(DOUBLE, to, y.get(DOUBLE, to) + data.get(DOUBLE, from));
    }
  }
}
