package dev.ashlar.gpu;

import java.util.HashMap;
import java.util.Map;

/** What programs take of each device's memory. */
final class DeviceMemory {
  private static final Map<String, Long> USED = new HashMap<>();

  private DeviceMemory() {}

  /**
   * Takes memory, before a device is asked for it.
   *
   * @throws DeviceException saying how much is needed and free, if that is too little
   */
  static void take(String device, long bytes, long limit) {
    synchronized (USED) {
      long used = USED.getOrDefault(device, 0L);
      if (bytes > limit - used) throw DeviceException.tooLittle(device, bytes, limit - used);
      USED.put(device, used + bytes);
    }
  }

  /** Gives memory back. */
  static void giveBack(String device, long bytes) {
    synchronized (USED) {
      USED.merge(device, -bytes, Long::sum);
    }
  }

  /** Returns what programs have taken. */
  static long usedBytes(String device) {
    synchronized (USED) {
      return USED.getOrDefault(device, 0L);
    }
  }
}
