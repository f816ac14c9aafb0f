package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/**
 * Random numbers by a key (seed, stream): one work item per number, of which there are {@code n}.
 * Their plain counterparts are in {@code Sources} of {@code dev.ashlar.tensor.reference}.
 */
final class RandomKernels {
  private RandomKernels() {}

  /** Plain counterpart: {@code Op.Uniform}, to the last bit. */
  static void uniformKernel(KernelContext c, LongArray key, FloatArray y, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, Scalars.uniform(Scalars.bits(key.get(0), key.get(1), (long) i)));
    }
  }

  /** Plain counterpart: {@code Op.Normal}, which computes in double precision. */
  static void normalKernel(KernelContext c, LongArray key, FloatArray y, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, Scalars.normal(key.get(0), key.get(1), (long) i));
    }
  }

  /** Plain counterpart: {@code Op.Uniform} of F64, to the last bit. */
  static void uniformOfDoublesKernel(KernelContext c, LongArray key, DoubleArray y, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, DoubleScalars.uniform(Scalars.bits(key.get(0), key.get(1), (long) i)));
    }
  }

  /** Plain counterpart: {@code Op.Normal} of F64. */
  static void normalOfDoublesKernel(KernelContext c, LongArray key, DoubleArray y, int n) {
    int i = c.globalIdx;
    if (i < n) {
      y.set(i, DoubleScalars.normal(key.get(0), key.get(1), (long) i));
    }
  }

  /** The key of a sub-stream, one work item. Plain counterpart: {@code fold} of {@code Key}. */
  static void foldKernel(KernelContext c, LongArray key, LongArray y, long number) {
    if (c.globalIdx == 0) {
      long stream = key.get(1) | Long.MIN_VALUE;
      y.set(0, Scalars.bits(key.get(0), stream, 2L * number));
      y.set(1, Scalars.bits(key.get(0), stream, 2L * number + 1L) & Long.MAX_VALUE);
    }
  }
}
