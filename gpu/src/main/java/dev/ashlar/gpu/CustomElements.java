package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * What kernels compute of single numbers of layers and optimizers, as {@link FloatElements} does of
 * core operations. Plain counterparts: {@code compute} of the operations that are named.
 */
public final class CustomElements {
  private CustomElements() {}

  // ---- SwiGluOp.

  /** Returns silu(gate) · up. */
  public static float swiGlu(float gate, float up) {
    return gate * FloatElements.sigmoid(gate) * up;
  }

  /** Returns the gradient in gate of {@link #swiGlu}. */
  public static float swiGluGate(float gate, float up, float dY) {
    float s = FloatElements.sigmoid(gate);
    return up * (dY * s * (1.0f + gate * (1.0f - s)));
  }

  /** Returns the gradient in up of {@link #swiGlu}. */
  public static float swiGluUp(float gate, float dY) {
    return gate * (dY * FloatElements.sigmoid(gate));
  }

  // ---- AdamWStep.

  /** Returns a running mean: beta · old + rest · x. */
  public static float moment(float old, float x, float beta, float rest) {
    return beta * old + rest * x;
  }

  /** Returns a running mean of squares: beta · old + rest · x². */
  public static float squaredMoment(float old, float x, float beta, float rest) {
    return beta * old + rest * x * x;
  }

  /** Returns a parameter after a step whose pace is (rate, pace, root). */
  public static float adamW(
      float old,
      float first,
      float second,
      double rate,
      double pace,
      double root,
      float weightDecay,
      float epsilon) {
    float decay = (float) rate * weightDecay;
    float size = TornadoMath.sqrt(second) + epsilon * (float) root;
    return old - (decay * old + (float) pace * first / size);
  }

  // ---- MomentumStep.

  /** Returns momentum · old + x. */
  public static float velocity(float old, float x, float momentum) {
    return momentum * old + x;
  }

  /** Returns a parameter after a step by its velocity. */
  public static float momentum(float old, float velocity, float rate) {
    return old - rate * velocity;
  }

  /** Returns a parameter after a step by what its velocity will be. */
  public static float nesterov(float old, float velocity, float x, float rate, float momentum) {
    return old - rate * (x + momentum * velocity);
  }

  // ---- AccumulateStep.

  /** Returns total + weight · x. */
  public static float accumulate(float total, float x, float weight) {
    return total + weight * x;
  }
}
