package dev.ashlar.autodiff.simd;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.Doubles.D;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.ORDER;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.known;
import static jdk.incubator.vector.DoubleVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.LT;

import dev.ashlar.autodiff.optim.AccumulateStep;
import dev.ashlar.autodiff.optim.AdamWStep;
import dev.ashlar.autodiff.optim.MomentumStep;
import dev.ashlar.tensor.simd.blocks.FloatBlock;
import dev.ashlar.tensor.simd.blocks.FloatBlocks;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jdk.incubator.vector.DoubleVector;

/** What {@link StepPieces} is for F32. */
final class DoubleSteps {
  private DoubleSteps() {}

  /** (parameter, first moment, second moment, gradient, pace) -> the first three anew. */
  static void adamW(AdamWStep op, List<Operand> in, List<Operand> out) {
    AdamWStep.Numbers now = op.numbers(in.get(4));
    FloatBlocks.run(in.subList(0, 4), out, (x, y, count) -> adamW(op, now, x, y, count));
  }

  private static void adamW(
      AdamWStep op, AdamWStep.Numbers now, FloatBlock[] in, FloatBlock[] out, int count) {
    MemorySegment ps = known(in[0].data());
    long psAt = in[0].at();
    MemorySegment ms = known(in[1].data());
    long msAt = in[1].at();
    MemorySegment vs = known(in[2].data());
    long vsAt = in[2].at();
    MemorySegment gs = known(in[3].data());
    long gsAt = in[3].at();
    MemorySegment nextPs = known(out[0].data());
    long nextPsAt = out[0].at();
    MemorySegment nextMs = known(out[1].data());
    long nextMsAt = out[1].at();
    MemorySegment nextVs = known(out[2].data());
    long nextVsAt = out[2].at();
    for (int i = 0; i < count; i += LANES) {
      DoubleVector g = fromMemorySegment(D, gs, gsAt + i * 8L, ORDER);
      DoubleVector oldM = fromMemorySegment(D, ms, msAt + i * 8L, ORDER).mul(op.beta1());
      DoubleVector oldV = fromMemorySegment(D, vs, vsAt + i * 8L, ORDER).mul(op.beta2());
      DoubleVector m = flushed(g.fma(g.broadcast(1 - op.beta1()), oldM));
      DoubleVector v = flushed(g.mul(1 - op.beta2()).fma(g, oldV));
      DoubleVector p = fromMemorySegment(D, ps, psAt + i * 8L, ORDER);
      DoubleVector update = m.mul(now.pace()).div(v.sqrt().add(now.epsilon()));
      m.intoMemorySegment(nextMs, nextMsAt + i * 8L, ORDER);
      v.intoMemorySegment(nextVs, nextVsAt + i * 8L, ORDER);
      p.sub(p.fma(p.broadcast(now.decay()), update))
          .intoMemorySegment(nextPs, nextPsAt + i * 8L, ORDER);
    }
  }

  private static DoubleVector flushed(DoubleVector x) {
    return x.blend(0.0, x.abs().compare(LT, Double.MIN_NORMAL));
  }

  /** (parameter, velocity, gradient) -> the first two anew. */
  static void momentum(MomentumStep op, FloatBlock[] in, FloatBlock[] out, int count) {
    MemorySegment ps = known(in[0].data());
    long psAt = in[0].at();
    MemorySegment vs = known(in[1].data());
    long vsAt = in[1].at();
    MemorySegment gs = known(in[2].data());
    long gsAt = in[2].at();
    MemorySegment nextPs = known(out[0].data());
    long nextPsAt = out[0].at();
    MemorySegment nextVs = known(out[1].data());
    long nextVsAt = out[1].at();
    double momentum = op.momentum();
    double rate = op.rate();
    for (int i = 0; i < count; i += LANES) {
      DoubleVector p = fromMemorySegment(D, ps, psAt + i * 8L, ORDER);
      DoubleVector g = fromMemorySegment(D, gs, gsAt + i * 8L, ORDER);
      DoubleVector old = fromMemorySegment(D, vs, vsAt + i * 8L, ORDER);
      DoubleVector v = flushed(old.fma(g.broadcast(momentum), g));
      DoubleVector along = op.nesterov() ? v.fma(g.broadcast(momentum), g) : v;
      along.fma(g.broadcast(-rate), p).intoMemorySegment(nextPs, nextPsAt + i * 8L, ORDER);
      v.intoMemorySegment(nextVs, nextVsAt + i * 8L, ORDER);
    }
  }

  /** (total, more) -> total + weight · more. */
  static void accumulate(AccumulateStep op, FloatBlock[] in, FloatBlock[] out, int count) {
    MemorySegment totals = known(in[0].data());
    long totalsAt = in[0].at();
    MemorySegment mores = known(in[1].data());
    long moresAt = in[1].at();
    MemorySegment sums = known(out[0].data());
    long sumsAt = out[0].at();
    double weight = op.weight();
    for (int i = 0; i < count; i += LANES) {
      DoubleVector more = fromMemorySegment(D, mores, moresAt + i * 8L, ORDER);
      more.fma(more.broadcast(weight), fromMemorySegment(D, totals, totalsAt + i * 8L, ORDER))
          .intoMemorySegment(sums, sumsAt + i * 8L, ORDER);
    }
  }
}
