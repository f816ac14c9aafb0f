package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/**
 * No call crashes the JVM: an operation with any attributes on any inputs works, or throws an
 * exception of its kind that names it.
 */
@AddLifecycleHook(NoLeaksInTries.class)
class RobustnessProperties {
  private static final List<Class<? extends Op>> VOCABULARY = List.copyOf(OpSamples.covered());

  @Property
  void anyOperationOnAnythingWorksOrNamesItself(@ForAll Random random) {
    for (Class<? extends Op> kind : VOCABULARY) {
      Op op = randomOp(kind, random);
      List<Tensor> inputs = new ArrayList<>();
      int count = random.nextInt(8) == 0 ? random.nextInt(4) : usualInputs(op);
      DType dtype = pick(DType.values(), random);
      int[] dims = dims(random);
      for (int i = 0; i < count; i++) inputs.add(randomTensor(dtype, dims, random));
      check(op, inputs);
    }
  }

  private static void check(Op op, List<Tensor> inputs) {
    List<TensorSpec> specs = inputs.stream().map(Tensor::spec).toList();
    try {
      for (Tensor result : Interpreter.current().interpret(op, inputs)) {
        assertThat(result.toDoubles()).hasSize((int) result.size());
      }
      assertThat(ShapeRules.infer(op, specs)).isNotEmpty();
    } catch (ShapeException | IndexOutOfBoundsException | ArithmeticException e) {
      assertThat(e.getMessage()).as("%s on %s", op, specs).startsWith(op.label() + ": ");
    }
  }

  private static int usualInputs(Op op) {
    return switch (op) {
      case Op.Source _ -> 0;
      case Op.Binary _, Op.Compare _, Op.Logical _, Op.MatMul _, Op.Gather _, Op.IndexSelect _ -> 2;
      case Op.Clamp _, Op.Where _, Op.ScatterAdd _, Op.IndexAdd _, Op.Concat _ -> 3;
      default -> 1;
    };
  }

  private static Op randomOp(Class<? extends Op> kind, Random random) {
    RecordComponent[] components = kind.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = randomValue(types[i], random);
    }
    try {
      Constructor<? extends Op> constructor = kind.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(kind.toString(), e);
    }
  }

  private static Object randomValue(Class<?> type, Random random) {
    if (type == int.class) return wild(random);
    if (type == boolean.class) return random.nextBoolean();
    if (type == double.class) return random.nextInt(4) == 0 ? Double.NaN : random.nextInt(5) - 1.5;
    if (type == List.class) {
      return IntStream.range(0, random.nextInt(4)).mapToObj(_ -> random.nextInt(5) - 1).toList();
    }
    if (type == Shape.class) return Shape.of(dims(random));
    if (type == DType.class) return pick(DType.values(), random);
    if (type == TensorSpec.class) {
      return new TensorSpec(pick(DType.values(), random), Shape.of(dims(random)));
    }
    if (type == long.class) return random.nextLong();
    if (type.isEnum()) return pick(type.getEnumConstants(), random);
    throw new AssertionError("no random " + type);
  }

  private static int wild(Random random) {
    return switch (random.nextInt(20)) {
      case 0 -> Integer.MIN_VALUE;
      case 1 -> -1;
      default -> random.nextInt(6);
    };
  }

  private static int[] dims(Random random) {
    return IntStream.range(0, random.nextInt(4)).map(_ -> random.nextInt(4)).toArray();
  }

  private static <T> T pick(T[] values, Random random) {
    return values[random.nextInt(values.length)];
  }

  private static Tensor randomTensor(DType usual, int[] usualDims, Random random) {
    DType dtype = random.nextInt(3) == 0 ? pick(DType.values(), random) : usual;
    int[] dims = random.nextInt(3) == 0 ? dims(random) : usualDims;
    Tensor x =
        SampleData.fill(
            dtype, _ -> dtype == DType.BOOL ? random.nextInt(2) : random.nextInt(5) - 1, dims);
    if (x.rank() == 0) return x;
    return switch (random.nextInt(4)) {
      case 0 -> SampleData.transposed(x);
      case 1 -> SampleData.offset(x);
      case 2 -> SampleData.strided(x);
      default -> x;
    };
  }
}
