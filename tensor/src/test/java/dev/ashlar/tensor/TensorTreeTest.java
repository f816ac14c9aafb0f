package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class TensorTreeTest {
  private record Linear(Tensor weight, @Nullable Tensor bias) {}

  private record Holder(Object part) {}

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
    record Exact(CopyOnWriteArrayList<Tensor> parts) {}
    record Layers(Linear[] parts) {}
    record LayerSets(Set<Linear> parts) {}
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
    assertThatThrownBy(() -> TensorTree.leaves(new Layers(new Linear[] {new Linear(a, b)})))
        .hasMessageContaining("parts holds tensors in an array");
    assertThatThrownBy(() -> TensorTree.leaves(new LayerSets(Set.of(new Linear(a, b)))))
        .hasMessageContaining("parts holds tensors in");
    assertThat(TensorTree.leaves(new Holder(new int[1]))).isEmpty();
    assertThat(TensorTree.leaves(new Holder(Set.of(1)))).isEmpty();
    Map<Object, Tensor> byIdentity = new IdentityHashMap<>();
    byIdentity.put(new String("x"), a);
    byIdentity.put(new String("x"), b);
    assertThatThrownBy(() -> TensorTree.map(byIdentity, _ -> c))
        .hasMessageContaining("the structure holds tensors in a IdentityHashMap");
    var exact = new Exact(new CopyOnWriteArrayList<>(List.of(a)));
    assertThat(TensorTree.leaves(exact)).containsExactly(a);
    assertThatThrownBy(() -> TensorTree.map(exact, _ -> b))
        .hasMessageContaining("must be declared as List or Map");
    assertThatThrownBy(() -> TensorTree.map(new Checked(a), x -> x.reshape()))
        .hasMessage("needs a vector");
  }

  @Test
  void componentsDeclaredAsClassesOfListsAndMapsAreMadeAnew() {
    record Lists(ArrayList<Tensor> array, LinkedList<Tensor> linked, List<Tensor> any) {}
    record Maps(
        HashMap<String, Tensor> hash,
        LinkedHashMap<String, Tensor> linked,
        TreeMap<String, Tensor> tree,
        SortedMap<String, Tensor> sorted,
        EnumMap<DType, Tensor> named,
        Map<String, Tensor> any) {}
    UnaryOperator<Tensor> swap = t -> t == a ? c : d;
    var lists = new Lists(new ArrayList<>(List.of(a, b)), new LinkedList<>(List.of(b)), List.of(a));
    assertThat(TensorTree.map(lists, swap))
        .isEqualTo(
            new Lists(new ArrayList<>(List.of(c, d)), new LinkedList<>(List.of(d)), List.of(c)));
    Map<String, Tensor> two = Map.of("x", a, "y", b);
    SortedMap<String, Tensor> backwards = new TreeMap<>(Comparator.reverseOrder());
    backwards.putAll(two);
    var maps =
        new Maps(
            new HashMap<>(two),
            new LinkedHashMap<>(backwards),
            new TreeMap<>(two),
            backwards,
            new EnumMap<>(Map.of(DType.F64, a)),
            two);
    Maps swapped = TensorTree.map(maps, swap);
    assertThat(swapped.hash()).isEqualTo(Map.of("x", c, "y", d));
    assertThat(swapped.linked()).containsExactly(Map.entry("y", d), Map.entry("x", c));
    assertThat(swapped.tree()).containsExactly(Map.entry("x", c), Map.entry("y", d));
    assertThat(swapped.sorted()).containsExactly(Map.entry("y", d), Map.entry("x", c));
    assertThat(swapped.named()).containsExactly(Map.entry(DType.F64, c));
    assertThat(swapped.any()).isEqualTo(swapped.hash());
    assertThat(TensorTree.paths(swapped)).isEqualTo(TensorTree.paths(maps));
    // A structure that is itself a list or map.
    ArrayList<Tensor> list = TensorTree.map(lists.array(), swap);
    assertThat(list).containsExactly(c, d);
    list.add(e);
    HashMap<String, Tensor> map = TensorTree.map(maps.hash(), swap);
    assertThat(map).isEqualTo(swapped.hash());
  }

  @Test
  void formsTellApartWhatEqualsDoesNot() {
    Map<String, Tensor> xy = new LinkedHashMap<>();
    xy.put("x", a);
    xy.put("y", a);
    Map<String, Tensor> yx = new LinkedHashMap<>();
    yx.put("y", a);
    yx.put("x", a);
    assertThat(TensorTree.form(xy)).isEqualTo(TensorTree.form(new HashMap<>(xy)));
    assertThat(TensorTree.form(xy)).isNotEqualTo(TensorTree.form(yx));
    assertThat(TensorTree.form(xy)).isNotEqualTo(TensorTree.form(new TreeMap<>(xy)));
    assertThat(TensorTree.form(List.of(a))).isNotEqualTo(TensorTree.form(List.of(List.of(a))));
    // What holds no tensors is compared by equals alone.
    assertThat(TensorTree.form(List.of(1))).isEqualTo(TensorTree.form(new ArrayList<>(List.of(1))));
  }

  @Test
  void tensorsOutOfSightAreRefused() {
    class Plain {
      final Tensor weight = a;
    }
    class Below extends Plain {}
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
