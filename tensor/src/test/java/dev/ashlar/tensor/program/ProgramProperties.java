package dev.ashlar.tensor.program;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaksInTries;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorAccess;
import dev.ashlar.tensor.TensorLifetimeException;
import dev.ashlar.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** Random compositions, with updates in place among them, give the bits of eager computation. */
@AddLifecycleHook(NoLeaksInTries.class)
final class ProgramProperties {
  private static final int KINDS = 20;

  @Property
  void programsAnswerTheBitsOfEagerComputation(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int length, @ForAll boolean tidy) {
    int size = 1 + (int) Math.floorMod(seed, 5L);
    Tensor outside = Tensor.uniform(Key.of(seed ^ 1), DType.F32, size, size);
    try (var step = Compiled.of((List<Tensor> in) -> compose(in, outside, seed, length, tidy))) {
      for (int call = 0; call < 2; call++) {
        List<Tensor> expected = compose(inputs(seed + call, size), outside, seed, length, tidy);
        Bits.assertEqual(step.call(inputs(seed + call, size)), expected);
      }
    }
  }

  private static List<Tensor> inputs(long seed, int size) {
    Key[] keys = Key.of(seed).split(3);
    return List.of(
        Tensor.normal(keys[0], DType.F32, size, size),
        Tensor.normal(keys[1], DType.F32, size, size),
        Tensor.normal(keys[2], DType.F32, size, size));
  }

  private static List<Tensor> compose(
      List<Tensor> inputs, Tensor outside, long seed, int length, boolean tidy) {
    var random = new Random(seed);
    List<Tensor> made = new ArrayList<>(inputs);
    for (int i = 0; i < length; i++) {
      int kind = random.nextInt(KINDS);
      Tensor a = made.get(random.nextInt(made.size()));
      Tensor b = made.get(random.nextInt(made.size()));
      try {
        made.add(
            tidy ? TensorScope.tidy(() -> call(kind, a, b, outside)) : call(kind, a, b, outside));
      } catch (TensorLifetimeException | ShapeException e) {
        // Updated in place before, or cannot be: just so when traced, or the results would differ.
      }
    }
    List<Tensor> alive = made.stream().filter(ProgramProperties::isAlive).toList();
    return alive.stream().filter(_ -> random.nextBoolean()).toList();
  }

  private static boolean isAlive(Tensor tensor) {
    try {
      TensorAccess.checkAlive(tensor);
      return true;
    } catch (TensorLifetimeException e) {
      return false;
    }
  }

  /** Returns one of several operations, [n, n] all. */
  private static Tensor call(int kind, Tensor a, Tensor b, Tensor outside) {
    int n = a.dim(0);
    return switch (kind) {
      case 0 -> a.plus(b);
      case 1 -> a.times(outside);
      case 2 -> a.tanh();
      case 3 -> a.matmul(b);
      case 4 -> a.transpose();
      case 5 -> a.transpose().reshape(n * n).reshape(n, n);
      case 6 -> a.slice(0, 0, 1).expand(n, n);
      case 7 -> a.slice(1, n - 1, n).plus(b);
      case 8 -> a.softmax(1);
      case 9 -> a.sumKeep(0).times(b);
      case 10 -> a.less(b).where(a, b);
      case 11 -> a.topK(n, 1).values();
      case 12 -> a.topK(n, 0).indices().toType(DType.F32);
      case 13 -> a.slice(0, n / 2, n).pad(0, n / 2, 0);
      case 14 -> Tensor.concat(0, a.slice(0, 0, n / 2), b.slice(0, n / 2, n));
      case 15 -> Tensor.normal(Key.of(n), DType.F32, n, n);
      case 16 -> Interpreter.call(new Op.Alias(), a);
      case 17 -> a.copy();
      case 18 -> AddInPlace.of(a.tanh(), b);
      default -> AddInPlace.of(a, b);
    };
  }
}
