package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class TensorTreeTest {
  private record Linear(Tensor weight, @Nullable Tensor bias) {}

  private record Model(
      String name,
      List<Linear> layers,
      Map<String, Tensor> tables,
      Optional<Tensor> head,
      int size) {}

  private Tensor a;
  private Tensor b;
  private Tensor c;
  private Tensor d;
  private Tensor e;
  private Model model;

  @BeforeEach
  void make() {
    a = Tensor.of(1f);
    b = Tensor.of(2f);
    c = Tensor.of(3f);
    d = Tensor.of(4f);
    e = Tensor.of(5f);
    Map<String, Tensor> tables = new LinkedHashMap<>();
    tables.put("in", d);
    model =
        new Model("m", List.of(new Linear(a, b), new Linear(c, null)), tables, Optional.of(e), 7);
  }

  @Test
  void namesTensorsByTheirPath() {
    assertThat(TensorTree.named(model))
        .containsExactly(
            Map.entry("layers.0.weight", a),
            Map.entry("layers.0.bias", b),
            Map.entry("layers.1.weight", c),
            Map.entry("tables.in", d),
            Map.entry("head", e));
    assertThat(TensorTree.named(a)).containsExactly(Map.entry("", a));
    assertThat(TensorTree.named(null)).isEmpty();
    assertThat(TensorTree.leaves(model)).containsExactly(a, b, c, d, e);
  }

  @Test
  void mapsToTheSameStructure() {
    Model doubled = TensorTree.map(model, x -> x.times(2));
    assertThat(doubled.name()).isEqualTo("m");
    assertThat(doubled.size()).isEqualTo(7);
    assertThat(doubled.layers().get(1).bias()).isNull();
    assertThat(TensorTree.leaves(doubled).stream().map(Tensor::item))
        .containsExactly(2.0, 4.0, 6.0, 8.0, 10.0);
    assertThat(TensorTree.leaves(model)).containsExactly(a, b, c, d, e);
  }

  @Test
  void whatDoesNotChangeStaysTheSameObject() {
    assertThat(TensorTree.map(model, x -> x)).isSameAs(model);
    Model partly = TensorTree.mapNamed(model, (path, x) -> path.equals("head") ? a : x);
    assertThat(partly.layers()).isSameAs(model.layers());
    assertThat(partly.head()).contains(a);
  }

  @Test
  void replacesLeavesInOrder() {
    Model other = TensorTree.withLeaves(model, List.of(e, d, c, b, a));
    assertThat(TensorTree.leaves(other)).containsExactly(e, d, c, b, a);
    assertThatThrownBy(() -> TensorTree.withLeaves(model, List.of(a)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("withLeaves: the structure has 5 tensors, got 1");
  }

  @Test
  void walksLocalRecordsAndListsWithHoles() {
    record Local(List<@Nullable Tensor> parts) {}
    var local = new Local(Arrays.asList(a, null, b));
    assertThat(TensorTree.named(local)).containsOnlyKeys("parts.0", "parts.2");
    assertThat(TensorTree.map(local, _ -> c).parts()).containsExactly(c, null, c);
  }

  @Test
  void saysWhatItCannotWalk() {
    record Arrays(Tensor[] parts) {}
    record Sets(Set<Tensor> parts) {}
    record Exact(ArrayList<Tensor> parts) {}
    record Checked(Tensor x) {
      Checked {
        if (x.rank() != 1) throw new IllegalStateException("needs a vector");
      }
    }
    assertThatThrownBy(() -> TensorTree.leaves(new Arrays(new Tensor[] {a})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "parts holds tensors in an array, which has no order of names; use a List or a Map");
    assertThatThrownBy(() -> TensorTree.leaves(new Sets(Set.of(a))))
        .hasMessageContaining("parts holds tensors in");
    var exact = new Exact(new ArrayList<>(List.of(a)));
    assertThat(TensorTree.leaves(exact)).containsExactly(a);
    assertThatThrownBy(() -> TensorTree.map(exact, _ -> b))
        .hasMessageContaining("must be declared as List or Map");
    assertThatThrownBy(() -> TensorTree.map(new Checked(a), x -> x.reshape()))
        .hasMessage("needs a vector");
  }

  @Test
  void tensorsOutOfSightAreRefused() {
    class Plain {
      final Tensor weight = a;
    }
    class Below extends Plain {}
    record Holder(Object part) {}
    assertThatThrownBy(() -> TensorTree.leaves(new Holder(new Below())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("part is a Below, which holds tensors but is no record");
    Supplier<Tensor> lambda = () -> b;
    assertThat(TensorTree.leaves(new Holder(lambda))).isEmpty();
  }

  @Test
  void twoTensorsMustNotShareAPath() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("a.b", a);
    tree.put("a", Map.of("b", b));
    assertThatThrownBy(() -> TensorTree.named(tree)).hasMessage("two tensors have the path a.b");
  }
}
