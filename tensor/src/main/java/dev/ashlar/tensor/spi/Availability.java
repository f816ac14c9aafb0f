package dev.ashlar.tensor.spi;

/** Whether a provider can work in this process. */
public sealed interface Availability {
  /** It can; {@code detail} says with what, for the log. */
  record Ready(String detail) implements Availability {}

  /** It might, but nobody asked for it; {@code how} says how to. */
  record Off(String how) implements Availability {}

  /** It cannot; {@code remedy} says what would change that. */
  record Unavailable(String reason, String remedy) implements Availability {}
}
