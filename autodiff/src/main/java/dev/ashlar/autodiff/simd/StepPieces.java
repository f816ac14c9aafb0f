package dev.ashlar.autodiff.simd;

import static dev.ashlar.autodiff.simd.Lanes.SPECIES;

import dev.ashlar.autodiff.optim.AccumulateStep;
import dev.ashlar.autodiff.optim.AdamWStep;
import dev.ashlar.autodiff.optim.MomentumStep;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/** The optimizers' updates, piece by piece. */
final class StepPieces {
  private StepPieces() {}

  /** (parameter, first moment, second moment, gradient, pace) -> the first three anew. */
  static void adamW(AdamWStep op, List<Operand> in, List<Operand> out) {
    AdamWStep.Numbers now = op.numbers(in.get(4));
    Pieces.run(in.subList(0, 4), out, (x, y, size) -> adamW(op, now, x, y, size));
  }

  private static void adamW(
      AdamWStep op, AdamWStep.Numbers now, float[][] in, float[][] out, int size) {
    float[] ps = in[0];
    float[] ms = in[1];
    float[] vs = in[2];
    float[] gs = in[3];
    float[] nextPs = out[0];
    float[] nextMs = out[1];
    float[] nextVs = out[2];
    float beta1 = (float) op.beta1();
    float beta2 = (float) op.beta2();
    float rest1 = (float) (1 - op.beta1());
    float rest2 = (float) (1 - op.beta2());
    float decay = (float) now.decay();
    float pace = (float) now.pace();
    float epsilon = (float) now.epsilon();
    for (int i = 0; i < size; i += SPECIES.length()) {
      FloatVector p = FloatVector.fromArray(SPECIES, ps, i);
      FloatVector g = FloatVector.fromArray(SPECIES, gs, i);
      FloatVector m = FloatVector.fromArray(SPECIES, ms, i).mul(beta1);
      m = g.fma(g.broadcast(rest1), m);
      FloatVector v = FloatVector.fromArray(SPECIES, vs, i).mul(beta2);
      v = g.mul(g).fma(g.broadcast(rest2), v);
      FloatVector update = m.mul(pace).div(v.sqrt().add(epsilon));
      p.sub(p.fma(p.broadcast(decay), update)).intoArray(nextPs, i);
      m.intoArray(nextMs, i);
      v.intoArray(nextVs, i);
    }
  }

  /** (parameter, velocity, gradient) -> the first two anew. */
  static void momentum(MomentumStep op, float[][] in, float[][] out, int size) {
    float momentum = (float) op.momentum();
    float rate = (float) op.rate();
    for (int i = 0; i < size; i += SPECIES.length()) {
      FloatVector p = FloatVector.fromArray(SPECIES, in[0], i);
      FloatVector g = FloatVector.fromArray(SPECIES, in[2], i);
      FloatVector v = FloatVector.fromArray(SPECIES, in[1], i).fma(g.broadcast(momentum), g);
      FloatVector along = op.nesterov() ? v.fma(g.broadcast(momentum), g) : v;
      along.fma(g.broadcast(-rate), p).intoArray(out[0], i);
      v.intoArray(out[1], i);
    }
  }

  /** (total, more) -> total + weight · more. */
  static void accumulate(AccumulateStep op, float[][] in, float[][] out, int size) {
    float weight = (float) op.weight();
    for (int i = 0; i < size; i += SPECIES.length()) {
      FloatVector more = FloatVector.fromArray(SPECIES, in[1], i);
      FloatVector total = FloatVector.fromArray(SPECIES, in[0], i);
      more.fma(more.broadcast(weight), total).intoArray(out[0], i);
    }
  }
}
