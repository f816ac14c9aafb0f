package dev.ashlar.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaksInTries;
import dev.ashlar.tensor.Tensor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;

@AddLifecycleHook(NoLeaksInTries.class)
final class GradProperties {
  /** Any smooth function: a chain of operations that the seed picks. */
  private static Tensor chain(Tensor x, long seed) {
    Tensor y = x;
    for (int i = 0; i < 6; i++) {
      y =
          switch ((int) (Key.of(seed).bits(i) >>> 61)) {
            case 0 -> y.tanh();
            case 1 -> y.times(x).times(0.5);
            case 2 -> y.sigmoid().plus(y.get(0));
            case 3 -> y.softmax(-1).times(3);
            case 4 -> y.matmul(y.transpose().matmul(y)).times(0.1);
            case 5 -> y.minus(y.meanKeep(0)).sin();
            case 6 -> Tensor.concat(0, y.slice(0, 1, y.dim(0)), y.slice(0, 0, 1)).cos();
            default -> y.cumSum(1).logSoftmax(0);
          };
    }
    return y;
  }

  @Property
  void pullbackIsTheTransposeOfThePushforward(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 5) int rows,
      @ForAll @IntRange(min = 1, max = 5) int columns) {
    Key[] keys = Key.of(seed).split(3);
    Tensor x = Tensor.normal(keys[0], DType.F64, rows, columns);
    Tensor tangent = Tensor.normal(keys[1], DType.F64, rows, columns);
    Tensor covector = Tensor.normal(keys[2], DType.F64, rows, columns);
    double forward =
        Grad.jvp(x, tangent, t -> chain(t, seed)).tangent().times(covector).sum().item();
    Tensor pulled = Grad.vjp(x, (Tensor t) -> chain(t, seed)).pullback(covector);
    double backward = pulled.times(tangent).sum().item();
    assertThat(forward).isCloseTo(backward, within(1e-9 * (1 + Math.abs(backward))));
  }

  @Property
  void gradientIsLinearInTheLoss(@ForAll long seed, @ForAll @IntRange(min = 1, max = 6) int size) {
    Tensor x = Tensor.normal(Key.of(seed), DType.F64, size, 2);
    double[] once = Grad.grad(x, t -> chain(t, seed).sum()).toDoubles();
    double[] thrice = Grad.grad(x, t -> chain(t, seed).sum().times(4)).toDoubles();
    for (int i = 0; i < once.length; i++) assertThat(thrice[i]).isEqualTo(4 * once[i]);
  }
}
