package dev.ashlar.moba.simd;

import dev.ashlar.tensor.simd.lanes.Room;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rooms for the next call: the JVM fills a new array with zeros on one thread, which takes as long
 * as to fill it with what it is for. Held softly: they go when memory is short.
 */
final class Scratch {
  // Beyond, they are made anew: what they are for takes longer too.
  private static final long MOST_BYTES = Math.min(512L << 20, Runtime.getRuntime().maxMemory() / 8);

  private static final List<SoftReference<Room>> FREE = new ArrayList<>();

  private Scratch() {}

  /** Returns room with any numbers in it. */
  static Room take(int size) {
    synchronized (FREE) {
      for (int i = FREE.size() - 1; i >= 0; i--) {
        Room room = FREE.get(i).get();
        if (room == null || room.size() == size) FREE.remove(i);
        if (room != null && room.size() == size) return room;
      }
    }
    return Room.of(size);
  }

  /** Takes rooms back that nobody reads or writes any more, unless there are too many. */
  static void give(Room... rooms) {
    synchronized (FREE) {
      long bytes = 0;
      for (SoftReference<Room> each : FREE) bytes += bytes(each.get());
      // The longest unused go first.
      for (Room room : rooms) {
        FREE.add(new SoftReference<>(room));
        bytes += bytes(room);
      }
      while (bytes > MOST_BYTES) bytes -= bytes(FREE.removeFirst().get());
    }
  }

  private static long bytes(@Nullable Room room) {
    return room == null ? 0 : (long) room.size() * Float.BYTES;
  }
}
