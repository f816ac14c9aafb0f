package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.TensorSpec;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Where a value lies: F32 in a FloatArray, F64 in a DoubleArray, I32 in an IntArray, I64 in a
 * LongArray, and BOOL, as 0 or 1, in a FloatArray. The array may be longer than the layout reaches.
 */
record Place(TornadoNativeArray array, Layout layout, DType dtype) {
  /** Returns a row-major place from the beginning of an array. */
  static Place rowMajor(TornadoNativeArray array, TensorSpec spec) {
    return new Place(array, Layout.contiguous(spec.shape()), spec.dtype());
  }

  /** Returns the array of an F32 or BOOL. */
  FloatArray floats() {
    return (FloatArray) array;
  }

  /** Returns the array of an F64. */
  DoubleArray doubles() {
    return (DoubleArray) array;
  }

  /** Returns the array of an I32. */
  IntArray ints() {
    return (IntArray) array;
  }

  /** Returns the array of an I64. */
  LongArray longs() {
    return (LongArray) array;
  }

  /** Returns the number of elements. */
  int size() {
    return Math.toIntExact(layout.shape().size());
  }

  /** Returns the element type and shape. */
  TensorSpec spec() {
    return new TensorSpec(dtype, layout.shape());
  }

  /** Returns whether the elements lie row-major from the beginning of the array. */
  boolean isRowMajor() {
    return layout.isContiguous() && layout.offsetElements() == 0;
  }

  /** Returns the same array in another layout. */
  Place with(Layout other) {
    return new Place(array, other, dtype);
  }

  /** Returns the error for an element type that a rule should not have come to. */
  IllegalStateException unexpected() {
    return new IllegalStateException("no kernel for " + dtype);
  }
}
