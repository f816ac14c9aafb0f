package dev.ashlar.examples.bench;

/** Bytes that a work must read and write at least: each input once, each result once. */
record Traffic(double readBytes, double writtenBytes) {
  static final Traffic NONE = new Traffic(0, 0);

  /** Returns the traffic of so many reads and writes of a tensor with this many floats. */
  static Traffic floats(long count, double reads, double writes) {
    return new Traffic(count * reads * Float.BYTES, count * writes * Float.BYTES);
  }

  double bytes() {
    return readBytes + writtenBytes;
  }
}
