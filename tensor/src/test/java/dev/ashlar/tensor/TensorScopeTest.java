package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class TensorScopeTest {
  private record Pair(Tensor first, List<Tensor> rest) {}

  @Test
  void freesWhatWasMadeInIt() {
    Tensor x;
    long before = TensorScope.current().memory().liveCount();
    try (var _ = TensorScope.open()) {
      x = Tensor.of(1f, 2f);
      assertThat(x.sum().item()).isEqualTo(3);
    }
    assertThat(TensorScope.current().memory().liveCount()).isEqualTo(before);
    assertThatThrownBy(() -> x.plus(1))
        .isInstanceOf(TensorLifetimeException.class)
        .hasMessageContaining("use after free: F32[2] was freed by the TensorScope closed at")
        .hasMessageContaining("TensorScopeTest.freesWhatWasMadeInIt(TensorScopeTest.java:");
    assertThatThrownBy(x::toFloats).isInstanceOf(TensorLifetimeException.class);
    assertThatThrownBy(() -> x.reshape(1, 2)).isInstanceOf(TensorLifetimeException.class);
    assertThatThrownBy(() -> x.read(Object::toString)).isInstanceOf(TensorLifetimeException.class);
    assertThat(x).hasToString("F32[2] (freed or donated)");
  }

  @Test
  void ofScopesThatCloseInQuickSuccessionOnlySomeAreNamed() throws InterruptedException {
    Tensor last = Tensor.of(1f);
    for (int i = 0; i < 100_000; i++) {
      try (var _ = TensorScope.open()) {
        last = TensorAccess.allocate(last.spec());
      }
    }
    Tensor freed = last;
    assertThatThrownBy(freed::item)
        .isInstanceOf(TensorLifetimeException.class)
        .hasMessageStartingWith("use after free: F32[1] was freed by")
        .hasMessageFindingMatch("TensorScopeTest.java|-Dashlar.debug=true names the place");
    // Other tests expect to be named: time gives back what this one used up.
    Thread.sleep(10);
  }

  @Test
  void holdsManyTensorsAsItHoldsFew() {
    long before = TensorScope.current().memory().liveCount();
    List<Tensor> made = new ArrayList<>();
    try (var scope = TensorScope.open()) {
      for (int i = 0; i < 40; i++) made.add(Tensor.of(i));
      for (int i = 0; i < 40; i += 3) scope.keep(made.get(i));
      for (Tensor tensor : made) scope.retain(tensor);
    }
    for (int i = 0; i < 40; i++) {
      Tensor tensor = made.get(i);
      if (i % 3 == 0) assertThat(tensor.item()).isEqualTo(i);
      else assertThatThrownBy(tensor::item).isInstanceOf(TensorLifetimeException.class);
    }
    assertThat(TensorScope.current().memory().liveCount()).isEqualTo(before + 14);
  }

  @Test
  void freesTheRestWhereAReleaseFails() {
    long before = TensorScope.current().memory().liveCount();
    var one = new IllegalStateException("one");
    var other = new StackOverflowError("other");
    var scope = TensorScope.open();
    var spec = new TensorSpec(DType.F32, Shape.of(1));
    Tensor first = Tensor.of(1f);
    for (Throwable failure : List.of(one, other, one)) {
      TensorBytes.wrap(spec, Arena.global().allocate(4, 4), () -> rethrow(failure));
    }
    Tensor last = Tensor.of(2f);
    assertThatThrownBy(scope::close).isSameAs(one).hasSuppressedException(other);
    assertThat(one.getSuppressed()).containsExactly(other);
    assertThat(TensorScope.current().memory().liveCount()).isEqualTo(before);
    for (Tensor freed : List.of(first, last))
      assertThatThrownBy(freed::item).isInstanceOf(TensorLifetimeException.class);
    scope.close();
  }

  private static void rethrow(Throwable failure) {
    if (failure instanceof Error e) throw e;
    throw (RuntimeException) failure;
  }

  @Test
  void keepsStructuresForTheEnclosingScope() {
    Pair kept;
    Tensor lost;
    try (var scope = TensorScope.open()) {
      lost = Tensor.of(9f);
      kept = scope.keep(new Pair(Tensor.of(1f), List.of(Tensor.of(2f), Tensor.of(3f))));
    }
    assertThat(kept.first().item()).isEqualTo(1);
    assertThat(kept.rest().get(1).item()).isEqualTo(3);
    assertThatThrownBy(lost::item).isInstanceOf(TensorLifetimeException.class);
  }

  @Test
  void keepsTheWholeMemoryOfAView() {
    Tensor row;
    try (var scope = TensorScope.open()) {
      row = scope.keep(Tensor.arange(DType.I32, 6).reshape(2, 3).get(1));
    }
    assertThat(row.toInts()).containsExactly(3, 4, 5);
  }

  @Test
  void tidyKeepsOnlyTheResult() {
    long before = TensorScope.current().memory().liveCount();
    var answer = TensorScope.tidy(() -> Map.of("y", Tensor.of(1f, 2f).times(2)));
    assertThat(answer.get("y").toFloats()).containsExactly(2, 4);
    assertThat(TensorScope.current().memory().liveCount()).isEqualTo(before + 1);
  }

  @Test
  void leavesTensorsOfOuterScopesAlone() {
    Tensor outer = Tensor.of(5f);
    try (var scope = TensorScope.open()) {
      scope.keep(outer);
    }
    assertThat(outer.item()).isEqualTo(5);
  }

  @Test
  void retainedTensorsLiveAtLeastAsLong() {
    Tensor x;
    try (var outer = TensorScope.open()) {
      try (var _ = TensorScope.open()) {
        x = Tensor.of(4f);
        outer.retain(x);
        outer.retain(x);
      }
      assertThat(x.item()).isEqualTo(4);
    }
    assertThatThrownBy(x::item).isInstanceOf(TensorLifetimeException.class);
  }

  @Test
  void scopesCloseInReverseOrder() {
    TensorScope outer = TensorScope.open();
    TensorScope inner = TensorScope.open();
    assertThatThrownBy(outer::close)
        .isInstanceOf(TensorLifetimeException.class)
        .hasMessageContaining("reverse order");
    inner.close();
    inner.close();
    outer.close();
    assertThatThrownBy(() -> inner.keep(1)).hasMessage("keep: this scope is closed");
    assertThatThrownBy(() -> inner.retain(Tensor.of(1f)))
        .hasMessage("retain: this scope is closed");
  }

  @Test
  void belongsToItsThread() {
    TensorScope scope = TensorScope.current();
    var elsewhere =
        CompletableFuture.runAsync(
            () -> {
              assertThatThrownBy(() -> Tensor.of(1f))
                  .isInstanceOf(TensorLifetimeException.class)
                  .hasMessageContaining("no TensorScope is open on this thread");
              assertThatThrownBy(() -> scope.keep(1)).hasMessageContaining("belongs to the thread");
              assertThatThrownBy(scope::close).isInstanceOf(TensorLifetimeException.class);
            });
    elsewhere.join();
  }

  @Test
  void anOutermostScopeHasNowhereToKeep() {
    CompletableFuture.runAsync(
            () -> {
              try (var scope = TensorScope.open()) {
                Tensor x = Tensor.of(1f);
                assertThatThrownBy(() -> scope.keep(x))
                    .isInstanceOf(TensorLifetimeException.class)
                    .hasMessageContaining("no enclosing scope");
              }
            })
        .join();
  }

  @Test
  void memoryFreedByAnotherThreadStaysUntilKernelsAreDone() throws InterruptedException {
    for (int round = 0; round < 50; round++) {
      try (var memory = Memory.withLimit(Long.MAX_VALUE)) {
        var ready = new CompletableFuture<Tensor>();
        var done = new CompletableFuture<Void>();
        Thread owner =
            Thread.ofPlatform()
                .start(
                    () -> {
                      try (var _ = TensorScope.open(memory)) {
                        ready.complete(Tensor.full(DType.F32, 1, 100_000));
                        Thread.onSpinWait();
                      }
                      done.complete(null);
                    });
        Tensor x = ready.join();
        try (var _ = TensorScope.open()) {
          for (int i = 0; i < 20; i++) assertThat(x.plus(1).max().item()).isEqualTo(2);
        } catch (TensorLifetimeException e) {
          assertThat(e).hasMessageContaining("use after free");
        }
        done.join();
        owner.join();
      }
    }
  }
}
