package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Kernels of optimizers: in place, where the layouts of the entry say, one work item per number, of
 * which there are {@code n}; and the sum of squares that clipping needs.
 */
final class StepKernels {
  /** The work items of a group: a power of two, and the size of its local memory. */
  static final int GROUP = 64;

  private StepKernels() {}

  /**
   * Layouts 0 to 3 are those of parameter, moments and gradient. Plain counterpart: {@code compute}
   * of {@code AdamWStep}, whose numbers that change from step to step are {@code pace} [3]. A rest
   * is 1 - beta, of which single precision would leave few digits.
   */
  static void adamWKernel(
      KernelContext c,
      FloatArray p,
      FloatArray m,
      FloatArray v,
      FloatArray gradient,
      DoubleArray pace,
      IntArray g,
      int at,
      int n,
      float beta1,
      float rest1,
      float beta2,
      float rest2,
      float weightDecay,
      float epsilon) {
    int i = c.globalIdx;
    if (i < n) {
      float d = gradient.get(Geometry.index(g, at, 3, i));
      int atM = Geometry.index(g, at, 1, i);
      int atV = Geometry.index(g, at, 2, i);
      int atP = Geometry.index(g, at, 0, i);
      float first = beta1 * m.get(atM) + rest1 * d;
      float second = beta2 * v.get(atV) + rest2 * d * d;
      float decay = (float) pace.get(0) * weightDecay;
      float root = TornadoMath.sqrt(second) + epsilon * (float) pace.get(2);
      float old = p.get(atP);
      m.set(atM, first);
      v.set(atV, second);
      p.set(atP, old - (decay * old + (float) pace.get(1) * first / root));
    }
  }

  /**
   * Layouts 0 to 2 are those of parameter, velocity and gradient. Plain counterpart: {@code
   * compute} of {@code MomentumStep}.
   */
  static void momentumKernel(
      KernelContext c,
      FloatArray p,
      FloatArray v,
      FloatArray gradient,
      IntArray g,
      int at,
      int n,
      float rate,
      float momentum,
      int nesterov) {
    int i = c.globalIdx;
    if (i < n) {
      float d = gradient.get(Geometry.index(g, at, 2, i));
      int atV = Geometry.index(g, at, 1, i);
      int atP = Geometry.index(g, at, 0, i);
      float velocity = momentum * v.get(atV) + d;
      float step = velocity;
      if (nesterov == 1) {
        step = d + momentum * velocity;
      }
      v.set(atV, velocity);
      p.set(atP, p.get(atP) - rate * step);
    }
  }

  /**
   * Layouts 0 and 1 are those of total and more. Plain counterpart: {@code compute} of {@code
   * AccumulateStep}.
   */
  static void accumulateKernel(
      KernelContext c, FloatArray total, FloatArray more, IntArray g, int at, int n, float weight) {
    int i = c.globalIdx;
    if (i < n) {
      int to = Geometry.index(g, at, 0, i);
      total.set(to, total.get(to) + weight * more.get(Geometry.index(g, at, 1, i)));
    }
  }

  /**
   * The sum of squares of each {@code size} numbers of {@code n}, a work group per sum, in double
   * precision. With {@link #sumKernel}, plain counterpart: {@code compute} of {@code SumOfSquares}.
   */
  static void squaresKernel(
      KernelContext c, FloatArray x, DoubleArray sums, IntArray g, int at, int size, int n) {
    int part = c.groupIdx;
    int me = c.localIdx;
    double[] shared = c.allocateDoubleLocalArray(GROUP);
    int begin = part * size;
    int end = begin + size;
    if (end > n) {
      end = n;
    }
    double mine = 0.0;
    for (int i = begin + me; i < end; i += GROUP) {
      double each = (double) x.get(Geometry.index(g, at, 0, i));
      mine = mine + each * each;
    }
    shared[me] = mine;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = shared[me] + shared[me + half];
      }
    }
    if (me == 0) {
      sums.set(part, shared[0]);
    }
  }

  /** The sum of {@code n} numbers, one work group. */
  static void sumKernel(KernelContext c, DoubleArray x, DoubleArray sum, int n) {
    int me = c.localIdx;
    double[] shared = c.allocateDoubleLocalArray(GROUP);
    double mine = 0.0;
    for (int i = me; i < n; i += GROUP) {
      mine = mine + x.get(i);
    }
    shared[me] = mine;
    for (int half = GROUP / 2; half > 0; half /= 2) {
      c.localBarrier();
      if (me < half) {
        shared[me] = shared[me] + shared[me + half];
      }
    }
    if (me == 0) {
      sum.set(0, shared[0]);
    }
  }
}
