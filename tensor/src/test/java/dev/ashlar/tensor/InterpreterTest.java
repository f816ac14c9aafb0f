package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class InterpreterTest {
  private final List<Op> seen = new ArrayList<>();

  private final Interpreter listening =
      (op, inputs) -> {
        seen.add(op);
        return Interpreter.eager().interpret(op, inputs);
      };

  @Test
  void operationsRunThroughTheBoundInterpreter() {
    Tensor x = Tensor.of(1f, 2f);
    assertThat(listening.<Double>during(() -> x.plus(x).sum().item())).isEqualTo(6);
    assertThat(seen).containsExactly(new Op.Plus(), new Op.Sum(List.of(0), false));
    assertThat(Interpreter.current()).isSameAs(Interpreter.eager());
    x.plus(x);
    assertThat(seen).hasSize(2);
  }

  @Test
  void bindingsNestAndEndWithAnException() {
    Tensor x = Tensor.of(1f);
    assertThatThrownBy(
            () ->
                listening.during(
                    () -> {
                      Interpreter.eager().during(() -> x.exp());
                      throw new IllegalStateException("out");
                    }))
        .hasMessage("out");
    assertThat(seen).isEmpty();
    assertThat(Interpreter.current()).isSameAs(Interpreter.eager());
  }

  @Test
  void otherThreadsRunEagerly() {
    listening.during(
        () -> {
          var elsewhere = CompletableFuture.supplyAsync(Interpreter::current);
          assertThat(elsewhere.join()).isSameAs(Interpreter.eager());
          return seen;
        });
  }
}
