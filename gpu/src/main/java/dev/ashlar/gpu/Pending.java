package dev.ashlar.gpu;

import dev.ashlar.tensor.Contents;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A tensor's numbers that lie on the device alone, until somebody reads the tensor, or the device
 * needs the place for others.
 */
final class Pending implements Runnable {
  private final DevicePlan plan;
  private final Place place;
  private final Contents contents;
  private final MemorySegment memory;
  private boolean done;
  // What went wrong on the device, if the numbers are lost.
  private @Nullable DeviceException lost;

  /** Leaves {@code memory}, the elements of the tensor with these contents, for later. */
  Pending(DevicePlan plan, Place place, Contents contents, MemorySegment memory) {
    this.plan = plan;
    this.place = place;
    this.contents = contents;
    this.memory = memory;
    contents.fillLater(this);
  }

  /** Copies the numbers from the device, unless that was done or nobody can read them any more. */
  @Override
  public void run() {
    DevicePlan.LOCK.lock();
    try {
      if (done) return;
      if (lost != null) throw lost;
      if (contents.tryHold()) {
        try {
          plan.download(place.array());
          DeviceArrays.read(place.array(), place.dtype(), memory);
        } finally {
          contents.release();
        }
      }
      drop();
    } finally {
      DevicePlan.LOCK.unlock();
    }
  }

  /** Gives the numbers up: others take their place. */
  void drop() {
    done = true;
    contents.filled(this);
  }

  /** Says that the numbers were lost. */
  void lose(DeviceException why) {
    lost = why;
  }
}
