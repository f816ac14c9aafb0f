package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class AnomalyTest {
  private static AnomalyException caught(Supplier<Tensor> body) {
    return catchThrowableOfType(AnomalyException.class, () -> Anomaly.detect(body));
  }

  @Test
  void soundNumbersPass() {
    Tensor x = Tensor.of(1f, 2f);
    assertThat(Anomaly.detect(() -> x.log().plus(x)).toFloats()).hasSize(2);
    assertThat(Anomaly.isWatching()).isFalse();
  }

  @Test
  void theFirstBadNumberIsNamed() {
    Tensor x = Tensor.of(Shape.of(2, 3), 1f, 2f, 3f, 4f, -5f, -6f);
    AnomalyException e = caught(() -> x.log().sum());
    assertThat(e)
        .hasMessageStartingWith(
            "log: made NaN at [1, 1] of its result F32[2, 3], from (F32[2, 3])\n  called at ");
    assertThat(e.operation()).isEqualTo("log");
    assertThat(e.place()).contains("AnomalyTest.java:");
  }

  @Test
  void infinitiesAreAnomaliesOfTheOperationThatMakesThem() {
    Tensor x = Tensor.of(1d, 0d);
    assertThat(caught(() -> x.reciprocal()))
        .hasMessageContaining("reciprocal: made infinity at [1]");
    assertThat(caught(() -> x.log())).hasMessageContaining("log: made -infinity at [1]");
    assertThat(caught(() -> x.times(1000).exp().minus(1)))
        .hasMessageContaining("exp: made infinity at [0]");
  }

  @Test
  void infinitiesThatAreAskedForPassThrough() {
    Tensor scores = Tensor.of(Shape.of(1, 2), 1f, 2f);
    Tensor mask = Tensor.of(Shape.of(1, 2), false, true);
    Tensor p = Anomaly.detect(() -> scores.maskedFill(mask, Double.NEGATIVE_INFINITY).softmax(-1));
    assertThat(p.toFloats()).containsExactly(1f, 0f);
  }

  @Test
  void aNaNMadeOfInfinitiesIsNew() {
    Tensor x = Tensor.full(DType.F32, Double.POSITIVE_INFINITY, 2);
    assertThat(caught(() -> x.minus(x))).hasMessageStartingWith("minus: made NaN at [0]");
  }

  @Test
  void aNaNThatCameWithTheDataIsNotTheOperationsFault() {
    Tensor x = Tensor.of(Shape.of(2, 2), 1d, 2d, Double.NaN, 4d).transpose();
    Tensor one = Tensor.ones(DType.F64);
    assertThat(caught(() -> one.plus(x)))
        .hasMessageStartingWith(
            "plus: was handed NaN at [0, 1] of its input 1, F64[2, 2]: it was made outside");
  }

  @Test
  void readsViewsAndHalves() {
    Tensor x = Tensor.of(Shape.of(2, 2), 1f, 2f, 3e38f, 4f).transpose();
    assertThat(caught(() -> x.times(2).toType(DType.BF16)))
        .hasMessageStartingWith("times: made infinity at [0, 1]");
    assertThat(caught(() -> Tensor.of(3.4e38f).toType(DType.BF16)))
        .hasMessageStartingWith("cast: made infinity at [0] of its result BF16[1]");
  }

  /** 10 x, in the memory of x. */
  private record Tenfold() implements Op.Custom {
    @Override
    public List<TensorSpec> specs(List<TensorSpec> inputs) {
      return inputs;
    }

    @Override
    public List<Integer> donations() {
      return List.of(0);
    }

    @Override
    public void compute(List<Operand> inputs, List<Operand> outputs) {
      for (long i = 0; i < inputs.getFirst().size(); i++) {
        outputs.getFirst().setDouble(i, inputs.getFirst().getDouble(i) * 10);
      }
    }
  }

  @Test
  void whatIsOverwrittenIsLookedAtBefore() {
    assertThat(caught(() -> Interpreter.call(new Tenfold(), Tensor.of(Float.NaN))))
        .hasMessageStartingWith("tenfold: was handed NaN at [0]");
    assertThat(caught(() -> Interpreter.call(new Tenfold(), Tensor.of(1e38f))))
        .hasMessageStartingWith("tenfold: made infinity at [0]");
  }

  @Test
  void nothingIsWatchedOutside() {
    assertThat(Tensor.of(-1f).log().toFloats()[0]).isNaN();
    assertThatThrownBy(() -> Anomaly.detect(() -> Tensor.of(1f).matmul(Tensor.of(1f, 2f))))
        .isInstanceOf(ShapeException.class);
  }
}
