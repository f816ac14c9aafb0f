package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Arrays for intermediate results: what no later step reads is given to the next that fits. */
final class ArrayPool {
  // An array may be as many times as long as what it is used for.
  private static final long LOOSE = 4;

  private final DeviceArrays arrays;
  private final List<TornadoNativeArray> free = new ArrayList<>();

  ArrayPool(DeviceArrays arrays) {
    this.arrays = arrays;
  }

  /** Returns an array with room for {@code spec}, whose contents are undefined. */
  TornadoNativeArray take(String what, TensorSpec spec) {
    long size = Math.max(1, spec.shape().size());
    @Nullable TornadoNativeArray best = null;
    for (TornadoNativeArray array : free) {
      boolean fits = array.getClass() == ofType(spec.dtype()) && array.getSize() >= size;
      if (!fits || array.getSize() > LOOSE * size) continue;
      if (best == null || array.getSize() < best.getSize()) best = array;
    }
    if (best == null) return arrays.shared(what, spec);
    free.remove(best);
    return best;
  }

  private static Class<?> ofType(DType dtype) {
    return switch (dtype) {
      case F32, BOOL -> FloatArray.class;
      case F64 -> DoubleArray.class;
      case I32 -> IntArray.class;
      case I64 -> LongArray.class;
      case BF16 -> void.class;
    };
  }

  /** Returns a line of {@code size} elements, whose contents are undefined. */
  Place line(String what, DType dtype, long size) {
    var spec = new TensorSpec(dtype, Shape.of(Math.toIntExact(size)));
    return Place.rowMajor(take(what, spec), spec);
  }

  /** Returns a line of {@code size} elements in an array that is never given to others. */
  Place lasting(String what, DType dtype, long size) {
    var spec = new TensorSpec(dtype, Shape.of(Math.toIntExact(size)));
    return Place.rowMajor(arrays.shared(what, spec), spec);
  }

  /** Takes an array back. */
  void giveBack(TornadoNativeArray array) {
    free.add(array);
  }
}
