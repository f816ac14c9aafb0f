package dev.ashlar.autodiff;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;

/** Second derivatives of x · sigmoid(u), where s' = s · (1 - s) and s'' = s' · (1 - 2s) in u. */
final class Gates {
  private Gates() {}

  /** u = x: s' · (2 + x · (1 - 2s)). */
  static Tensor siluCurvature(Tensor x) {
    Tensor s = x.sigmoid();
    return slope(s).times(x.times(mirrored(s)).plus(2));
  }

  /** u = Linear · x + Cubic · x³: s' · (2u' + x · ((1 - 2s) · u'² + u'')). */
  static Tensor geluCurvature(Tensor x) {
    Tensor cubic = x.square().times(Op.Gelu.CUBIC);
    Tensor s = cubic.plus(Op.Gelu.LINEAR).times(x).sigmoid();
    Tensor du = cubic.times(3).plus(Op.Gelu.LINEAR);
    Tensor bend = x.times(6 * Op.Gelu.CUBIC);
    return slope(s).times(du.times(2).plus(x.times(mirrored(s).times(du.square()).plus(bend))));
  }

  private static Tensor slope(Tensor s) {
    return s.minus(s.square());
  }

  private static Tensor mirrored(Tensor s) {
    return s.times(-2).plus(1);
  }
}
