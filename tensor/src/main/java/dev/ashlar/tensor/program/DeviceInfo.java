package dev.ashlar.tensor.program;

/**
 * What is known of a device.
 *
 * @param name what {@link Runners#get} takes, such as {@code tornado:0:0}
 * @param kind what it is
 * @param driver the driver and its platform
 * @param device the device's own name
 * @param memoryBytes its global memory
 * @param localMemoryBytes the memory that a work group shares
 */
public record DeviceInfo(
    String name, Kind kind, String driver, String device, long memoryBytes, long localMemoryBytes) {
  /** What a device is. */
  public enum Kind {
    /** A graphics processor. */
    GPU,
    /** The machine's own processor, through a driver such as PoCL. */
    CPU,
    /** Something else. */
    OTHER
  }

  /** Returns one line of text. */
  @Override
  public String toString() {
    return "%s  %s  %s  memory %,d MiB  local memory %,d KiB"
        .formatted(name, driver, device, memoryBytes >> 20, localMemoryBytes >> 10);
  }
}
