package dev.ashlar.tensor.simd.blocks;

/** Turns the numbers of an array into another type's, as a cast of Java does. */
public final class Conversions {
  private Conversions() {}

  public static void convert(float[] x, double[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = x[i];
  }

  public static void convert(float[] x, int[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = (int) x[i];
  }

  public static void convert(float[] x, long[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = (long) x[i];
  }

  public static void convert(double[] x, float[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = (float) x[i];
  }

  public static void convert(double[] x, int[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = (int) x[i];
  }

  public static void convert(double[] x, long[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = (long) x[i];
  }

  public static void convert(int[] x, float[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = x[i];
  }

  public static void convert(int[] x, double[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = x[i];
  }

  public static void convert(int[] x, long[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = x[i];
  }

  public static void convert(long[] x, float[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = x[i];
  }

  public static void convert(long[] x, double[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = x[i];
  }

  public static void convert(long[] x, int[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = (int) x[i];
  }

  public static void convert(byte[] x, float[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = x[i];
  }

  public static void convert(byte[] x, double[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = x[i];
  }

  public static void convert(byte[] x, int[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = x[i];
  }

  public static void convert(byte[] x, long[] y, int count) {
    for (int i = 0; i < count; i++) y[i] = x[i];
  }
}
