package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * What the kernels of attention share: the sizes of their tiles, and what a work item computes of
 * its private numbers, which becomes part of each kernel. Only those: TornadoVM 5.2 counts wrongly
 * in a method that is handed local memory.
 *
 * <p>A tile in local memory is laid out by rows, or <em>turned</em>: the d-th numbers of all its
 * rows side by side, so that a work item multiplies a number of its own row with all of them.
 */
final class Tiles {
  /** The work items of a group, each with a row of its own. */
  static final int GROUP = 64;

  /** The greatest head size, D: what private and local memory are laid out for. */
  static final int SIZE = 128;

  /** The keys of a tile. */
  static final int KEYS = 16;

  /** The numbers of a tile of keys. */
  static final int KEY_TILE = KEYS * SIZE;

  /** The queries of a tile: fewer, for each is in local memory four times. */
  static final int QUERIES = 8;

  /** The numbers of a tile of queries. */
  static final int QUERY_TILE = QUERIES * SIZE;

  private Tiles() {}

  /** Copies a row into private memory. */
  static void load(float[] own, FloatArray from, int at, int size) {
    for (int d = 0; d < size; d++) {
      own[d] = from.get(at + d);
    }
  }

  /** Writes a row of private memory, multiplied by a factor. */
  static void store(float[] own, float factor, FloatArray to, int at, int size) {
    for (int d = 0; d < size; d++) {
      to.set(at + d, own[d] * factor);
    }
  }

  /** Sets the first numbers of private memory to zero. */
  static void clear(float[] own, int count) {
    for (int d = 0; d < count; d++) {
      own[d] = 0.0f;
    }
  }

  /**
   * Multiplies the products x of a query with a tile of keys by the scale, and returns the greatest
   * of {@code max} and those from {@code from} to {@code to}.
   */
  static float greatest(float[] x, float max, int from, int to, float scale) {
    float greatest = max;
    for (int j = 0; j < KEYS; j++) {
      x[j] = x[j] * scale;
      if (j >= from && j < to) {
        greatest = FloatElements.maximum(greatest, x[j]);
      }
    }
    return greatest;
  }

  /**
   * Makes logits weights, exp(x - max), or 0 outside {@code from} to {@code to}, and returns their
   * sum.
   */
  static float weights(float[] x, float max, int from, int to) {
    float total = 0.0f;
    for (int j = 0; j < KEYS; j++) {
      float p = 0.0f;
      if (j >= from && j < to) {
        p = TornadoMath.exp(x[j] - max);
      }
      x[j] = p;
      total += p;
    }
    return total;
  }

  /**
   * Makes the products x of a query with a tile of keys, and y of its dOut with the values, the
   * gradients of the products, P (dP - delta) scale (arXiv 2205.14135, B.2); 0 outside {@code from}
   * to {@code to}.
   */
  static void gradients(
      float[] x, float[] y, float logSumExp, float delta, int from, int to, float scale) {
    for (int j = 0; j < KEYS; j++) {
      float dx = 0.0f;
      if (j >= from && j < to) {
        dx = TornadoMath.exp(x[j] * scale - logSumExp) * (y[j] - delta) * scale;
      }
      x[j] = dx;
    }
  }
}
