package dev.ashlar.tensor.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.program.Program.Input;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class PassesTest {
  private static List<String> simplified(Function<Tensor, ?> function) {
    Tensor x = Tensor.of(1f, 2f, 3f);
    try (var trace = Tracer.trace(x, function)) {
      return Passes.simplify(trace.program()).steps().stream()
          .map(step -> step.op().label())
          .toList();
    }
  }

  @Test
  void whatNobodyUsesGoes() {
    assertThat(
            simplified(
                x -> {
                  x.exp().plus(x.log());
                  return x.sqrt();
                }))
        .containsExactly("sqrt");
  }

  @Test
  void constantsThatNobodyUsesGo() {
    Tensor x = Tensor.of(1f);
    Tensor outside = Tensor.of(2f);
    try (var trace =
        Tracer.trace(
            x,
            t -> {
              t.plus(outside);
              return t;
            })) {
      assertThat(trace.program().constants()).hasSize(1);
      assertThat(Passes.simplify(trace.program()).constants()).isEmpty();
    }
  }

  @Test
  void equalStepsAreComputedOnce() {
    assertThat(simplified(x -> x.exp().plus(1).times(x.exp().plus(1))))
        .containsExactly("exp", "fill", "plus", "times");
  }

  @Test
  void randomNumbersOfOneKeyAreDrawnOnce() {
    Function<Long, Function<Tensor, ?>> noise =
        other ->
            x ->
                x.plus(Tensor.normal(Key.of(1), DType.F32, 3))
                    .plus(Tensor.normal(Key.of(other), DType.F32, 3));
    assertThat(simplified(noise.apply(1L))).containsExactly("normal", "plus", "plus");
    assertThat(simplified(noise.apply(2L))).containsExactly("normal", "plus", "normal", "plus");
  }

  @Test
  void zerosOfBothSignsDiffer() {
    assertThat(simplified(x -> x.times(0.0).plus(x.times(-0.0)))).contains("fill", "fill");
    assertThat(simplified(x -> x.times(0.0).plus(x.times(-0.0))))
        .filteredOn("fill"::equals)
        .hasSize(2);
  }

  @Test
  void recomputationStaysRecomputation() {
    assertThat(simplified(x -> x.exp().plus(Interpreter.call(new Op.Alias(), x).exp())))
        .containsExactly("exp", "alias", "exp", "plus");
  }

  @Test
  void resultsInMemoriesOfTheirOwnStayApart() {
    assertThat(simplified(x -> List.of(x.exp(), x.exp(), x.exp().sum())))
        .containsExactly("exp", "exp", "sum");
    assertThat(simplified(x -> List.of(x.exp().reshape(3, 1), x.exp().reshape(1, 3))))
        .containsExactly("exp", "reshape", "exp", "reshape");
  }

  @Test
  void aProgramIsCheckedWhenItIsMade() {
    var spec = new TensorSpec(DType.F32, dev.ashlar.tensor.Shape.of(2));
    var x = new Value(0, spec);
    var y = new Value(1, spec);
    var step = new Step(new Op.Exp(), List.of(x), List.of(y));
    var given = List.of(new Input("x", x));
    assertThatThrownBy(() -> new Program(List.of(), List.of(), List.of(step), List.of(y)))
        .hasMessage("program: %0 is used by exp before it is defined");
    assertThatThrownBy(() -> new Program(given, List.of(), List.of(step, step), List.of(y)))
        .hasMessage("program: %1 is defined twice");
    assertThatThrownBy(() -> new Program(given, List.of(), List.of(), List.of(y)))
        .hasMessage("program: %1 is used by the result before it is defined");
  }
}
