package dev.ashlar.examples.report;

import java.io.PrintStream;
import java.time.Duration;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far a run is: a bar on a terminal, a line now and then elsewhere, nothing when quiet.
 * Loss, tokens per second and the time left stand beside it.
 */
public final class Progress implements AutoCloseable {
  /** How to show it. */
  public enum Style {
    /** A bar that is redrawn. */
    BAR,
    /** A line every few seconds. */
    LINES,
    /** Nothing; {@link Progress#log} still prints. */
    QUIET
  }

  private static final int COLUMNS = 79;
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);
  private static final Duration SPEED_WINDOW = Duration.ofSeconds(5);

  private final PrintStream out;
  private final Style style;
  private final long steps;
  private final @Nullable ProgressBar bar;
  // Time left is estimated from here: a first step that compiles programs does not count.
  private long startNanos = System.nanoTime();
  private long firstStep;
  private boolean warm;
  private long lineNanos = startNanos;
  private long windowNanos = startNanos;
  private long windowTokens;
  private double tokensPerSecond = Double.NaN;

  private Progress(PrintStream out, String task, Style style, long firstStep, long steps) {
    this.out = out;
    this.style = style;
    this.firstStep = firstStep;
    this.steps = steps;
    this.bar = style == Style.BAR ? bar(task, firstStep, steps) : null;
  }

  /**
   * Begins to show progress of a training run on standard error.
   *
   * @param done steps that lie behind already, of a run that is taken up again
   */
  public static Progress start(Style style, long done, long steps) {
    return start("train", style, done, steps);
  }

  /** Begins to show progress of any task on standard error. */
  public static Progress start(String task, Style style, long done, long steps) {
    return new Progress(System.err, task, style, done, steps);
  }

  /** Begins to show progress on a stream. */
  static Progress start(PrintStream out, Style style, long done, long steps) {
    return new Progress(out, "train", style, done, steps);
  }

  /** Returns the style that suits where the program runs. */
  public static Style suitable(boolean quiet) {
    if (quiet) return Style.QUIET;
    return System.console() != null && System.console().isTerminal() ? Style.BAR : Style.LINES;
  }

  private ProgressBar bar(String task, long done, long steps) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setInitialMax(steps)
        .startsFrom(done, Duration.ZERO)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(200)
        .setConsumer(new DelegatingProgressBarConsumer(this::redraw, COLUMNS))
        .build();
  }

  private void redraw(String line) {
    synchronized (out) {
      out.print("\r" + line);
      out.flush();
    }
  }

  /** Tells that a step is done, its loss and how many tokens it learned from. */
  public void step(long step, double loss, long tokens) {
    long now = System.nanoTime();
    measureSpeed(now, tokens);
    if (bar != null) {
      bar.setExtraMessage(" loss %.3f %s".formatted(loss, speed()));
      bar.stepTo(step);
    } else if (style == Style.LINES && (isLineDue(now) || step == steps)) {
      lineNanos = now;
      log(
          "step %d/%d  loss %.3f  %s  %s left"
              .formatted(
                  step, steps, loss, speed(), warm || step == steps ? left(now, step) : "?"));
    }
    if (!warm) {
      warm = true;
      startNanos = now;
      firstStep = step;
      tokensPerSecond = Double.NaN;
    }
  }

  /** Tells that a step begins, and what it does. */
  public void at(long step, String what) {
    long now = System.nanoTime();
    if (bar != null) {
      bar.setExtraMessage(" " + what);
      bar.stepTo(step - 1);
    } else if (style == Style.LINES && isLineDue(now)) {
      lineNanos = now;
      log("%d/%d  %s  %s left".formatted(step, steps, what, left(now, step - 1)));
    }
  }

  private boolean isLineDue(long now) {
    return now - lineNanos >= BETWEEN_LINES.toNanos();
  }

  private void measureSpeed(long now, long tokens) {
    windowTokens += tokens;
    double seconds = (now - windowNanos) * 1e-9;
    if (Double.isNaN(tokensPerSecond) || seconds * 1e9 >= SPEED_WINDOW.toNanos()) {
      tokensPerSecond = windowTokens / seconds;
      windowNanos = now;
      windowTokens = 0;
    }
  }

  private String speed() {
    return tokensPerSecond < 10_000
        ? "%.0f tok/s".formatted(tokensPerSecond)
        : "%.1fk tok/s".formatted(tokensPerSecond / 1000);
  }

  private String left(long now, long step) {
    if (step <= firstStep) return "?";
    double secondsPerStep = (now - startNanos) * 1e-9 / (step - firstStep);
    long seconds = Math.round(secondsPerStep * (steps - step));
    return "%d:%02d".formatted(seconds / 60, seconds % 60);
  }

  /** Prints a line of its own, above the bar if there is one. */
  public void log(String line) {
    synchronized (out) {
      // Spaces wipe what the bar had drawn; it comes back below with its next tick.
      out.println(
          bar == null ? line : "\r" + line + " ".repeat(Math.max(0, COLUMNS - line.length())));
    }
  }

  @Override
  public void close() {
    if (bar == null) return;
    bar.close();
    out.println();
  }
}
