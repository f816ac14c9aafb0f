package dev.ashlar.gpu;

/**
 * What is known of a device.
 *
 * @param name what {@link Devices#get} takes, such as {@code tornado:0:0}
 * @param driver the driver and its platform
 * @param device the device's own name
 * @param memoryBytes its global memory
 * @param localMemoryBytes the memory that a work group shares
 */
public record DeviceInfo(
    String name, String driver, String device, long memoryBytes, long localMemoryBytes) {
  /** Returns one line of text. */
  @Override
  public String toString() {
    return "%s  %s  %s  memory %,d MiB  local memory %,d KiB"
        .formatted(name, driver, device, memoryBytes >> 20, localMemoryBytes >> 10);
  }
}
