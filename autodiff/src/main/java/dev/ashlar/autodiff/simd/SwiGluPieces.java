package dev.ashlar.autodiff.simd;

import static dev.ashlar.autodiff.simd.Lanes.SPECIES;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.store;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.ashlar.tensor.simd.blocks.FloatBlock;
import dev.ashlar.tensor.simd.lanes.VectorMath;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** {@link dev.ashlar.autodiff.nn.SwiGluOp}, block by block. */
final class SwiGluPieces {
  /** Floats of which the backward's five blocks fit the first-level cache. */
  private static final int PART = 512;

  private SwiGluPieces() {}

  /** (gate, up) -> y. */
  static void forward(FloatBlock[] in, FloatBlock[] out, int count) {
    MemorySegment gates = in[0].data();
    long gatesAt = in[0].at();
    MemorySegment ups = in[1].data();
    long upsAt = in[1].at();
    MemorySegment ys = out[0].data();
    long ysAt = out[0].at();
    for (int i = 0; i < count; i += SPECIES.length()) {
      FloatVector gate = load(gates, gatesAt + i * 4L);
      store(gate.mul(VectorMath.sigmoid(gate)).mul(load(ups, upsAt + i * 4L)), ys, ysAt + i * 4L);
    }
  }

  /**
   * (gate, up, dY) -> (dGate, dUp). In two loops, the first of which leaves the sigmoid where dUp
   * comes to lie: in one, C2 would stop inlining before the end and put vectors into objects. Where
   * it takes both into one method, the second still calls nothing but what is always inlined.
   */
  static void backward(FloatBlock[] in, FloatBlock[] out, int count) {
    for (int i = 0; i < count; i += PART) {
      int part = Math.min(PART, count - i);
      long from = i * (long) Float.BYTES;
      sigmoid(in[0].data(), in[0].at() + from, out[1].data(), out[1].at() + from, part);
      gradients(in, out, from, part);
    }
  }

  private static void sigmoid(MemorySegment x, long xAt, MemorySegment y, long yAt, int count) {
    for (int i = 0; i < count; i += SPECIES.length()) {
      store(VectorMath.sigmoid(load(x, xAt + i * 4L)), y, yAt + i * 4L);
    }
  }

  private static void gradients(FloatBlock[] in, FloatBlock[] out, long from, int count) {
    MemorySegment gates = known(in[0].data());
    long gatesAt = in[0].at() + from;
    MemorySegment ups = known(in[1].data());
    long upsAt = in[1].at() + from;
    MemorySegment dYs = known(in[2].data());
    long dYsAt = in[2].at() + from;
    MemorySegment dGates = known(out[0].data());
    long dGatesAt = out[0].at() + from;
    MemorySegment dUps = known(out[1].data());
    long dUpsAt = out[1].at() + from;
    for (int i = 0; i < count; i += SPECIES.length()) {
      FloatVector gate = fromMemorySegment(SPECIES, gates, gatesAt + i * 4L, ORDER);
      FloatVector dY = fromMemorySegment(SPECIES, dYs, dYsAt + i * 4L, ORDER);
      FloatVector s = fromMemorySegment(SPECIES, dUps, dUpsAt + i * 4L, ORDER);
      FloatVector slope = s.mul(gate.fma(s.broadcast(1).sub(s), s.broadcast(1)));
      dY.mul(fromMemorySegment(SPECIES, ups, upsAt + i * 4L, ORDER))
          .mul(slope)
          .intoMemorySegment(dGates, dGatesAt + i * 4L, ORDER);
      dY.mul(gate.mul(s)).intoMemorySegment(dUps, dUpsAt + i * 4L, ORDER);
    }
  }
}
