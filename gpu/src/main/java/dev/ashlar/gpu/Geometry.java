package dev.ashlar.gpu;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Where the elements of a step's tensors lie, as one array of numbers that all its kernels read. An
 * entry is the rank, the sizes of the axes, and then per layout an offset and the strides.
 *
 * <p>Each step has a geometry of its own, and equal ones share an array: where entries begin is
 * compiled into kernels, and equal steps so have equal kernels, which drivers compile once.
 */
final class Geometry {
  private final List<Integer> numbers = new ArrayList<>();
  private final Map<List<Integer>, IntArray> arrays;

  /** Makes an empty one, whose array is one of {@code arrays} or becomes one. */
  Geometry(Map<List<Integer>, IntArray> arrays) {
    this.arrays = arrays;
  }

  /**
   * Adds the entry of layouts that walk the same shape, and returns where it begins. Axes that all
   * layouts walk in one stride are joined.
   */
  int add(Shape shape, Layout... layouts) {
    int at = numbers.size();
    int[] dims = shape.dims();
    long[][] strides = new long[layouts.length][];
    for (int i = 0; i < layouts.length; i++) strides[i] = layouts[i].strideElements();
    int rank = joined(dims, strides);
    numbers.add(rank);
    for (int axis = 0; axis < rank; axis++) numbers.add(dims[axis]);
    for (int i = 0; i < layouts.length; i++) {
      numbers.add(Math.toIntExact(layouts[i].offsetElements()));
      for (int axis = 0; axis < rank; axis++) numbers.add(Math.toIntExact(strides[i][axis]));
    }
    return at;
  }

  /** Adds four strides, and returns where the first is. */
  int addStrides(long a, long b, long c, long d) {
    int at = numbers.size();
    for (long stride : new long[] {a, b, c, d}) numbers.add(Math.toIntExact(stride));
    return at;
  }

  /** Joins axes that all layouts walk in one stride, in place, and returns how many are left. */
  static int joined(int[] dims, long[][] strides) {
    int last = -1;
    for (int axis = 0; axis < dims.length; axis++) {
      if (dims[axis] == 1) continue;
      if (last >= 0 && continues(last, axis, dims, strides)) {
        dims[last] *= dims[axis];
      } else {
        dims[++last] = dims[axis];
      }
      for (long[] of : strides) of[last] = of[axis];
    }
    return last + 1;
  }

  private static boolean continues(int last, int axis, int[] dims, long[][] strides) {
    return Arrays.stream(strides).allMatch(of -> of[last] == of[axis] * dims[axis]);
  }

  /** Returns whether there is no entry. */
  boolean isEmpty() {
    return numbers.isEmpty();
  }

  /** Returns the numbers of all entries, when all were added. */
  IntArray array() {
    return arrays.computeIfAbsent(List.copyOf(numbers), Geometry::array);
  }

  private static IntArray array(List<Integer> numbers) {
    var array = new IntArray(Math.max(1, numbers.size()));
    for (int i = 0; i < numbers.size(); i++) array.set(i, numbers.get(i));
    return array;
  }

  /** Returns where element {@code i} of the entry's shape lies in layout {@code which}. */
  static int index(IntArray g, int at, int which, int i) {
    int rank = g.get(at);
    int strides = at + 1 + rank + which * (rank + 1);
    int index = g.get(strides);
    int rest = i;
    for (int axis = rank; axis > 0; axis--) {
      int dim = g.get(at + axis);
      int above = rest / dim;
      index = index + (rest - above * dim) * g.get(strides + axis);
      rest = above;
    }
    return index;
  }
}
