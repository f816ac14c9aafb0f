package dev.ashlar.tensor.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.OpSample;
import dev.ashlar.tensor.OpSamples;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorBytes;
import dev.ashlar.tensor.TensorLifetimeException;
import dev.ashlar.tensor.TensorMemoryException;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorTree;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(NoLeaks.class)
final class ProgramExecutorTest {
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F64", "I32"})
  void everyOperationAnswersTheBitsOfEagerComputation(DType dtype) {
    int tried = 0;
    for (OpSample sample : OpSamples.all()) {
      if (!sample.takes(dtype)) continue;
      try (var _ = TensorScope.open()) {
        List<Tensor> inputs = sample.inputs().apply(dtype);
        List<Tensor> expected = Interpreter.current().interpret(sample.op(), inputs);
        try (var step =
            Compiled.of((List<Tensor> in) -> Interpreter.current().interpret(sample.op(), in))) {
          Bits.assertEqual(step.call(inputs), expected);
          Bits.assertEqual(step.call(inputs), expected);
        }
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(sample.name(), e);
      }
      tried++;
    }
    assertThat(tried).isGreaterThan(30);
  }

  /** A chain of {@code length} operations on F32 [n]. */
  private static Function<Tensor, Tensor> chain(int length) {
    return x -> {
      Tensor y = x;
      for (int i = 0; i < length; i++) y = i % 2 == 0 ? y.plus(x) : y.tanh();
      return y;
    };
  }

  @Test
  void aChainNeedsAFewBuffersWhateverItsLength() {
    Tensor x = Tensor.uniform(Key.of(1), DType.F32, 10_000);
    try (var step = Compiled.of(chain(50))) {
      MemoryReport report = step.memory(x);
      assertThat(report.eagerPeakBytes()).isEqualTo(50 * 40_000);
      assertThat(report).hasToString("80,000 bytes planned, 2,000,000 eager (4%)");
    }
  }

  /** Small ones, and such as free what they can: eager computation is hard to beat there. */
  @Test
  void noProgramPlansMoreThanEagerComputationTakes() {
    List<Function<Tensor, ?>> functions =
        List.of(
            x -> x,
            x -> x.plus(1),
            x -> x.sum(),
            x -> x.exp().sum(),
            x -> List.of(x.exp(), x.tanh()),
            x -> List.of(x.exp().sum(), x.tanh().times(2)),
            x -> TensorScope.tidy(() -> x.exp().plus(x).tanh()),
            x -> {
              Tensor y = x;
              for (int i = 0; i < 5; i++) {
                Tensor before = y;
                y = TensorScope.tidy(() -> before.times(x).tanh());
              }
              return y;
            });
    for (Function<Tensor, ?> function : functions) {
      for (int[] dims : new int[][] {{1, 1}, {3, 5}, {20, 100}}) {
        Tensor x = Tensor.uniform(Key.of(1), DType.F32, dims);
        try (Compiled<Tensor, ?> step = Compiled.of(function)) {
          MemoryReport report = step.memory(x);
          assertThat(report.plannedPeakBytes())
              .as(
                  "%d of %s: %s%n%s",
                  functions.indexOf(function), x.shape(), report, step.program(x))
              .isLessThanOrEqualTo(report.eagerPeakBytes());
          Bits.assertEqual(TensorTree.leaves(step.call(x)), TensorTree.leaves(function.apply(x)));
        }
      }
    }
  }

  @Test
  void whatIsPlannedIsWhatIsAllocated() {
    Function<Tensor, Tensor> function = chain(50);
    long eager = peak(function);
    try (var step = Compiled.of(function)) {
      assertThat(eager).isGreaterThan(50 * 40_000);
      assertThat(peakOf(step)).isBetween(3 * 40_000L, 3 * 45_000L);
    }
  }

  private static long peak(Function<Tensor, Tensor> function) {
    try (Memory memory = Memory.withLimit(Long.MAX_VALUE);
        var _ = TensorScope.open(memory)) {
      function.apply(Tensor.uniform(Key.of(1), DType.F32, 10_000));
      return memory.peakBytes();
    }
  }

  private static long peakOf(Compiled<Tensor, Tensor> step) {
    try (Memory memory = Memory.withLimit(Long.MAX_VALUE)) {
      try (var _ = TensorScope.open(memory)) {
        step.call(Tensor.uniform(Key.of(1), DType.F32, 10_000));
      }
      step.close();
      return memory.peakBytes();
    }
  }

  @Test
  void aRunThatDoesNotFitIsToldAndLeavesNothing() {
    try (var step = Compiled.of(chain(50));
        Memory memory = Memory.withLimit(100_000);
        var _ = TensorScope.open(memory)) {
      Tensor x = Tensor.zeros(DType.F32, 10_000);
      assertThatThrownBy(() -> step.call(x)).isInstanceOf(TensorMemoryException.class);
    }
  }

  @Test
  void inputsMayLieInAnyWay() {
    Tensor x = Tensor.uniform(Key.of(1), DType.F32, 6, 5);
    List<Tensor> views =
        List.of(x.transpose(), x.slice(0, 2, 5), x.slice(1, 1, 4, 2), x.select(0, 3).expand(4, 5));
    Function<Tensor, List<Tensor>> function =
        t -> List.of(t.transpose().softmax(0), t.reshape(-1).slice(0, 1, 3), t.transpose());
    try (var step = Compiled.of(function)) {
      for (Tensor view : views) Bits.assertEqual(step.call(view), function.apply(view));
    }
  }

  @Test
  void resultsMayBeViewsOfInputs() {
    Tensor x = Tensor.of(1f, 2f, 3f);
    try (var step = Compiled.of((Tensor t) -> List.of(t, t.slice(0, 1, 3)))) {
      List<Tensor> results = step.call(x);
      assertThat(results.get(0)).isSameAs(x);
      AddInPlace.of(x, Tensor.of(1f, 1f, 1f));
      assertThatThrownBy(() -> results.get(1).toFloats())
          .isInstanceOf(TensorLifetimeException.class);
    }
  }

  // ---- Updates in place.

  private record Pair(Tensor parameter, Tensor gradient) {}

  @Test
  void anInputIsUpdatedInItsOwnMemory() {
    try (var step = Compiled.of((Pair p) -> AddInPlace.of(p.parameter(), p.gradient()))) {
      Tensor parameter = Tensor.of(1f, 2f);
      Tensor gradient = Tensor.of(10f, 20f);
      Tensor before = parameter;
      for (int i = 0; i < 3; i++) parameter = step.call(new Pair(parameter, gradient));
      assertThat(parameter.toFloats()).containsExactly(61, 122);
      assertThat(step.memory(new Pair(parameter, gradient)).plannedPeakBytes()).isZero();
      assertThatThrownBy(before::toFloats)
          .isInstanceOf(TensorLifetimeException.class)
          .hasMessageContaining("was given to addInPlace");
    }
  }

  @Test
  void anUpdatedInputMayLieInAnyWay() {
    try (var step = Compiled.of((Pair p) -> AddInPlace.of(p.parameter(), p.gradient()))) {
      Tensor parameter = Tensor.of(1f, 2f, 3f, 4f).reshape(2, 2).transpose();
      Tensor gradient = Tensor.zeros(DType.F32, 2, 2);
      Tensor next = step.call(new Pair(parameter, gradient));
      assertThat(next.toFloats()).containsExactly(1, 3, 2, 4);
      assertThatThrownBy(parameter::toFloats).isInstanceOf(TensorLifetimeException.class);
    }
  }

  @Test
  void anUpdatedInputMustNotLieInTheMemoryOfAnother() {
    Tensor x = Tensor.of(1f, 2f);
    try (var step = Compiled.of((Pair p) -> AddInPlace.of(p.parameter(), p.gradient()));
        var captured = Compiled.of((Tensor t) -> AddInPlace.of(t, x))) {
      assertThatThrownBy(() -> step.call(new Pair(x, x.reshape(2))))
          .hasMessageContaining(
              "input parameter is updated in place, and shares its memory with input gradient");
      assertThatThrownBy(() -> captured.call(x))
          .hasMessageContaining("a tensor that the function uses without being passed it");
      assertThat(x.toFloats()).containsExactly(1, 2);
    }
  }

  @Test
  void readOnlyMemoryIsNotUpdated() {
    try (var arena = Arena.ofShared();
        var step = Compiled.of((Pair p) -> AddInPlace.of(p.parameter(), p.gradient()));
        var _ = TensorScope.open()) {
      Tensor gradient = Tensor.of(1f, 2f);
      Tensor mapped =
          TensorBytes.wrap(gradient.spec(), arena.allocate(8, 8).asReadOnly(), () -> {});
      assertThatThrownBy(() -> step.call(new Pair(mapped, gradient)))
          .isInstanceOf(TensorLifetimeException.class)
          .hasMessageContaining("read-only");
    }
  }

  @Test
  void whatIsReadLaterIsUpdatedInACopy() {
    // The two exponentials become one step, of which one use is an update.
    Function<Tensor, List<Tensor>> function =
        x -> {
          Tensor updated = AddInPlace.of(x.exp(), x);
          Tensor twice = AddInPlace.of(AddInPlace.of(x.exp(), x), updated);
          return List.of(updated, x.exp().times(2), twice);
        };
    Tensor x = Tensor.of(1f, 2f);
    try (var step = Compiled.of(function)) {
      Bits.assertEqual(step.call(x), function.apply(x));
    }
  }

  // ---- Arguments.

  @Test
  void inputsThatDoNotFitAreNamed() {
    Tensor x = Tensor.of(1f, 2f);
    try (var trace = Tracer.trace(new Pair(x, x), p -> p.parameter().plus(p.gradient()));
        var program = ProgramExecutor.cpu().compile(trace.program())) {
      assertThatThrownBy(() -> program.run(List.of(x)))
          .hasMessage("program: takes 2 tensors, got 1");
      assertThatThrownBy(() -> program.run(List.of(x, x.exp().sum())))
          .hasMessage("program: input gradient must be F32[2], got F32[]");
    }
  }

  @Test
  void freedInputsAreErrors() {
    Tensor freed;
    try (var _ = TensorScope.open()) {
      freed = Tensor.of(1f);
    }
    try (var step = Compiled.of((Tensor t) -> t.plus(1))) {
      assertThatThrownBy(() -> step.call(freed)).isInstanceOf(TensorLifetimeException.class);
    }
  }
}
