package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.reference.ReferenceKernels;
import dev.ashlar.tensor.spi.Operand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/**
 * Operations along axes on views whose axes do not merge in memory and whose lines end wherever
 * kernels cut them, against the plain kernels. Numbers are small and whole, so sums are exact in
 * every order.
 */
@AddLifecycleHook(NoLeaksInTries.class)
class LongLinesProperties {
  /** The most elements of a view. */
  private static final int MOST = 100_000;

  /** Where kernels cut lines: vectors, blocks, pieces of a fold. */
  private static final int[] CUTS = {16, 256, 1024, 2048, 31 * 1024};

  private final ReferenceKernels plain = new ReferenceKernels();

  @Property(tries = 200)
  void everyLineIsReadToItsEnd(@ForAll Random random) {
    DType dtype = List.of(DType.F32, DType.F64, DType.I32).get(random.nextInt(3));
    Tensor x = view(dtype, random);
    for (Op op : operations(x.rank())) check(op, x);
  }

  private void check(Op op, Tensor x) {
    Tensor actual = Interpreter.current().interpret(op, List.of(x)).getFirst();
    Tensor expected = Tensor.allocate(actual.spec());
    List<Operand> inputs = List.of(x.operand());
    plain.find(op, List.of(x.spec())).orElseThrow().run(inputs, List.of(expected.operand()));
    assertThat(actual.toDoubles())
        .as("%s of %s, strides %s", op, x.spec(), x.layout())
        .isEqualTo(expected.toDoubles());
  }

  /** Returns reductions over every choice of axes, and operations along each. */
  private static List<Op> operations(int rank) {
    List<Op> operations = new ArrayList<>(List.of(new Op.Negate(), new Op.Copy()));
    for (int choice = 1; choice < 1 << rank; choice++) {
      int bits = choice;
      List<Integer> axes =
          IntStream.range(0, rank).filter(axis -> (bits >> axis & 1) == 1).boxed().toList();
      operations.add(new Op.Sum(axes, false));
      operations.add(new Op.Max(axes, true));
      operations.add(new Op.Min(axes, false));
    }
    for (int axis = 0; axis < rank; axis++) {
      operations.add(new Op.CumSum(axis, false));
      operations.add(new Op.ArgMax(axis, false));
    }
    return operations;
  }

  /** Returns a view of two to four axes, permuted, cut, stepped or repeated. */
  private static Tensor view(DType dtype, Random random) {
    int[] dims = dims(2 + random.nextInt(3), random);
    int[] larger = Arrays.stream(dims).map(dim -> dim + random.nextInt(2) * 3).toArray();
    int repeated = random.nextInt(3 * dims.length);
    if (repeated < dims.length) larger[repeated] = 1;
    long seed = random.nextLong();
    Key key = Key.of(seed);
    Tensor x = SampleData.fill(dtype, i -> Math.floor(key.uniform(i) * 19) - 9, larger);
    for (int axis = 0; axis < dims.length; axis++) {
      if (axis == repeated) continue;
      int start = random.nextInt(larger[axis] - dims[axis] + 1);
      x = Interpreter.call(new Op.Slice(axis, start, start + dims[axis], 1), x);
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, dims.length).boxed().toList());
    if (random.nextInt(3) == 0) Collections.shuffle(order, random);
    return x.expand(dims).permute(order.stream().mapToInt(axis -> axis).toArray());
  }

  /** Returns sizes of which one, mostly the last, lies about a place where kernels cut. */
  private static int[] dims(int rank, Random random) {
    int[] dims = IntStream.range(0, rank).map(_ -> 1 + random.nextInt(4)).toArray();
    int cut = CUTS[random.nextInt(CUTS.length)];
    int axis = random.nextInt(3) > 0 ? rank - 1 : random.nextInt(rank);
    int most = MOST / Arrays.stream(dims).reduce(1, (a, b) -> a * b);
    dims[axis] = Math.min(most, cut * 7 / 8 + random.nextInt(cut * 5 / 8));
    return dims;
  }
}
