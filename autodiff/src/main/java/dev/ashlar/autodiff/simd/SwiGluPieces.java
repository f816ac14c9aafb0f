package dev.ashlar.autodiff.simd;

import static dev.ashlar.autodiff.simd.Lanes.SPECIES;
import static dev.ashlar.autodiff.simd.Lanes.at;
import static dev.ashlar.autodiff.simd.Lanes.put;

import dev.ashlar.tensor.simd.FloatBlock;
import dev.ashlar.tensor.simd.VectorMath;
import jdk.incubator.vector.FloatVector;

/** {@link dev.ashlar.autodiff.nn.SwiGluOp}, block by block. */
final class SwiGluPieces {
  private SwiGluPieces() {}

  /** (gate, up) -> y. */
  static void forward(FloatBlock[] in, FloatBlock[] out, int count) {
    FloatBlock gates = in[0];
    FloatBlock ups = in[1];
    FloatBlock ys = out[0];
    for (int i = 0; i < count; i += SPECIES.length()) {
      FloatVector gate = at(gates, i);
      put(gate.mul(VectorMath.sigmoid(gate)).mul(at(ups, i)), ys, i);
    }
  }

  /** (gate, up, dY) -> (dGate, dUp). */
  static void backward(FloatBlock[] in, FloatBlock[] out, int count) {
    FloatBlock gates = in[0];
    FloatBlock ups = in[1];
    FloatBlock dYs = in[2];
    FloatBlock dGates = out[0];
    FloatBlock dUps = out[1];
    for (int i = 0; i < count; i += SPECIES.length()) {
      FloatVector gate = at(gates, i);
      FloatVector dY = at(dYs, i);
      FloatVector s = VectorMath.sigmoid(gate);
      FloatVector slope = s.mul(gate.fma(s.neg().add(1), s.broadcast(1)));
      put(dY.mul(at(ups, i)).mul(slope), dGates, i);
      put(dY.mul(gate.mul(s)), dUps, i);
    }
  }
}
