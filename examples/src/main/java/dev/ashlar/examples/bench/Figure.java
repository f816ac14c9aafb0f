package dev.ashlar.examples.bench;

import java.util.Locale;

/** What is told about a piece of work. */
enum Figure {
  MILLIS("ms", "milliseconds", "%.3f"),
  GIGAFLOPS("GFLOP/s", "gigaflops", "%.1f"),
  GIGABYTES("GB/s", "gigabytesPerSecond", "%.1f"),
  SHARE_OF_BANDWIDTH("of memory", "shareOfBandwidth", "%.2f"),
  SHARE_OF_PEAK("of peak", "shareOfPeak", "%.2f"),
  SHARE_OF_BOUND("of bound", "shareOfBound", "%.2f"),
  TIMES_NORMAL("x normal", "timesNormal", "%.2f"),
  TIMES_DENSE("x dense", "timesDense", "%.2f"),
  IDEAL("ideal", "idealTimesDense", "%.2f"),
  SHARE_OF_IDEAL("of ideal", "shareOfIdeal", "%.2f"),
  TOKENS_PER_SECOND("tokens/s", "tokensPerSecond", "%.0f"),
  TENSOR_BYTES("MiB tensors", "tensorBytes", "%.1f"),
  HEAP_BYTES("MiB arrays", "arrayBytes", "%.1f");

  private static final double MEBI = 1 << 20;

  private final String heading;
  private final String key;
  private final String format;

  Figure(String heading, String key, String format) {
    this.heading = heading;
    this.key = key;
    this.format = format;
  }

  String heading() {
    return heading;
  }

  /** Returns the name in JSON. */
  String key() {
    return key;
  }

  /** Returns a value as a table shows it. */
  String shown(double value) {
    boolean bytes = this == TENSOR_BYTES || this == HEAP_BYTES;
    return String.format(Locale.ROOT, format, bytes ? value / MEBI : value);
  }
}
