package dev.ashlar.tensor.io;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorBytes;
import dev.ashlar.tensor.TensorSpec;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Draws tensors of any element type, any bits, and any view. */
final class RandomTensors {
  private RandomTensors() {}

  /** Draws a row-major tensor of rank 0 to 3; sizes may be 0. */
  static Tensor plain(Random random) {
    DType[] types = DType.values();
    int[] dims = new int[random.nextInt(4)];
    for (int axis = 0; axis < dims.length; axis++) dims[axis] = random.nextInt(6);
    var spec = new TensorSpec(types[random.nextInt(types.length)], Shape.of(dims));
    return TensorBytes.filled(
        spec,
        memory -> {
          for (long i = 0; i < memory.byteSize(); i++) {
            int bits = spec.dtype() == DType.BOOL ? random.nextInt(2) : random.nextInt();
            memory.set(ValueLayout.JAVA_BYTE, i, (byte) bits);
          }
        });
  }

  /** Draws a tensor that is transposed, sliced or expanded, or all of these. */
  static Tensor view(Random random) {
    Tensor tensor = plain(random);
    if (tensor.rank() >= 2 && random.nextBoolean()) tensor = tensor.transpose();
    if (tensor.rank() >= 1 && tensor.dim(0) > 1 && random.nextBoolean()) {
      tensor = tensor.slice(0, 1, tensor.dim(0), 1 + random.nextInt(2));
    }
    return random.nextBoolean()
        ? tensor.expand(Shape.of(1 + random.nextInt(2)).concat(tensor.shape()))
        : tensor;
  }
}
