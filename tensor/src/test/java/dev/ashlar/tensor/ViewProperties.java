package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** Chains of views against a model that copies: the elements of the base by number, row-major. */
@AddLifecycleHook(NoLeaksInTries.class)
class ViewProperties {
  /** Which element of the base stands where. */
  private record Model(int[] dims, int[] elements) {
    static Model of(int... dims) {
      return new Model(dims, IntStream.range(0, size(dims)).toArray());
    }

    private static int size(int[] dims) {
      return Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    }

    /**
     * Returns the model of shape {@code to} whose element at an index is this one's at {@code
     * from(index)}.
     */
    Model rebuilt(int[] to, java.util.function.UnaryOperator<int[]> from) {
      int[] out = new int[size(to)];
      int[] index = new int[to.length];
      for (int i = 0; i < out.length; i++) {
        int rest = i;
        for (int axis = to.length - 1; axis >= 0; axis--) {
          index[axis] = rest % to[axis];
          rest /= to[axis];
        }
        int[] source = from.apply(index.clone());
        int at = 0;
        for (int axis = 0; axis < dims.length; axis++) at = at * dims[axis] + source[axis];
        out[i] = elements[at];
      }
      return new Model(to, out);
    }
  }

  @Property
  void aChainOfViewsShowsWhatAModelShows(@ForAll Random random) {
    int[] dims = IntStream.range(0, random.nextInt(5)).map(_ -> random.nextInt(5)).toArray();
    if (random.nextBoolean()) dims = Arrays.stream(dims).map(d -> Math.max(d, 1)).toArray();
    Model model = Model.of(dims);
    Tensor tensor = Tensor.arange(DType.I32, model.elements.length).reshape(Shape.of(dims));
    List<String> chain = new ArrayList<>();
    for (int step = 0; step < 6; step++) {
      int rank = model.dims.length;
      switch (random.nextInt(4)) {
        case 0 -> {
          List<Integer> order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
          Collections.shuffle(order, random);
          chain.add("permute " + order);
          int[] axes = order.stream().mapToInt(a -> a).toArray();
          tensor = tensor.permute(axes);
          int[] before = model.dims;
          model =
              model.rebuilt(
                  order.stream().mapToInt(a -> before[a]).toArray(),
                  index -> {
                    int[] source = new int[axes.length];
                    for (int i = 0; i < axes.length; i++) source[axes[i]] = index[i];
                    return source;
                  });
        }
        case 1 -> {
          if (rank == 0) continue;
          int axis = random.nextInt(rank);
          int start = random.nextInt(model.dims[axis] + 1);
          int stop = start + random.nextInt(model.dims[axis] - start + 1);
          int by = 1 + random.nextInt(3);
          chain.add("slice axis %d: %d until %d by %d".formatted(axis, start, stop, by));
          tensor = slice(tensor, axis, start, stop, by);
          int[] to = model.dims.clone();
          to[axis] = (int) IntStream.iterate(start, i -> i < stop, i -> i + by).count();
          model =
              model.rebuilt(
                  to,
                  index -> {
                    index[axis] = start + by * index[axis];
                    return index;
                  });
        }
        case 2 -> {
          if (rank > 4) continue;
          int[] to = model.dims.clone();
          for (int i = 0; i < rank; i++)
            if (to[i] == 1 && random.nextBoolean()) to[i] = random.nextInt(4);
          int[] wide =
              IntStream.concat(IntStream.of(1 + random.nextInt(2)), Arrays.stream(to)).toArray();
          chain.add("expand to " + Arrays.toString(wide));
          tensor = tensor.expand(wide);
          int[] before = model.dims;
          model =
              model.rebuilt(
                  wide,
                  index -> {
                    int[] source = Arrays.copyOfRange(index, 1, index.length);
                    for (int i = 0; i < source.length; i++) if (before[i] == 1) source[i] = 0;
                    return source;
                  });
        }
        default -> {
          int[] to = regrouped(model.elements.length, random);
          chain.add("reshape to " + Arrays.toString(to));
          tensor = tensor.reshape(Shape.of(to));
          model = new Model(to, model.elements);
        }
      }
      assertThat(tensor.shape().dims()).as("%s", chain).isEqualTo(model.dims);
      assertThat(tensor.toInts()).as("%s", chain).isEqualTo(model.elements);
      assertThat(tensor.copy().toInts()).as("copy after %s", chain).isEqualTo(model.elements);
    }
  }

  private static Tensor slice(Tensor tensor, int axis, int start, int stop, int by) {
    return Interpreter.call(new Op.Slice(axis, start, stop, by), tensor);
  }

  /** Returns a random shape of a number of elements. */
  private static int[] regrouped(int size, Random random) {
    if (size == 0) return new int[] {random.nextInt(3), 0};
    List<Integer> dims = new ArrayList<>();
    int rest = size;
    while (rest > 1) {
      int wanted = 2 + random.nextInt(rest);
      int factor =
          IntStream.iterate(Math.min(wanted, rest), d -> d - 1)
              .filter(d -> d > 0 && size % d == 0)
              .findFirst()
              .orElse(1);
      if (rest % factor != 0 || factor == 1) factor = rest;
      dims.add(factor);
      rest /= factor;
      if (random.nextInt(4) == 0) dims.add(1);
    }
    return dims.stream().mapToInt(d -> d).toArray();
  }
}
