package dev.ashlar.examples;

import java.util.concurrent.CountDownLatch;

/**
 * Lets Ctrl-C (SIGINT) and SIGTERM end a loop in good order: the JVM waits until the loop has
 * noticed, has saved what it must, and has closed this signal.
 */
final class StopSignal implements AutoCloseable {
  private final CountDownLatch done = new CountDownLatch(1);
  private final Thread hook = new Thread(this::askAndWait, "stop-signal");
  private final Runnable onRequest;
  private volatile boolean requested;

  private StopSignal(Runnable onRequest) {
    this.onRequest = onRequest;
  }

  /** Returns a signal that is set when the JVM is told to end; {@code onRequest} then runs once. */
  static StopSignal onShutdown(Runnable onRequest) {
    var signal = new StopSignal(onRequest);
    Runtime.getRuntime().addShutdownHook(signal.hook);
    return signal;
  }

  /** Returns whether the loop should end after the step at hand. */
  boolean requested() {
    return requested;
  }

  private void askAndWait() {
    requested = true;
    onRequest.run();
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets the JVM end. */
  @Override
  public void close() {
    done.countDown();
    if (requested) return;
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM began to end just now; the hook finds the latch open.
    }
  }
}
