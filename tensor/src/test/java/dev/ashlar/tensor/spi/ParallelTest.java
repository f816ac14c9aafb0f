package dev.ashlar.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ParallelTest {
  private final int before = Parallel.threads();

  @AfterEach
  void restore() {
    Parallel.threads(before);
  }

  @Test
  void everyIterationRunsOnceInChunksThatDoNotDependOnThreads() {
    for (int threads : new int[] {1, 2, 3, 8}) {
      Parallel.threads(threads);
      for (long size : new long[] {0, 1, 7, 100, 1001}) {
        var counts = new AtomicIntegerArray((int) size);
        Set<List<Long>> chunks = ConcurrentHashMap.newKeySet();
        Parallel.range(
            size,
            10,
            (from, to) -> {
              chunks.add(List.of(from, to));
              for (long i = from; i < to; i++) counts.incrementAndGet((int) i);
            });
        for (int i = 0; i < size; i++) assertThat(counts.get(i)).isEqualTo(1);
        Set<List<Long>> expected = ConcurrentHashMap.newKeySet();
        for (long from = 0; from < size; from += 10)
          expected.add(List.of(from, Math.min(size, from + 10)));
        assertThat(chunks).isEqualTo(expected);
      }
    }
  }

  @Test
  void aLoopInsideALoopRunsOnItsThread() {
    Parallel.threads(4);
    var count = new AtomicInteger();
    Parallel.range(
        20,
        1,
        (_, _) -> {
          Thread outer = Thread.currentThread();
          Parallel.range(
              10,
              1,
              (_, _) -> {
                assertThat(Thread.currentThread()).isSameAs(outer);
                count.incrementAndGet();
              });
        });
    assertThat(count).hasValue(200);
  }

  @Test
  void whatAChunkThrowsIsThrownAndTheNextLoopWorks() {
    Parallel.threads(4);
    for (int round = 0; round < 200; round++) {
      int bad = round % 50;
      assertThatThrownBy(
              () ->
                  Parallel.range(
                      50,
                      1,
                      (from, _) -> {
                        if (from == bad) throw new IllegalArgumentException("chunk " + from);
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("chunk " + bad);
      var count = new AtomicInteger();
      Parallel.range(50, 1, (_, _) -> count.incrementAndGet());
      assertThat(count).hasValue(50);
    }
    assertThatThrownBy(
            () ->
                Parallel.range(
                    9,
                    1,
                    (_, _) -> {
                      throw new StackOverflowError();
                    }))
        .isInstanceOf(StackOverflowError.class);
  }

  @Test
  void noHelperIsLeftInsideWhenALoopReturns() {
    Parallel.threads(4);
    for (int round = 0; round < 2_000; round++) {
      var inside = new AtomicInteger();
      Parallel.range(
          8,
          1,
          (_, _) -> {
            inside.incrementAndGet();
            Thread.onSpinWait();
            inside.decrementAndGet();
          });
      assertThat(inside).hasValue(0);
    }
  }

  @Test
  void severalThreadsCanLoopAtOnce() throws InterruptedException {
    Parallel.threads(3);
    List<Thread> callers = new ArrayList<>();
    var total = new AtomicInteger();
    for (int caller = 0; caller < 4; caller++) {
      callers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int round = 0; round < 300; round++) {
                      var own = new AtomicInteger();
                      Parallel.range(17, 2, (from, to) -> own.addAndGet((int) (to - from)));
                      total.addAndGet(own.get() == 17 ? 1 : 0);
                    }
                  }));
    }
    for (Thread caller : callers) caller.join();
    assertThat(total).hasValue(1_200);
  }

  @Test
  void extremesAreHandled() {
    var count = new AtomicInteger();
    Parallel.range(5, Long.MAX_VALUE, (from, to) -> count.addAndGet((int) (to - from)));
    Parallel.range(5, 0, (from, to) -> count.addAndGet((int) (to - from)));
    Parallel.range(-5, 1, (_, _) -> count.addAndGet(1_000));
    assertThat(count).hasValue(10);
    assertThatThrownBy(() -> Parallel.range(Long.MAX_VALUE, 1, (_, _) -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("too many chunks");
    assertThatThrownBy(() -> Parallel.threads(0))
        .hasMessage("threads: at least one is needed, got 0");
  }
}
