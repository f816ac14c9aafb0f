package dev.ashlar.autodiff.simd;

import static dev.ashlar.autodiff.simd.Lanes.SPECIES;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.load;
import static dev.ashlar.tensor.simd.lanes.FloatVectors.store;

import dev.ashlar.autodiff.optim.AccumulateStep;
import dev.ashlar.autodiff.optim.AdamWStep;
import dev.ashlar.autodiff.optim.MomentumStep;
import dev.ashlar.tensor.simd.blocks.FloatBlock;
import dev.ashlar.tensor.simd.blocks.FloatBlocks;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/**
 * The optimizers' updates, block by block. A moment whose gradient stays away decays to subnormal
 * numbers and would stay there, where every update takes many times as long: it becomes 0 instead.
 */
final class StepPieces {
  private StepPieces() {}

  /** (parameter, first moment, second moment, gradient, pace) -> the first three anew. */
  static void adamW(AdamWStep op, List<Operand> in, List<Operand> out) {
    AdamWStep.Numbers now = op.numbers(in.get(4));
    FloatBlocks.run(in.subList(0, 4), out, (x, y, count) -> adamW(op, now, x, y, count));
  }

  private static void adamW(
      AdamWStep op, AdamWStep.Numbers now, FloatBlock[] in, FloatBlock[] out, int count) {
    MemorySegment ps = in[0].data();
    long psAt = in[0].at();
    MemorySegment ms = in[1].data();
    long msAt = in[1].at();
    MemorySegment vs = in[2].data();
    long vsAt = in[2].at();
    MemorySegment gs = in[3].data();
    long gsAt = in[3].at();
    MemorySegment nextPs = out[0].data();
    long nextPsAt = out[0].at();
    MemorySegment nextMs = out[1].data();
    long nextMsAt = out[1].at();
    MemorySegment nextVs = out[2].data();
    long nextVsAt = out[2].at();
    float beta1 = (float) op.beta1();
    float beta2 = (float) op.beta2();
    float rest1 = (float) (1 - op.beta1());
    float rest2 = (float) (1 - op.beta2());
    float decay = (float) now.decay();
    float pace = (float) now.pace();
    float epsilon = (float) now.epsilon();
    for (int i = 0; i < count; i += SPECIES.length()) {
      FloatVector g = load(gs, gsAt + i * 4L);
      FloatVector m = Lanes.flushed(g.fma(g.broadcast(rest1), load(ms, msAt + i * 4L).mul(beta1)));
      // Not g² first: where that is subnormal, so would be what is multiplied next.
      FloatVector v = Lanes.flushed(g.mul(rest2).fma(g, load(vs, vsAt + i * 4L).mul(beta2)));
      store(m, nextMs, nextMsAt + i * 4L);
      store(v, nextVs, nextVsAt + i * 4L);
      FloatVector p = load(ps, psAt + i * 4L);
      FloatVector update = m.mul(pace).div(v.sqrt().add(epsilon));
      store(p.sub(p.fma(p.broadcast(decay), update)), nextPs, nextPsAt + i * 4L);
    }
  }

  /** (parameter, velocity, gradient) -> the first two anew. */
  static void momentum(MomentumStep op, FloatBlock[] in, FloatBlock[] out, int count) {
    MemorySegment ps = in[0].data();
    long psAt = in[0].at();
    MemorySegment vs = in[1].data();
    long vsAt = in[1].at();
    MemorySegment gs = in[2].data();
    long gsAt = in[2].at();
    MemorySegment nextPs = out[0].data();
    long nextPsAt = out[0].at();
    MemorySegment nextVs = out[1].data();
    long nextVsAt = out[1].at();
    float momentum = (float) op.momentum();
    float rate = (float) op.rate();
    for (int i = 0; i < count; i += SPECIES.length()) {
      FloatVector p = load(ps, psAt + i * 4L);
      FloatVector g = load(gs, gsAt + i * 4L);
      FloatVector v = Lanes.flushed(load(vs, vsAt + i * 4L).fma(g.broadcast(momentum), g));
      FloatVector along = op.nesterov() ? v.fma(g.broadcast(momentum), g) : v;
      store(along.fma(g.broadcast(-rate), p), nextPs, nextPsAt + i * 4L);
      store(v, nextVs, nextVsAt + i * 4L);
    }
  }

  /** (total, more) -> total + weight · more. */
  static void accumulate(AccumulateStep op, FloatBlock[] in, FloatBlock[] out, int count) {
    MemorySegment totals = in[0].data();
    long totalsAt = in[0].at();
    MemorySegment mores = in[1].data();
    long moresAt = in[1].at();
    MemorySegment sums = out[0].data();
    long sumsAt = out[0].at();
    float weight = (float) op.weight();
    for (int i = 0; i < count; i += SPECIES.length()) {
      FloatVector more = load(mores, moresAt + i * 4L);
      store(
          more.fma(more.broadcast(weight), load(totals, totalsAt + i * 4L)), sums, sumsAt + i * 4L);
    }
  }
}
