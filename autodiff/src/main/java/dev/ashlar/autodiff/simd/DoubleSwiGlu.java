package dev.ashlar.autodiff.simd;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.load;
import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;
import static jdk.incubator.vector.DoubleVector.fromMemorySegment;

import dev.ashlar.tensor.simd.blocks.FloatBlock;
import dev.ashlar.tensor.simd.lanes.DoubleVectorMath;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;

/** {@link dev.ashlar.autodiff.nn.SwiGluOp} in F64, block by block. */
final class DoubleSwiGlu {
  private DoubleSwiGlu() {}

  /** (gate, up) -> y. */
  static void forward(FloatBlock[] in, FloatBlock[] out, int count) {
    MemorySegment gates = known(in[0].data());
    long gatesAt = in[0].at();
    MemorySegment ups = known(in[1].data());
    long upsAt = in[1].at();
    MemorySegment ys = known(out[0].data());
    long ysAt = out[0].at();
    for (int i = 0; i < count; i += LANES) {
      DoubleVector gate = fromMemorySegment(D, gates, gatesAt + i * 8L, ORDER);
      DoubleVector up = fromMemorySegment(D, ups, upsAt + i * 8L, ORDER);
      DoubleVector y = gate.mul(DoubleVectorMath.sigmoid(gate)).mul(up);
      y.intoMemorySegment(ys, ysAt + i * 8L, ORDER);
    }
  }

  /** (gate, up, dY) -> (dGate, dUp), in two loops as {@link SwiGluPieces#backward}. */
  static void backward(FloatBlock[] in, FloatBlock[] out, int count) {
    sigmoid(in[0].data(), in[0].at(), out[1].data(), out[1].at(), count);
    gradients(in, out, count);
  }

  private static void sigmoid(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    MemorySegment to = known(y);
    for (int i = 0; i < count; i += LANES) {
      DoubleVectorMath.sigmoid(load(x, xAt + i * 8L)).intoMemorySegment(to, yAt + i * 8L, ORDER);
    }
  }

  private static void gradients(FloatBlock[] in, FloatBlock[] out, int count) {
    MemorySegment gates = known(in[0].data());
    long gatesAt = in[0].at();
    MemorySegment ups = known(in[1].data());
    long upsAt = in[1].at();
    MemorySegment dYs = known(in[2].data());
    long dYsAt = in[2].at();
    MemorySegment dGates = known(out[0].data());
    long dGatesAt = out[0].at();
    MemorySegment dUps = known(out[1].data());
    long dUpsAt = out[1].at();
    for (int i = 0; i < count; i += LANES) {
      DoubleVector gate = fromMemorySegment(D, gates, gatesAt + i * 8L, ORDER);
      DoubleVector dY = fromMemorySegment(D, dYs, dYsAt + i * 8L, ORDER);
      DoubleVector s = fromMemorySegment(D, dUps, dUpsAt + i * 8L, ORDER);
      DoubleVector slope = s.mul(gate.fma(s.broadcast(1).sub(s), s.broadcast(1)));
      dY.mul(fromMemorySegment(D, ups, upsAt + i * 8L, ORDER))
          .mul(slope)
          .intoMemorySegment(dGates, dGatesAt + i * 8L, ORDER);
      dY.mul(gate.mul(s)).intoMemorySegment(dUps, dUpsAt + i * 8L, ORDER);
    }
  }
}
