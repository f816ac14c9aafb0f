package dev.ashlar.autodiff.simd;

import static dev.ashlar.autodiff.simd.Lanes.SPECIES;

import dev.ashlar.tensor.simd.VectorMath;
import jdk.incubator.vector.FloatVector;

/** {@link dev.ashlar.autodiff.nn.SwiGluOp}, piece by piece. */
final class SwiGluPieces {
  private SwiGluPieces() {}

  static void forward(float[][] in, float[][] out, int size) {
    forward(in[0], in[1], out[0], size);
  }

  private static void forward(float[] gates, float[] ups, float[] ys, int size) {
    for (int i = 0; i < size; i += SPECIES.length()) {
      FloatVector gate = FloatVector.fromArray(SPECIES, gates, i);
      FloatVector silu = gate.mul(VectorMath.sigmoid(gate));
      silu.mul(FloatVector.fromArray(SPECIES, ups, i)).intoArray(ys, i);
    }
  }

  /** (gate, up, dY) -> (dGate, dUp). */
  static void backward(float[][] in, float[][] out, int size) {
    backward(in[0], in[1], in[2], out[0], out[1], size);
  }

  private static void backward(
      float[] gates, float[] ups, float[] dYs, float[] dGates, float[] dUps, int size) {
    for (int i = 0; i < size; i += SPECIES.length()) {
      FloatVector gate = FloatVector.fromArray(SPECIES, gates, i);
      FloatVector dY = FloatVector.fromArray(SPECIES, dYs, i);
      FloatVector s = VectorMath.sigmoid(gate);
      FloatVector slope = s.mul(gate.fma(s.neg().add(1), s.broadcast(1)));
      dY.mul(FloatVector.fromArray(SPECIES, ups, i)).mul(slope).intoArray(dGates, i);
      dY.mul(gate.mul(s)).intoArray(dUps, i);
    }
  }
}
