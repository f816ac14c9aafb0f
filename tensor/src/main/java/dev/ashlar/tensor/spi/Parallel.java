package dev.ashlar.tensor.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shares a loop among threads so that the result does not depend on how many there are: the caller
 * fixes the chunks, each chunk is computed by one thread, and chunks write to separate places.
 * Called from inside a chunk, or while another thread's loop is running, the loop simply runs on
 * the calling thread.
 *
 * <p>The threads are the library's own, unless {@linkplain #executor an executor} was handed in.
 * The caller always takes part and never waits for a helper that has not begun, so an executor that
 * is busy, or has one thread, makes a loop slower but cannot block it.
 */
public final class Parallel {
  /** The system property that sets the number of threads at start. */
  public static final String THREADS_PROPERTY = "ashlar.threads";

  // Workers look for the next loop this long before they sleep: a training step's loops follow
  // each other closely, and waking a sleeper takes tens of microseconds. What is more, a system may
  // put a thread that sleeps often on the caller's processor, where it helps nobody.
  private static final long SPIN_NANOS = 1_000_000;

  // A look takes no longer than this; where more has passed, the worker had no processor.
  private static final long LOOK_NANOS = 2_000;

  // The caller of a loop waits for the others' last chunks this many looks before it lets go of
  // its core.
  private static final int SPINS = 2_000;

  /** One chunk of a loop. */
  @FunctionalInterface
  public interface Chunk {
    /** Computes the iterations {@code from} (inclusive) to {@code to} (exclusive). */
    void compute(long from, long to);
  }

  private static final AtomicReference<@Nullable Loop> RUNNING = new AtomicReference<>();
  private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);
  private static final List<Worker> WORKERS = new ArrayList<>();
  private static final Logger LOG = LoggerFactory.getLogger(Parallel.class);
  private static volatile int threads = defaultThreads();
  private static volatile @Nullable Helpers helpers; // null: threads of our own

  private Parallel() {}

  private static int defaultThreads() {
    int asked = Integer.getInteger(THREADS_PROPERTY, 0);
    return asked > 0 ? asked : Runtime.getRuntime().availableProcessors();
  }

  /** Returns how many threads a loop may use, the caller's included. */
  public static int threads() {
    return threads;
  }

  /** Sets how many threads a loop may use, the caller's included; results do not depend on it. */
  public static void threads(int count) {
    if (count < 1)
      throw new IllegalArgumentException("threads: at least one is needed, got " + count);
    threads = count;
  }

  /**
   * Lets an executor run the helpers of every loop from now on, {@link #threads()} - 1 of them at
   * most, instead of threads of the library's own. Results do not depend on it. Where it rejects
   * one, because it is shut down or its queue is full, the loop runs on the threads it has, the
   * caller's at least, and the log says so once.
   */
  public static void executor(Executor executor) {
    helpers = new Helpers(Objects.requireNonNull(executor, "executor"));
  }

  /** Lets threads of the library's own take part in loops again, as they do at start. */
  public static void ownThreads() {
    helpers = null;
  }

  /**
   * Runs {@code body} over 0 (inclusive) to {@code size} (exclusive) in chunks of {@code grain}
   * iterations, the last one smaller. Chunks are begun in ascending order, so that one may wait for
   * another before it, also if that fails. What a chunk throws is thrown here, once the other
   * threads have stopped.
   */
  public static void range(long size, long grain, Chunk body) {
    if (size <= 0) return;
    long step = Math.max(1, grain);
    long chunks = (size - 1) / step + 1;
    // The counter of chunks goes a little beyond the last: every thread looks once in vain.
    if (chunks > Integer.MAX_VALUE - 65_536)
      throw new IllegalArgumentException("parallel: too many chunks: " + chunks);
    int helpers = (int) Math.min(threads - 1L, chunks - 1);
    if (helpers <= 0 || INSIDE.get()) {
      runAlone(size, step, body);
      return;
    }
    var loop = new Loop(size, step, (int) chunks, helpers, body);
    if (!RUNNING.compareAndSet(null, loop)) {
      runAlone(size, step, body);
      return;
    }
    Helpers others = Parallel.helpers;
    try {
      if (others == null) wake(helpers);
      else others.invite(loop);
      loop.work();
    } finally {
      RUNNING.set(null);
      loop.awaitHelpers();
    }
    loop.rethrow();
  }

  private static void runAlone(long size, long step, Chunk body) {
    for (long from = 0; from < size; from += step) body.compute(from, Math.min(size, from + step));
  }

  private static void wake(int helpers) {
    synchronized (WORKERS) {
      while (WORKERS.size() < helpers) {
        Worker worker = new Worker(WORKERS.size());
        WORKERS.add(worker);
        worker.start();
      }
      for (int i = 0; i < helpers; i++) WORKERS.get(i).wake();
    }
  }

  /** An executor of the user's. */
  private static final class Helpers {
    private final Executor executor;
    private final AtomicBoolean warned = new AtomicBoolean();

    Helpers(Executor executor) {
      this.executor = executor;
    }

    /** Asks for the loop's helpers; those that begin after its end find nothing to do. */
    void invite(Loop loop) {
      try {
        for (int i = 0; i < loop.helpers; i++) executor.execute(Parallel::help);
      } catch (RejectedExecutionException e) {
        if (warned.compareAndSet(false, true)) {
          LOG.warn(
              "parallel: executor {} rejects helpers, so loops run on fewer threads, at worst on the"
                  + " caller's alone; hand in another with Parallel.executor(...), or call"
                  + " Parallel.ownThreads()",
              executor);
        }
      }
    }
  }

  /** Takes part in the loop that is running now. */
  private static void help() {
    // Asked when it begins, not when it was invited: a task that waits in a queue keeps no loop.
    Loop loop = RUNNING.get();
    if (loop != null && !INSIDE.get()) loop.join(0);
  }

  /** A loop in progress: threads take the next chunk until none is left. */
  private static final class Loop {
    private final long size;
    private final long step;
    private final int chunks;
    private final int helpers;
    private final Chunk body;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger inside = new AtomicInteger();
    private volatile @Nullable Throwable failure;

    Loop(long size, long step, int chunks, int helpers, Chunk body) {
      this.size = size;
      this.step = step;
      this.chunks = chunks;
      this.helpers = helpers;
      this.body = body;
    }

    /** Takes part as a helper, unless the loop needs no more or is over. */
    boolean join(int worker) {
      if (worker >= helpers) return false;
      try {
        // Tasks that an executor begins late may find the next loop, which has its helpers.
        if (inside.incrementAndGet() > helpers) return false;
        // Checked after announcing: either the caller sees this helper inside, or this helper sees
        // the loop gone.
        if (RUNNING.get() != this) return false;
        work();
        return true;
      } finally {
        inside.decrementAndGet();
      }
    }

    void work() {
      INSIDE.set(true);
      try {
        // Asked before a chunk is taken: another may wait for one that is.
        while (failure == null) {
          int chunk = next.getAndIncrement();
          if (chunk >= chunks) break;
          long from = chunk * step;
          body.compute(from, Math.min(size, from + step));
        }
      } catch (Throwable e) {
        failure = e;
      } finally {
        INSIDE.set(false);
      }
    }

    void awaitHelpers() {
      for (int spin = 0; inside.get() > 0; spin++) {
        if (spin < SPINS) Thread.onSpinWait();
        else Thread.yield();
      }
    }

    void rethrow() {
      switch (failure) {
        case null -> {}
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case Throwable e -> throw new IllegalStateException(e);
      }
    }
  }

  /** A thread that waits for loops: spins a little, then sleeps. */
  private static final class Worker extends Thread {
    private final int number;
    private volatile boolean asleep;

    Worker(int number) {
      super("ashlar-" + (number + 1));
      this.number = number;
      setDaemon(true);
    }

    void wake() {
      if (asleep) LockSupport.unpark(this);
    }

    @Override
    public void run() {
      @Nullable Loop done = null;
      long last = System.nanoTime();
      long idle = 0; // time of its own that it has spent looking
      while (true) {
        Loop loop = RUNNING.get();
        if (loop != null && loop != done) {
          loop.join(number);
          done = loop;
          idle = 0;
        } else if (idle < SPIN_NANOS) {
          Thread.onSpinWait();
        } else {
          doze(loop);
          // Nothing of the last loop stays reachable while there is nothing to do.
          done = null;
          idle = 0;
        }
        long now = System.nanoTime();
        idle += Math.min(now - last, LOOK_NANOS);
        last = now;
      }
    }

    private void doze(@Nullable Loop seen) {
      asleep = true;
      // Checked after announcing: either the caller sees this worker asleep, or it sees the loop.
      if (RUNNING.get() == seen) LockSupport.park(this);
      asleep = false;
    }
  }
}
