package dev.ashlar.tensor.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.KeyTensor;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class CompiledTest {
  private record Scaled(Tensor x, double by, Optional<Tensor> bias) {}

  private static Tensor scale(Scaled in) {
    Tensor y = in.x().times(in.by());
    return in.bias().map(y::plus).orElse(y);
  }

  @Test
  void oneProgramPerStructureTypesAndShapes() {
    var traced = new AtomicInteger();
    try (var step =
        Compiled.of(
            (Scaled in) -> {
              traced.incrementAndGet();
              return scale(in);
            })) {
      Tensor two = Tensor.of(1f, 2f);
      Tensor three = Tensor.of(1f, 2f, 3f);
      assertThat(step.call(new Scaled(two, 2, Optional.empty())).toFloats()).containsExactly(2, 4);
      assertThat(step.call(new Scaled(two.plus(1), 2, Optional.empty())).toFloats())
          .containsExactly(4, 6);
      assertThat(step.programCount()).isEqualTo(1);
      assertThat(traced).hasValue(1);

      step.call(new Scaled(three, 2, Optional.empty()));
      step.call(new Scaled(two.toType(DType.F64), 2, Optional.empty()));
      step.call(new Scaled(two, 2, Optional.of(two)));
      assertThat(step.call(new Scaled(two, 3, Optional.empty())).toFloats()).containsExactly(3, 6);
      assertThat(step.programCount()).isEqualTo(5);
      step.call(new Scaled(two, 3, Optional.empty()));
      step.program(new Scaled(two, 3, Optional.empty()));
      assertThat(traced).hasValue(5);
    }
  }

  @Test
  void structuresComeBackAsTheyWere() {
    record Result(List<Tensor> parts, Map<String, Tensor> named, String note) {}
    try (var step =
        Compiled.of(
            (Tensor x) ->
                new Result(List.of(x.exp(), x), Map.of("sum", x.sum()), "rank " + x.rank()))) {
      Tensor x = Tensor.of(0f, 0f);
      Result result = step.call(x);
      assertThat(result.parts().getFirst().toFloats()).containsExactly(1, 1);
      assertThat(result.named().get("sum").item()).isZero();
      assertThat(result.note()).isEqualTo("rank 1");
    }
  }

  @Test
  void mapsInAnotherOrderAreReadByTheirKeys() {
    Map<String, Tensor> ab = new LinkedHashMap<>();
    ab.put("a", Tensor.of(6f));
    ab.put("b", Tensor.of(3f));
    Map<String, Tensor> ba = new LinkedHashMap<>();
    ba.put("b", Tensor.of(4f));
    ba.put("a", Tensor.of(8f));
    Map<String, Tensor> cd = Map.of("c", Tensor.of(9f), "d", Tensor.of(3f));
    try (var step =
        Compiled.of(
            (Map<String, Tensor> in) ->
                in.containsKey("a") ? in.get("a").div(in.get("b")) : in.get("c"))) {
      assertThat(step.call(ab).item()).isEqualTo(2);
      assertThat(step.call(ba).item()).isEqualTo(2);
      assertThat(step.call(cd).item()).isEqualTo(9);
      assertThat(step.call(new TreeMap<>(ba)).item()).isEqualTo(2);
      assertThat(step.call(ab).item()).isEqualTo(2);
      assertThat(step.call(ba).item()).isEqualTo(2);
    }
  }

  @Test
  void resultsAreOfTheClassesOfTheInputs() {
    Map<String, Tensor> map = Map.of("a", Tensor.of(1f));
    try (var step = Compiled.of((Map<String, Tensor> in) -> TensorTree.map(in, Tensor::exp))) {
      assertThat(step.call(map)).isNotInstanceOf(HashMap.class);
      assertThat(step.call(new HashMap<>(map))).isInstanceOf(HashMap.class);
      assertThat(step.call(new TreeMap<>(map))).isInstanceOf(TreeMap.class);
      assertThat(step.programCount()).isEqualTo(3);
    }
  }

  @Test
  void randomNumbersRepeat() {
    try (var step = Compiled.of((Tensor x) -> x.plus(Tensor.normal(Key.of(7), DType.F32, 3)))) {
      Tensor x = Tensor.zeros(DType.F32, 3);
      Bits.assertEqual(
          List.of(step.call(x), step.call(x)),
          List.of(Tensor.normal(Key.of(7), DType.F32, 3), Tensor.normal(Key.of(7), DType.F32, 3)));
    }
  }

  private record Drawn(KeyTensor key, Tensor x) {
    static Drawn of(Key key) {
      return new Drawn(KeyTensor.of(key), Tensor.zeros(DType.F32, 3, 5));
    }
  }

  @Test
  void aKeyThatIsATensorDrawsOtherNumbersEveryTime() {
    try (var step =
        Compiled.of(
            (Drawn in) ->
                List.of(
                    in.x().plus(Tensor.normal(in.key().fold(1), DType.F32, 3, 5)),
                    Tensor.uniform(in.key().fold(2).fold(3), DType.F64, 4),
                    Tensor.dropoutMask(in.key(), 0.5, 20)))) {
      for (int i = 0; i < 4; i++) {
        Key key = Key.of(7).fold(i);
        Bits.assertEqual(
            step.call(Drawn.of(key)),
            List.of(
                Tensor.normal(key.fold(1), DType.F32, 3, 5),
                Tensor.uniform(key.fold(2).fold(3), DType.F64, 4),
                Tensor.dropoutMask(key, 0.5, 20)));
      }
      assertThat(step.programCount()).isEqualTo(1);
    }
  }

  @Test
  void aKeyTensorHasTwoNumbers() {
    assertThatThrownBy(() -> new KeyTensor(Tensor.of(1L)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("key: seed and stream must be I64[2], got I64[1]");
  }

  @Test
  void programsLongestUnusedAreClosed() {
    var traced = new AtomicInteger();
    try (var step =
        Compiled.of(
            (Scaled in) -> {
              traced.incrementAndGet();
              return scale(in);
            })) {
      Tensor x = Tensor.of(1f, 2f);
      var often = new Scaled(x, -1, Optional.empty());
      for (int i = 0; i < 3 * Compiled.MOST_PROGRAMS; i++) {
        assertThat(step.call(new Scaled(x, i, Optional.empty())).toFloats())
            .containsExactly(i, 2 * i);
        step.call(often);
      }
      assertThat(step.programCount()).isEqualTo(Compiled.MOST_PROGRAMS);
      assertThat(traced).hasValue(3 * Compiled.MOST_PROGRAMS + 1);
      step.call(new Scaled(x, 0, Optional.empty()));
      assertThat(traced).hasValue(3 * Compiled.MOST_PROGRAMS + 2);
    }
  }

  /** A program that is given up while threads run it ends with the last of them. */
  @Test
  void programsInUseEndTheirRuns() {
    try (var threads = Executors.newFixedThreadPool(4);
        Memory memory = Memory.withLimit(Long.MAX_VALUE);
        var step =
            Compiled.of(
                (Scaled in) -> {
                  Tensor y = in.x().times(in.by());
                  for (int i = 0; i < 20; i++) y = y.plus(in.x()).tanh();
                  return y.sum();
                })) {
      List<CompletableFuture<Boolean>> done = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int first = thread * 100;
        done.add(
            CompletableFuture.supplyAsync(
                () -> {
                  for (int i = 0; i < 2 * Compiled.MOST_PROGRAMS; i++) {
                    try (var _ = TensorScope.open(memory)) {
                      step.call(new Scaled(Tensor.of(1f, 2f), first + i, Optional.empty()));
                    }
                  }
                  return true;
                },
                threads));
      }
      assertThat(done).allMatch(CompletableFuture::join);
    }
  }

  @Test
  void insideAnotherTraceTheFunctionItselfIsTraced() {
    try (var inner = Compiled.of((Tensor x) -> x.exp());
        var outer = Compiled.of((Tensor x) -> inner.call(x).plus(1))) {
      Tensor x = Tensor.of(0f);
      assertThat(outer.call(x).item()).isEqualTo(2);
      assertThat(inner.programCount()).isZero();
      assertThat(outer.program(x).steps()).hasSize(3);
    }
  }

  @Test
  void aFunctionThatCannotBeTracedIsTracedAgainNextTime() {
    var attempts = new AtomicInteger();
    try (var step =
        Compiled.of(
            (Tensor x) -> {
              if (attempts.incrementAndGet() == 1) throw new IllegalStateException("first");
              return x.plus(1);
            })) {
      Tensor x = Tensor.of(1f);
      assertThatThrownBy(() -> step.call(x)).hasMessage("first");
      assertThat(step.programCount()).isZero();
      assertThat(step.call(x).item()).isEqualTo(2);
      assertThat(step.programCount()).isEqualTo(1);
    }
  }

  @Test
  void threadsShareOneProgramAndNoMemory() {
    var traced = new AtomicInteger();
    try (var threads = Executors.newFixedThreadPool(4);
        Memory memory = Memory.withLimit(Long.MAX_VALUE);
        var step =
            Compiled.of(
                (Tensor x) -> {
                  traced.incrementAndGet();
                  Tensor y = x;
                  for (int i = 0; i < 10; i++) y = y.plus(x).tanh();
                  return y.sum();
                })) {
      List<CompletableFuture<double[]>> results = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        float value = thread;
        results.add(CompletableFuture.supplyAsync(() -> sums(memory, step, value), threads));
      }
      for (int thread = 0; thread < 8; thread++) {
        double[] sums = results.get(thread).join();
        assertThat(sums).containsOnly(sums[0]);
        assertThat(sums[0]).isEqualTo(expected(thread));
      }
      assertThat(traced).hasValue(1);
    }
  }

  private static double[] sums(Memory memory, Compiled<Tensor, Tensor> step, double value) {
    double[] sums = new double[20];
    for (int i = 0; i < sums.length; i++) {
      try (var _ = TensorScope.open(memory)) {
        sums[i] = step.call(Tensor.full(DType.F32, value, 100)).item();
      }
    }
    return sums;
  }

  private static double expected(double value) {
    Tensor x = Tensor.full(DType.F32, value, 100);
    Tensor y = x;
    for (int i = 0; i < 10; i++) y = y.plus(x).tanh();
    return y.sum().item();
  }

  @Test
  void nothingRunsAfterClose() {
    var step = Compiled.of((Tensor x) -> x.plus(1));
    Tensor x = Tensor.of(1f);
    step.call(x);
    step.close();
    step.close();
    assertThatThrownBy(() -> step.call(x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("compiled: called after close()");
  }

  @Test
  void anotherRunnerCanTakeTheProgram() {
    var programs = new ArrayList<Program>();
    ProgramRunner recording =
        program -> {
          programs.add(program);
          return ProgramExecutor.cpu().compile(program);
        };
    try (var step = Compiled.of(recording, (Tensor x) -> x.exp().plus(x.exp()))) {
      step.call(Tensor.of(1f));
      step.call(Tensor.of(2f));
      assertThat(programs).hasSize(1);
      assertThat(programs.getFirst().steps()).hasSize(2);
    }
  }
}
