package dev.ashlar.tensor;

/**
 * Which elements of an axis to take, as in {@code x.get(Range.all(), Range.of(1, 3))}. Negative
 * bounds count from the end of the axis.
 */
public sealed interface Range {
  /** One element; the axis vanishes. A negative index counts from the end. */
  record At(int index) implements Range {}

  /**
   * Elements {@code start} (inclusive) to {@code stop} (exclusive), every {@code step}-th;
   * negatives from the end.
   */
  record Span(int start, int stop, int step) implements Range {}

  /** Elements from {@code start} to the end; a negative start counts from the end. */
  record From(int start) implements Range {}

  /** Every element. */
  record All() implements Range {}

  /** Returns the range of one element, whose axis vanishes. */
  static Range at(int index) {
    return new At(index);
  }

  /** Returns the range {@code start} (inclusive) to {@code stop} (exclusive). */
  static Range of(int start, int stop) {
    return new Span(start, stop, 1);
  }

  /** Returns every {@code step}-th element from {@code start} below {@code stop}. */
  static Range of(int start, int stop, int step) {
    return new Span(start, stop, step);
  }

  /** Returns the range from {@code start} to the end: {@code from(-2)} is the last two elements. */
  static Range from(int start) {
    return new From(start);
  }

  /** Returns the range of the whole axis. */
  static Range all() {
    return new All();
  }

  /** Returns the part of {@code x} that one range per leading axis describes. */
  static Tensor select(Tensor x, Range... ranges) {
    if (ranges.length > x.rank()) {
      throw new ShapeException(
          "get: %d ranges for the %d axes of %s", ranges.length, x.rank(), x.shape());
    }
    Tensor part = x;
    int axis = 0;
    for (Range range : ranges) {
      switch (range) {
        case At(int index) -> part = part.select(axis, index);
        case Span(int start, int stop, int step) -> part = part.slice(axis++, start, stop, step);
        case From(int start) -> {
          part = part.slice(axis, start, part.dim(axis));
          axis++;
        }
        case All() -> axis++;
      }
    }
    return part;
  }
}
