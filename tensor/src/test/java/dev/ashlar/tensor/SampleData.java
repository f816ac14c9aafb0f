package dev.ashlar.tensor;

import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.util.function.LongToDoubleFunction;

/**
 * Numbers for tests, made without a kernel. They depend on the seed and the shape alone; numbers of
 * an integer type are small and whole.
 */
public final class SampleData {
  private SampleData() {}

  /** Returns numbers around 0, no two of a real type alike. */
  public static Tensor numbers(DType dtype, long seed, int... dims) {
    Key key = Key.of(seed);
    if (dtype.isFloating() || dtype == DType.BF16) return fill(dtype, key::normal, dims);
    return fill(dtype, i -> Math.rint(3 * key.normal(i)), dims);
  }

  /** Returns numbers from 0.5 to 2.5; whole ones from 1 to 3. */
  public static Tensor positive(DType dtype, long seed, int... dims) {
    Key key = Key.of(seed);
    if (dtype.isFloating()) return fill(dtype, i -> 0.5 + 2 * key.uniform(i), dims);
    return fill(dtype, i -> 1 + Math.floor(3 * key.uniform(i)), dims);
  }

  /** Returns numbers at least 0.5 away from 0 of either sign; whole ones at least 1. */
  public static Tensor awayFromZero(DType dtype, long seed, int... dims) {
    Key sign = Key.of(seed).fold(1);
    Key key = Key.of(seed);
    return fill(
        dtype,
        i -> {
          double size = 0.5 + 2 * key.uniform(i);
          return (sign.uniform(i) < 0.5 ? -1 : 1) * (dtype.isFloating() ? size : Math.ceil(size));
        },
        dims);
  }

  /** Returns truth values. */
  public static Tensor flags(long seed, int... dims) {
    Key key = Key.of(seed);
    return fill(DType.BOOL, i -> key.uniform(i) < 0.5 ? 1 : 0, dims);
  }

  /** Returns whole numbers from 0 (inclusive) to {@code bound} (exclusive). */
  public static Tensor indices(DType dtype, long seed, int bound, int... dims) {
    Key key = Key.of(seed);
    return fill(dtype, i -> Math.floor(bound * key.uniform(i)), dims);
  }

  /** Returns a tensor whose element i is {@code value(i)}. */
  public static Tensor fill(DType dtype, LongToDoubleFunction value, int... dims) {
    Tensor tensor = Tensor.allocate(new TensorSpec(dtype, Shape.of(dims)));
    Operand out = tensor.operand();
    for (long i = 0; i < out.size(); i++) out.setDouble(i, value.applyAsDouble(i));
    return tensor;
  }

  /** Returns the same numbers with another element between any two, along the last axis. */
  public static Tensor strided(Tensor x) {
    int axis = x.rank() - 1;
    Tensor wide = blank(x, x.shape().with(axis, 2 * x.dim(axis)));
    return into(x, wide.slice(axis, 0, 2 * x.dim(axis), 2));
  }

  /** Returns the same numbers somewhere inside a larger tensor. */
  public static Tensor offset(Tensor x) {
    Shape shape = x.shape();
    for (int axis = 0; axis < x.rank(); axis++) shape = shape.with(axis, x.dim(axis) + 3);
    Tensor inside = blank(x, shape);
    for (int axis = 0; axis < x.rank(); axis++) inside = inside.slice(axis, 2, 2 + x.dim(axis));
    return into(x, inside);
  }

  /** Returns the same numbers, the last axis lying outermost in memory. */
  public static Tensor transposed(Tensor x) {
    int rank = x.rank();
    int[] outermost = new int[rank];
    int[] back = new int[rank];
    for (int i = 0; i < rank; i++) {
      outermost[i] = (i + rank - 1) % rank;
      back[i] = (i + 1) % rank;
    }
    return into(x, blank(x, x.shape().permuted(outermost)).permute(back));
  }

  private static Tensor blank(Tensor like, Shape shape) {
    // What lies between must not matter: 1 is a number that would show.
    return fill(like.dtype(), _ -> 1, shape.dims());
  }

  private static Tensor into(Tensor x, Tensor place) {
    int bytes = x.dtype().byteSize();
    for (long i = 0; i < x.size(); i++) {
      long from = position(x.layout(), i) * bytes;
      long to = position(place.layout(), i) * bytes;
      MemorySegment.copy(x.storage().data(), from, place.storage().data(), to, bytes);
    }
    return place;
  }

  /** Returns where in memory element {@code number} lies, counted in row-major order. */
  static long position(Layout layout, long number) {
    long at = layout.offsetElements();
    long rest = number;
    for (int axis = layout.rank() - 1; axis >= 0; axis--) {
      at += rest % layout.shape().dim(axis) * layout.strideElements(axis);
      rest /= layout.shape().dim(axis);
    }
    return at;
  }
}
