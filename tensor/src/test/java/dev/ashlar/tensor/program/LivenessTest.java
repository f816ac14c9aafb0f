package dev.ashlar.tensor.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Program.Value;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class LivenessTest {
  private static Program program(Function<Tensor, ?> function) {
    Tensor x = Tensor.of(1f, 2f);
    try (var trace = Tracer.trace(x, function)) {
      return trace.program();
    }
  }

  @Test
  void aValueLivesUntilTheLastStepThatReadsItOrAViewOfIt() {
    Program program =
        program(
            x -> {
              Tensor y = x.exp(); // 0
              Tensor column = y.reshape(2, 1); // 1
              Tensor z = y.log(); // 2
              return z.plus(column.reshape(2)).sqrt(); // 3: reshape, 4: plus, 5: sqrt
            });
    Liveness liveness = Liveness.of(program);
    Value y = program.steps().get(0).outputs().getFirst();
    Value column = program.steps().get(1).outputs().getFirst();
    Value answer = program.steps().get(5).outputs().getFirst();
    assertThat(liveness.root(column)).isEqualTo(y);
    assertThat(liveness.lastUse(y)).isEqualTo(4);
    assertThat(liveness.lastUse(column)).isEqualTo(4);
    assertThat(liveness.lastUse(program.inputs().getFirst().value())).isZero();
    assertThat(liveness.isAnswered(answer)).isTrue();
    assertThat(liveness.isAnswered(y)).isFalse();
  }

  @Test
  void onlyWhatNobodyReadsLaterMayBeOverwritten() {
    Program fresh = program(x -> AddInPlace.of(x.exp(), x));
    assertThat(Liveness.of(fresh).mayOverwrite(1, 0)).isTrue();
    assertThat(Liveness.of(fresh).mayOverwrite(1, 1)).isTrue();

    Program shared =
        Passes.simplify(program(x -> List.of(AddInPlace.of(x.exp(), x), x.exp().sum())));
    assertThat(Liveness.of(shared).mayOverwrite(1, 0)).isFalse();
  }
}
