package dev.ashlar.moba.simd;

import dev.ashlar.tensor.spi.Parallel;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the threads of a call compute in: a thread borrows one that is idle, or a new one where all
 * are in use. So there are no more than threads that work at once, and their rooms stay near.
 */
final class Workers<W extends Workers.Worker> implements AutoCloseable {
  /** Computes in rooms of its own, for one thread at a time. */
  interface Worker {
    /** Ends the use of its rooms. */
    void giveBack();
  }

  private final Supplier<W> maker;
  private final Queue<W> idle = new ConcurrentLinkedQueue<>();

  Workers(Supplier<W> maker) {
    this.maker = maker;
  }

  /** Lends a worker to the calling thread; one whose work fails is not used again. */
  void lend(Consumer<W> work) {
    W worker = idle.poll();
    if (worker == null) worker = maker.get();
    work.accept(worker);
    idle.add(worker);
  }

  /** Has workers take the items one by one, side by side on all threads. */
  <T> void each(List<T> items, BiConsumer<W, T> work) {
    Parallel.range(
        items.size(),
        1,
        (from, to) ->
            lend(
                worker ->
                    items.subList((int) from, (int) to).forEach(i -> work.accept(worker, i))));
  }

  @Override
  public void close() {
    idle.forEach(Worker::giveBack);
  }
}
