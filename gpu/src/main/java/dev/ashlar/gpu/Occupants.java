package dev.ashlar.gpu;

import dev.ashlar.tensor.Contents;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorAccess;
import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Whose numbers lie in the device's arrays between runs. */
final class Occupants {
  private record Occupant(Contents contents, @Nullable Pending pending) {}

  private final Map<TornadoNativeArray, Occupant> occupants = new IdentityHashMap<>();

  /** Returns whether an array holds the numbers of a tensor. */
  boolean holds(TornadoNativeArray array, Tensor tensor) {
    Occupant occupant = occupants.get(array);
    return occupant != null && occupant.contents.isOf(tensor);
  }

  /** Makes room: numbers that lie in this array alone, of a living tensor, are fetched. */
  void vacate(TornadoNativeArray array) {
    Occupant occupant = occupants.remove(array);
    if (occupant != null && occupant.pending != null) occupant.pending.run();
  }

  /** Notes that an array holds a tensor's numbers, as its memory here does. */
  void copied(TornadoNativeArray array, Tensor tensor) {
    occupants.put(array, new Occupant(TensorAccess.contents(tensor), null));
  }

  /** Gives up what an array holds, for it is about to be replaced with the tensor's consent. */
  void drop(TornadoNativeArray array) {
    Occupant occupant = occupants.remove(array);
    if (occupant != null && occupant.pending != null) occupant.pending.drop();
  }

  /** Says that what an array holds was lost. */
  void lose(TornadoNativeArray array, DeviceException why) {
    Occupant occupant = occupants.remove(array);
    if (occupant != null && occupant.pending != null) occupant.pending.lose(why);
  }

  /** Makes a tensor that is row-major stand for what a place holds. */
  void become(Place place, Tensor tensor, DevicePlan plan) {
    MemorySegment memory = TensorAccess.operand(tensor).elements();
    Contents contents = TensorAccess.contents(tensor);
    Pending pending = new Pending(plan, place, contents, memory);
    occupants.put(place.array(), new Occupant(contents, pending));
  }

  /** Fetches everything that lies on the device alone. */
  void vacateAll() {
    occupants
        .values()
        .forEach(
            o -> {
              if (o.pending != null) o.pending.run();
            });
    occupants.clear();
  }
}
