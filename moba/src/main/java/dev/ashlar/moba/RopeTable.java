package dev.ashlar.moba;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Sines and cosines of rotary angles: position p's D/2 angles are p · theta^(-2i/D). */
public final class RopeTable {
  // A training context's tables are kept; positions beyond are computed for the rows at hand.
  private static final int KEPT_POSITIONS = 1 << 14;
  private static final Map<Base, RopeTable> KEPT = new ConcurrentHashMap<>();

  private record Base(double theta, int size) {}

  private final int half;
  private final int first;
  private final int end;
  private final double[] cos;
  private final double[] sin;
  private final float[] floatCos;
  private final float[] floatSin;

  private RopeTable(Base base, int first, int end) {
    this.half = base.size / 2;
    this.first = first;
    this.end = end;
    this.cos = new double[Math.multiplyExact(end - first, half)];
    this.sin = new double[cos.length];
    for (int i = 0; i < half; i++) {
      double frequency = StrictMath.pow(base.theta, -2.0 * i / base.size);
      for (int position = first; position < end; position++) {
        cos[(position - first) * half + i] = StrictMath.cos(position * frequency);
        sin[(position - first) * half + i] = StrictMath.sin(position * frequency);
      }
    }
    this.floatCos = rounded(cos);
    this.floatSin = rounded(sin);
  }

  private static float[] rounded(double[] numbers) {
    float[] out = new float[numbers.length];
    for (int i = 0; i < out.length; i++) out[i] = (float) numbers[i];
    return out;
  }

  /** Returns a table of at least the positions {@code start} to {@code start + count}. */
  public static RopeTable of(double theta, int size, int start, int count) {
    var base = new Base(theta, size);
    int end = start + count;
    if (end > KEPT_POSITIONS) return new RopeTable(base, start, end);
    return KEPT.compute(
        base,
        (_, kept) -> kept != null && kept.end >= end ? kept : new RopeTable(base, 0, grown(end)));
  }

  private static int grown(int end) {
    return Math.max(64, Integer.highestOneBit(Math.max(1, end - 1)) * 2);
  }

  /** Returns where the angles of a position begin. */
  public int at(int position) {
    return (position - first) * half;
  }

  double cos(int index) {
    return cos[index];
  }

  double sin(int index) {
    return sin[index];
  }

  /** Returns the cosines, rounded; not to be written. */
  public float[] floatCos() {
    return floatCos;
  }

  /** Returns the sines, rounded; not to be written. */
  public float[] floatSin() {
    return floatSin;
  }
}
