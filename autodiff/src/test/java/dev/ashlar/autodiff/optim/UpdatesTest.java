package dev.ashlar.autodiff.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What all optimizers have in common: models are matched by path, and are whole or refused. */
@ExtendWith(NoLeaks.class)
final class UpdatesTest {
  private static Map<String, Tensor> inOrder(String first, double x, String second, double y) {
    Map<String, Tensor> map = new LinkedHashMap<>();
    map.put(first, Tensor.of(x));
    map.put(second, Tensor.of(y));
    return map;
  }

  @Test
  void mapsAreMatchedByTheirKeys() {
    Sgd sgd = Sgd.of(1).withMomentum(0.5);
    var model = inOrder("a", 10, "b", 20);
    var state = new Sgd.State<>(inOrder("b", 2, "a", 4), 1);
    var next = sgd.update(model, inOrder("b", 200, "a", 100), state);
    assertThat(next.state().velocity().keySet()).containsExactly("b", "a");
    assertThat(next.state().velocity().get("a").toDoubles()).containsExactly(102);
    assertThat(next.state().velocity().get("b").toDoubles()).containsExactly(201);
    assertThat(next.model().get("a").toDoubles()).containsExactly(-92);
    assertThat(next.model().get("b").toDoubles()).containsExactly(-181);

    AdamW adamW = AdamW.of(1);
    var old =
        adamW.update(next.model(), inOrder("a", 1, "b", 2), adamW.init(inOrder("b", 0, "a", 0)));
    assertThat(old.state().firstMoment().get("b").toDoubles()[0])
        .isEqualTo(2 * old.state().firstMoment().get("a").toDoubles()[0]);
  }

  @Test
  void tensorsThatTheModelHasNotAreRefused() {
    Map<String, Tensor> model = Map.of("a", Tensor.of(10.0));
    Map<String, Tensor> more = inOrder("a", 1, "extra", 1);
    assertThatThrownBy(() -> Sgd.of(1).update(model, more, Sgd.of(1).init(model)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("sgd: extra of gradients or state is F64[1], but the model has no such tensor");
    assertThatThrownBy(() -> AdamW.of(1).update(model, model, AdamW.of(1).init(more)))
        .isInstanceOf(ShapeException.class)
        .hasMessageStartingWith("adamW: extra");
    assertThatThrownBy(() -> Gradients.accumulate(model, more, 1))
        .hasMessageStartingWith("accumulate: extra");
    assertThat(model.get("a").toDoubles()).containsExactly(10);
  }

  @Test
  void whatIsRefusedHasChangedNothing() {
    Tensor a = Tensor.of(10.0);
    Tensor b = Tensor.of(20.0);
    Tensor half = Tensor.of(1f).toType(DType.BF16);
    refused(List.of(a, half), List.of(b, half), ShapeException.class, "keep a master copy of F32");
    refused(
        List.of(a, a), List.of(b, b), IllegalArgumentException.class, "0 and 1 lie in one piece");
    refused(
        List.of(a, b.slice(0, 0, 1)),
        List.of(b, a),
        IllegalArgumentException.class,
        "1 and 0 lie in one piece");
    Tensor expanded = Tensor.of(1.0).expand(3);
    refused(List.of(a, expanded), List.of(b, expanded.copy()), ShapeException.class, "pass copy()");
    assertThat(a.toDoubles()).containsExactly(10);
    assertThat(b.toDoubles()).containsExactly(20);
    // Gradients are only read: two parameters may share one.
    assertThat(
            Sgd.of(1)
                .update(List.of(a, b), List.of(b.copy(), a.copy()), Sgd.of(1).init(List.of(a, b)))
                .model()
                .get(1)
                .toDoubles())
        .containsExactly(10);
  }

  private static void refused(
      List<Tensor> model, List<Tensor> gradients, Class<?> by, String message) {
    for (double momentum : new double[] {0, 0.5}) {
      Sgd sgd = Sgd.of(1).withMomentum(momentum);
      assertThatThrownBy(() -> sgd.update(model, gradients, sgd.init(model)))
          .isInstanceOf(by)
          .hasMessageContaining(message);
    }
    AdamW adamW = AdamW.of(1);
    assertThatThrownBy(() -> adamW.update(model, gradients, adamW.init(model)))
        .isInstanceOf(by)
        .hasMessageContaining(message);
  }
}
