package dev.ashlar.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ParallelTest {
  private final int before = Parallel.threads();

  @AfterEach
  void restore() {
    Parallel.threads(before);
    Parallel.ownThreads();
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
  @Timeout(60)
  void aChunkMayWaitForEarlierOnesEvenIfOneFails() {
    Parallel.threads(4);
    for (int round = 0; round < 2_000; round++) {
      int bad = round % 20;
      List<CompletableFuture<Void>> done = new ArrayList<>();
      for (int i = 0; i < 20; i++) done.add(new CompletableFuture<>());
      assertThatThrownBy(
              () ->
                  Parallel.range(
                      20,
                      1,
                      (from, _) -> {
                        try {
                          done.subList(0, (int) from).forEach(CompletableFuture::join);
                          if (from == bad) throw new IllegalArgumentException("chunk " + from);
                        } finally {
                          done.get((int) from).complete(null);
                        }
                      }))
          .hasMessage("chunk " + bad);
    }
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

  // ---- Executors.

  /** Sums floats in an order that only the chunks fix: the same bits, however they are shared. */
  private static double sum() {
    double[] parts = new double[64];
    Parallel.range(
        6_400,
        100,
        (from, to) -> {
          double sum = 0;
          for (long i = from; i < to; i++) sum += 1 / (1 + Math.sqrt(i));
          parts[(int) (from / 100)] = sum;
        });
    double total = 0;
    for (double part : parts) total += part;
    return total;
  }

  @Test
  void everyExecutorGivesTheSameBits() {
    Parallel.threads(1);
    double alone = sum();
    Parallel.threads(4);
    try (var one = Executors.newSingleThreadExecutor();
        var three = Executors.newFixedThreadPool(3);
        var stealing = Executors.newWorkStealingPool(2);
        var virtual = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Executor executor : List.of(one, three, stealing, virtual, (Executor) Runnable::run)) {
        Parallel.executor(executor);
        for (int round = 0; round < 50; round++) assertThat(sum()).isEqualTo(alone);
      }
    }
  }

  @Test
  void helpersAreTheExecutorsThreads() {
    Parallel.threads(3);
    Set<String> names = ConcurrentHashMap.newKeySet();
    try (var pool =
        Executors.newFixedThreadPool(2, Thread.ofPlatform().name("mine-", 0).factory())) {
      Parallel.executor(pool);
      var both = new CyclicBarrier(2);
      Parallel.range(
          2,
          1,
          (_, _) -> {
            names.add(Thread.currentThread().getName());
            await(both); // no thread can compute both chunks
          });
    }
    assertThat(names).hasSize(2).contains(Thread.currentThread().getName());
    assertThat(names).anyMatch(name -> name.startsWith("mine-"));
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aLoopWithinATaskOfABusyExecutorEnds() throws Exception {
    Parallel.threads(4);
    try (var one = Executors.newSingleThreadExecutor()) {
      Parallel.executor(one);
      var outer =
          one.submit(
              () -> {
                var count = new AtomicInteger();
                // The only thread is here: nobody can help, and nested loops ask nobody.
                Parallel.range(
                    8, 1, (_, _) -> Parallel.range(5, 1, (_, _) -> count.incrementAndGet()));
                return count.get();
              });
      assertThat(outer.get(20, TimeUnit.SECONDS)).isEqualTo(40);
    }
  }

  @Test
  void aLoopDoesNotWaitForHelpersThatNeverBegin() {
    Parallel.threads(4);
    List<Runnable> forgotten = new ArrayList<>();
    Parallel.executor(forgotten::add);
    double total = sum();
    assertThat(forgotten).hasSize(3);
    // Begun too late, they find nothing to do.
    forgotten.forEach(Runnable::run);
    assertThat(sum()).isEqualTo(total);
  }

  @Test
  void anExecutorThatRejectsLeavesTheCaller() {
    Parallel.threads(1);
    double alone = sum();
    Parallel.threads(4);
    var closed = Executors.newFixedThreadPool(2);
    closed.shutdown();
    Parallel.executor(closed);
    assertThat(sum()).isEqualTo(alone);
    assertThat(sum()).isEqualTo(alone);
  }

  @Test
  void whatAChunkThrowsInAnExecutorIsThrown() {
    Parallel.threads(3);
    try (var pool = Executors.newFixedThreadPool(2)) {
      Parallel.executor(pool);
      for (int round = 0; round < 50; round++) {
        int bad = round;
        assertThatThrownBy(
                () ->
                    Parallel.range(
                        50,
                        1,
                        (from, _) -> {
                          if (from == bad) throw new IllegalArgumentException("chunk " + from);
                        }))
            .hasMessage("chunk " + bad);
      }
      assertThat(sum()).isPositive();
    }
  }

  @Test
  void noExecutorIsAnError() {
    assertThatThrownBy(() -> Parallel.executor(null)).isInstanceOf(NullPointerException.class);
  }
}
