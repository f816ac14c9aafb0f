package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class HoldTest {
  @Test
  void keepsTensorsBeyondTheirScope() {
    Tensor x;
    Tensor y;
    try (var hold = new Hold()) {
      try (var _ = TensorScope.open()) {
        x = Tensor.of(1f);
        y = Tensor.of(2f);
        hold.add(x);
        hold.add(x);
        hold.add(y);
      }
      hold.remove(x);
      assertThat(x.item()).isEqualTo(1);
      hold.remove(x);
      assertThatThrownBy(x::item).isInstanceOf(TensorLifetimeException.class);
      assertThatThrownBy(() -> hold.remove(x)).hasMessageContaining("is not held here");
      assertThat(y.item()).isEqualTo(2);
      assertThatThrownBy(() -> hold.add(x)).isInstanceOf(TensorLifetimeException.class);
    }
    assertThatThrownBy(y::item).isInstanceOf(TensorLifetimeException.class);
  }
}
