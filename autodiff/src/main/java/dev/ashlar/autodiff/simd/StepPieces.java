package dev.ashlar.autodiff.simd;

import static dev.ashlar.autodiff.simd.Lanes.SPECIES;
import static dev.ashlar.autodiff.simd.Lanes.at;
import static dev.ashlar.autodiff.simd.Lanes.put;

import dev.ashlar.autodiff.optim.AccumulateStep;
import dev.ashlar.autodiff.optim.AdamWStep;
import dev.ashlar.autodiff.optim.MomentumStep;
import dev.ashlar.tensor.simd.FloatBlock;
import dev.ashlar.tensor.simd.FloatBlocks;
import dev.ashlar.tensor.spi.Operand;
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
    FloatBlock ps = in[0];
    FloatBlock ms = in[1];
    FloatBlock vs = in[2];
    FloatBlock gs = in[3];
    FloatBlock nextPs = out[0];
    FloatBlock nextMs = out[1];
    FloatBlock nextVs = out[2];
    float beta1 = (float) op.beta1();
    float beta2 = (float) op.beta2();
    float rest1 = (float) (1 - op.beta1());
    float rest2 = (float) (1 - op.beta2());
    float decay = (float) now.decay();
    float pace = (float) now.pace();
    float epsilon = (float) now.epsilon();
    for (int i = 0; i < count; i += SPECIES.length()) {
      FloatVector p = at(ps, i);
      FloatVector g = at(gs, i);
      FloatVector m = g.fma(g.broadcast(rest1), at(ms, i).mul(beta1));
      FloatVector v = g.mul(g).fma(g.broadcast(rest2), at(vs, i).mul(beta2));
      FloatVector update = m.mul(pace).div(v.sqrt().add(epsilon));
      put(p.sub(p.fma(p.broadcast(decay), update)), nextPs, i);
      put(Lanes.flushed(m), nextMs, i);
      put(Lanes.flushed(v), nextVs, i);
    }
  }

  /** (parameter, velocity, gradient) -> the first two anew. */
  static void momentum(MomentumStep op, FloatBlock[] in, FloatBlock[] out, int count) {
    float momentum = (float) op.momentum();
    float rate = (float) op.rate();
    for (int i = 0; i < count; i += SPECIES.length()) {
      FloatVector p = at(in[0], i);
      FloatVector g = at(in[2], i);
      FloatVector v = Lanes.flushed(at(in[1], i).fma(g.broadcast(momentum), g));
      FloatVector along = op.nesterov() ? v.fma(g.broadcast(momentum), g) : v;
      put(along.fma(g.broadcast(-rate), p), out[0], i);
      put(v, out[1], i);
    }
  }

  /** (total, more) -> total + weight · more. */
  static void accumulate(AccumulateStep op, FloatBlock[] in, FloatBlock[] out, int count) {
    float weight = (float) op.weight();
    for (int i = 0; i < count; i += SPECIES.length()) {
      FloatVector more = at(in[1], i);
      put(more.fma(more.broadcast(weight), at(in[0], i)), out[0], i);
    }
  }
}
