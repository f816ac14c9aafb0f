package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@link Op.Custom#donations} as {@link Eager} and {@link Storage} keep them. */
@ExtendWith(NoLeaks.class)
class DonationTest {
  /** x + y, written into x; y may be donated too, to a result of its own. */
  private record AddInto(List<Integer> donations, boolean fails) implements Op.Custom {
    @Override
    public List<TensorSpec> specs(List<TensorSpec> inputs) {
      return donations.stream().map(inputs::get).toList();
    }

    @Override
    public void compute(List<Operand> inputs, List<Operand> outputs) {
      Operand x = inputs.get(0);
      Operand y = inputs.get(1);
      for (long i = 0; i < x.size(); i++) {
        long at = x.layout().offsetElements() + i;
        outputs.get(0).setDouble(at, x.getDouble(at) + y.getDouble(i));
        if (fails) throw new IllegalStateException("half way");
      }
    }
  }

  private static final AddInto INTO_FIRST = new AddInto(List.of(0), false);

  @Test
  void theResultTakesOverTheMemory() {
    Tensor x = Tensor.of(1f, 2f);
    Tensor view = x.reshape(2, 1);
    long before = TensorScope.current().memory().allocationCount();
    Tensor sum = Interpreter.call(INTO_FIRST, x, Tensor.of(10f, 20f));
    assertThat(TensorScope.current().memory().allocationCount()).isEqualTo(before + 1);
    assertThat(sum.toFloats()).containsExactly(11, 22);
    assertThatThrownBy(() -> x.plus(1))
        .isInstanceOf(TensorLifetimeException.class)
        .hasMessage(
            "use after donation: the memory of F32[2] was given to addInto; use the tensor that it"
                + " returned");
    assertThatThrownBy(view::copy).isInstanceOf(TensorLifetimeException.class);
    assertThat(x).hasToString("F32[2] (freed or donated)");
    assertThat(sum.plus(1).toFloats()).containsExactly(12, 23);
  }

  @Test
  void theResultLivesAsLongAsTheInputWouldHave() {
    Tensor x = Tensor.of(1f);
    Tensor sum;
    try (var _ = TensorScope.open()) {
      sum = Interpreter.call(INTO_FIRST, x, Tensor.of(1f));
      sum = Interpreter.call(INTO_FIRST, sum, Tensor.of(1f));
    }
    assertThat(sum.item()).isEqualTo(3);
  }

  @Test
  void memoryThatAnotherInputSharesCannotBeDonated() {
    Tensor x = Tensor.of(1f, 2f);
    assertThatThrownBy(() -> Interpreter.call(INTO_FIRST, x, x.reshape(2)))
        .isInstanceOf(TensorLifetimeException.class)
        .hasMessage(
            "addInto: input 0 gives up its memory, which input 1 shares; pass copy() of one of"
                + " them");
    var both = new AddInto(List.of(0, 1), false);
    Tensor halves = Tensor.of(1f, 2f, 3f, 4f);
    assertThatThrownBy(
            () -> Interpreter.callAll(both, halves.slice(0, 0, 2), halves.slice(0, 2, 4)))
        .isInstanceOf(TensorLifetimeException.class);
    assertThat(x.plus(0).toFloats()).containsExactly(1, 2);
  }

  @Test
  void repeatedElementsCannotBeWritten() {
    Tensor wide = Tensor.of(1f).expand(2);
    assertThatThrownBy(() -> Interpreter.call(INTO_FIRST, wide, Tensor.of(1f, 1f)))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("cannot write F32[2] into the memory of F32[2]; pass copy() of it");
  }

  @Test
  void whatFailedHalfWayCannotBeUsed() {
    Tensor x = Tensor.of(1f, 2f);
    var failing = new AddInto(List.of(0), true);
    assertThatThrownBy(() -> Interpreter.call(failing, x, Tensor.of(1f, 1f)))
        .hasMessage("half way");
    assertThatThrownBy(() -> x.plus(1)).isInstanceOf(TensorLifetimeException.class);
  }
}
