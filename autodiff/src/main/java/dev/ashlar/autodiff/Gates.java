package dev.ashlar.autodiff;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;

/**
 * Second derivatives of x · Φ(x), and of x · sigmoid(u), where s' = s · (1 - s) and s'' = s' · (1 -
 * 2s) in u.
 */
final class Gates {
  private static final double DENSITY = 1 / Math.sqrt(2 * Math.PI);

  private Gates() {}

  /** 2/√π · e^-x². */
  static Tensor erfSlope(Tensor x) {
    return x.square().unaryMinus().exp().times(2 / Math.sqrt(Math.PI));
  }

  /** φ(x) · (2 - x²) with the density φ = Φ'. */
  static Tensor geluCurvature(Tensor x) {
    Tensor square = x.square();
    return square.times(-0.5).exp().times(square.minus(2).times(-DENSITY));
  }

  /** u = x: s' · (2 + x · (1 - 2s)). */
  static Tensor siluCurvature(Tensor x) {
    Tensor s = x.sigmoid();
    return slope(s).times(x.times(mirrored(s)).plus(2));
  }

  /** u = Linear · x + Cubic · x³: s' · (2u' + x · ((1 - 2s) · u'² + u'')). */
  static Tensor geluTanhCurvature(Tensor x) {
    Tensor cubic = x.square().times(Op.GeluTanh.CUBIC);
    Tensor s = cubic.plus(Op.GeluTanh.LINEAR).times(x).sigmoid();
    Tensor du = cubic.times(3).plus(Op.GeluTanh.LINEAR);
    Tensor bend = x.times(6 * Op.GeluTanh.CUBIC);
    return slope(s).times(du.times(2).plus(x.times(mirrored(s).times(du.square()).plus(bend))));
  }

  private static Tensor slope(Tensor s) {
    return s.minus(s.square());
  }

  private static Tensor mirrored(Tensor s) {
    return s.times(-2).plus(1);
  }
}
