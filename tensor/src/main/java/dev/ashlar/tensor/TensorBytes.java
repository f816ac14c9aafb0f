package dev.ashlar.tensor;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * Makes tensors out of bytes from elsewhere: a mapped file, a buffer of another library. Elements
 * lie row-major in the machine's byte order, as {@link DType} describes them; a BOOL byte other
 * than 0 and 1 is an error that no check here catches.
 */
public final class TensorBytes {
  private TensorBytes() {}

  /** Returns whether {@link #wrap} would take this memory: its address suits the element type. */
  public static boolean isAligned(TensorSpec spec, MemorySegment bytes) {
    int alignment = spec.dtype().byteSize();
    return bytes.maxByteAlignment() >= alignment;
  }

  /**
   * Returns a tensor of the innermost scope over {@code bytes}, without a copy. Read-only memory
   * gives a tensor that cannot be updated in place.
   *
   * @param release runs once, when nothing holds the memory any more; on any thread. Not run if
   *     this method throws.
   * @throws IllegalArgumentException if the size is not that of {@code spec}, the address does not
   *     suit the element type, or only one thread may read the memory
   */
  public static Tensor wrap(TensorSpec spec, MemorySegment bytes, Runnable release) {
    checkSize("wrap", spec, bytes);
    if (!isAligned(spec, bytes)) {
      throw new IllegalArgumentException(
          "wrap: the memory of %s must begin at a multiple of %d bytes; use copyOf"
              .formatted(spec, spec.dtype().byteSize()));
    }
    // Kernels run on several threads: any thread but this one stands for them.
    if (!bytes.isAccessibleBy(Thread.ofPlatform().unstarted(() -> {}))) {
      throw new IllegalArgumentException(
          "wrap: the memory of %s belongs to one thread; use a shared arena".formatted(spec));
    }
    TensorScope scope = TensorScope.current();
    return Tensor.over(spec, new Storage(bytes, release), scope);
  }

  /**
   * Returns a tensor of the innermost scope that holds a copy of {@code bytes}, at any address.
   *
   * @throws IllegalArgumentException if the size is not that of {@code spec}
   */
  public static Tensor copyOf(TensorSpec spec, MemorySegment bytes) {
    checkSize("copyOf", spec, bytes);
    return filled(spec, memory -> memory.copyFrom(bytes));
  }

  /** Returns a tensor of the innermost scope whose every byte {@code writer} must set. */
  public static Tensor filled(TensorSpec spec, Consumer<MemorySegment> writer) {
    Tensor tensor = Tensor.allocate(spec);
    writer.accept(tensor.storage().data());
    return tensor;
  }

  private static void checkSize(String op, TensorSpec spec, MemorySegment bytes) {
    long needed = spec.byteSize();
    if (bytes.byteSize() != needed) {
      throw new IllegalArgumentException(
          "%s: %s takes %d bytes, got %d".formatted(op, spec, needed, bytes.byteSize()));
    }
  }
}
