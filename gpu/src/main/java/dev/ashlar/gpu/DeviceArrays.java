package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorAccess;
import dev.ashlar.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Makes TornadoVM's arrays, and moves numbers between them and tensors. Each array is a buffer of
 * its own on the device. On this side those that seldom move share one piece of memory, in which
 * each lies from the beginning: it holds the numbers of one of them at a time, while they are
 * copied.
 */
final class DeviceArrays {
  private static final long ALIGNMENT = 64;
  private static final long HEADER = TornadoNativeArray.ARRAY_HEADER;

  private final String device;
  private MemorySegment shared = MemorySegment.NULL;

  DeviceArrays(String device) {
    this.device = device;
  }

  /** Returns an array whose memory here is its own. */
  TornadoNativeArray own(String what, TensorSpec spec) {
    return over(Arena.ofAuto().allocate(bytes(what, spec), ALIGNMENT), spec.dtype());
  }

  /** Returns an array whose memory here is shared: what is there is undefined. */
  TornadoNativeArray shared(String what, TensorSpec spec) {
    long bytes = bytes(what, spec);
    if (bytes > shared.byteSize()) {
      long grown = Math.min(2 * bytes, Math.max(bytes, Integer.MAX_VALUE));
      shared = Arena.ofAuto().allocate(grown, ALIGNMENT);
    }
    return over(shared.asSlice(0, bytes), spec.dtype());
  }

  private long bytes(String what, TensorSpec spec) {
    int each = bytes(spec.dtype());
    if (each == 0) throw DeviceException.noType(what, spec.dtype(), device);
    long size = Math.max(1, spec.shape().size());
    // TornadoVM counts elements, and bytes of some transfers, as int.
    if (size > (Integer.MAX_VALUE - HEADER) / each) {
      throw DeviceException.tooLarge(what, spec, device);
    }
    return HEADER + size * each;
  }

  private static int bytes(DType dtype) {
    return switch (dtype) {
      case F32, BOOL, I32 -> Float.BYTES;
      case F64, I64 -> Double.BYTES;
      case BF16 -> 0;
    };
  }

  private static TornadoNativeArray over(MemorySegment segment, DType dtype) {
    return switch (dtype) {
      case F32, BOOL -> FloatArray.fromSegmentShallow(segment);
      case F64 -> DoubleArray.fromSegmentShallow(segment);
      case I32 -> IntArray.fromSegmentShallow(segment);
      case I64 -> LongArray.fromSegmentShallow(segment);
      case BF16 -> throw new IllegalStateException("no array of BF16");
    };
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
