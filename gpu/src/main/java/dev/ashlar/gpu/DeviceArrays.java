package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorAccess;
import dev.ashlar.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** Makes TornadoVM's arrays, and moves numbers between them and tensors. */
final class DeviceArrays {
  private DeviceArrays() {}

  /** Returns a row-major place of its own. */
  static Place place(String what, TensorSpec spec, String device) {
    long size = spec.shape().size();
    // The array is some bytes longer than its elements.
    if (size > Integer.MAX_VALUE / bytes(spec.dtype())) {
      throw DeviceException.tooLarge(what, spec, device);
    }
    int length = Math.max(1, (int) size);
    TornadoNativeArray array =
        switch (spec.dtype()) {
          case F32, BOOL -> new FloatArray(length);
          case F64 -> new DoubleArray(length);
          case I32 -> new IntArray(length);
          case I64 -> new LongArray(length);
          case BF16 -> throw DeviceException.noType(what, spec.dtype(), device);
        };
    return new Place(array, Layout.contiguous(spec.shape()), spec.dtype());
  }

  private static int bytes(DType dtype) {
    return dtype == DType.BOOL ? Float.BYTES : dtype.byteSize();
  }

  /** Copies a row-major tensor into an array. */
  static void write(Tensor tensor, TornadoNativeArray array) {
    MemorySegment from = TensorAccess.operand(tensor).elements();
    if (tensor.dtype() != DType.BOOL) {
      MemorySegment.copy(from, 0, array.getSegment(), 0, from.byteSize());
      return;
    }
    FloatArray to = (FloatArray) array;
    for (int i = 0; i < from.byteSize(); i++) to.set(i, from.get(ValueLayout.JAVA_BYTE, i));
  }

  /** Copies an array's first numbers into memory of a row-major tensor. */
  static void read(TornadoNativeArray array, DType dtype, MemorySegment to) {
    if (dtype != DType.BOOL) {
      MemorySegment.copy(array.getSegment(), 0, to, 0, to.byteSize());
      return;
    }
    FloatArray from = (FloatArray) array;
    for (int i = 0; i < to.byteSize(); i++) {
      to.set(ValueLayout.JAVA_BYTE, i, (byte) (from.get(i) != 0 ? 1 : 0));
    }
  }
}
