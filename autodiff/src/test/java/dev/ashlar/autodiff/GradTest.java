package dev.ashlar.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorLifetimeException;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class GradTest {
  private static final DType F64 = DType.F64;

  record Layer(Tensor weight, @Nullable Tensor bias) {}

  record Model(List<Layer> layers, Map<String, Tensor> named, Tensor ids, int size) {}

  private static Tensor number(double value) {
    return Tensor.scalar(F64, value);
  }

  @Test
  void gradientHasTheModelsStructure() {
    var model =
        new Model(
            List.of(
                new Layer(Tensor.of(1.0, 2.0), null), new Layer(Tensor.of(3.0), Tensor.of(4.0))),
            Map.of("scale", number(5)),
            Tensor.of(7, 8),
            9);
    ValueAndGrad<Model> result =
        Grad.valueAndGrad(
            model,
            m -> {
              Tensor a = m.layers().get(0).weight().square().sum();
              Layer second = m.layers().get(1);
              Tensor b = second.weight().times(second.bias()).sum();
              return a.plus(b).times(m.named().get("scale"));
            });
    assertThat(result.value().item()).isEqualTo(5 * (5 + 12));
    Model gradient = result.gradient();
    assertThat(gradient.layers().get(0).weight().toDoubles()).containsExactly(10, 20);
    assertThat(gradient.layers().get(0).bias()).isNull();
    assertThat(gradient.layers().get(1).weight().toDoubles()).containsExactly(20);
    assertThat(gradient.layers().get(1).bias().toDoubles()).containsExactly(15);
    assertThat(gradient.named().get("scale").item()).isEqualTo(17);
    assertThat(gradient.ids()).isSameAs(model.ids());
    assertThat(gradient.size()).isEqualTo(9);
  }

  @Test
  void secondDerivativeOfACubeIsSixX() {
    Tensor result = Grad.grad(number(3), x -> Grad.grad(x, y -> y.pow(3)));
    assertThat(result.item()).isEqualTo(18);
    Tensor third = Grad.grad(number(3), x -> Grad.grad(x, y -> Grad.grad(y, z -> z.pow(3))));
    assertThat(third.item()).isEqualTo(6);
  }

  @Test
  void nestedGradientsDoNotMixUpTheirVariables() {
    // d/dx [x · d/dy (x·y)] = d/dx x² = 2x, at x = 3 with y the very same tensor.
    Tensor three = number(3);
    Tensor result = Grad.grad(three, x -> x.times(Grad.grad(three, y -> x.times(y))));
    assertThat(result.item()).isEqualTo(6);
    // d/dx [x · d/dy (x + y)] = 1, with y at x.
    Tensor classic = Grad.grad(three, x -> x.times(Grad.grad(x, y -> x.plus(y))));
    assertThat(classic.item()).isEqualTo(1);
  }

  @Test
  void hessianVectorProductAgreesWithTheHessian() {
    Tensor x = Tensor.of(0.3, -0.7, 1.1);
    Tensor v = Tensor.of(1.0, 2.0, -1.0);
    // f = (sum of x²)², so H = 8 x xᵀ + 4 (x·x) I.
    Tensor product = Grad.grad(x, y -> Grad.grad(y, z -> z.square().sum().square()).times(v).sum());
    double xv = 0.3 - 1.4 - 1.1;
    double xx = 0.09 + 0.49 + 1.21;
    double[] expected = {
      8 * 0.3 * xv + 4 * xx, 8 * -0.7 * xv + 8 * xx, 8 * 1.1 * xv - 4 * xx,
    };
    assertThat(product.toDoubles()).containsExactly(expected, within(1e-12));
    Grad.Jvp<Tensor> forward = Grad.jvp(x, v, y -> Grad.grad(y, z -> z.square().sum().square()));
    assertThat(forward.tangent().toDoubles()).containsExactly(expected, within(1e-12));
  }

  @Test
  void aTensorUsedManyTimesAddsUpItsGradients() {
    Tensor x = number(2);
    assertThat(Grad.grad(x, t -> t.times(t).plus(t).plus(t)).item()).isEqualTo(6);
    assertThat(Grad.grad(List.of(x, x), p -> p.get(0).times(3).plus(p.get(1))))
        .satisfiesExactly(
            g -> assertThat(g.item()).isEqualTo(3), g -> assertThat(g.item()).isEqualTo(1));
  }

  @Test
  void theLossMayBeTheInput() {
    assertThat(Grad.grad(number(2), t -> t).item()).isEqualTo(1);
  }

  @Test
  void stopGradientMakesAConstant() {
    assertThat(Grad.grad(number(3), t -> t.times(t.stopGradient())).item()).isEqualTo(3);
    List<Tensor> both = List.of(number(3), number(4));
    List<Tensor> gradient =
        Grad.grad(
            both,
            p -> {
              List<Tensor> constant = Grad.stopGradient(p);
              return p.get(0).times(constant.get(1)).plus(p.get(1));
            });
    assertThat(gradient.get(0).item()).isEqualTo(4);
    assertThat(gradient.get(1).item()).isEqualTo(1);
  }

  @Test
  void aTensorTheLossDoesNotDependOnIsAnErrorNamingItsPath() {
    var layer = new Layer(Tensor.of(1.0), Tensor.of(2.0));
    assertThatThrownBy(() -> Grad.grad(layer, l -> l.weight().sum()))
        .isInstanceOf(GradientException.class)
        .hasMessageContaining("does not depend on bias");
    assertThatThrownBy(() -> Grad.grad(layer, _ -> layer.weight().sum()))
        .hasMessageContaining("does not depend on weight, bias");
    assertThatThrownBy(() -> Grad.grad(layer.weight(), t -> t.stopGradient().sum()))
        .hasMessageContaining("does not depend on F64[1]");
  }

  @Test
  void aLossThatIsNoRealScalarIsAnError() {
    Tensor x = Tensor.of(1.0, 2.0);
    assertThatThrownBy(() -> Grad.valueAndGrad(x, t -> t))
        .isInstanceOf(GradientException.class)
        .hasMessage(
            "grad: loss must be a scalar, got shape [2]; use vjp(...) with a covector, or reduce"
                + " with sum() or mean()");
    assertThatThrownBy(() -> Grad.valueAndGrad(x, t -> t.argMax(0)))
        .hasMessage("grad: loss must be F32 or F64, got I64[]");
    assertThatThrownBy(() -> Grad.grad(Tensor.of(1, 2), t -> t.toType(F64).sum()))
        .hasMessageContaining("no floating-point tensor");
  }

  @Test
  void moreThanTheLossComesOutToo() {
    var result =
        Grad.valueGradAndMore(
            number(3),
            x -> {
              Tensor square = x.square();
              return new Grad.LossAndMore<>(square.times(2), Map.of("square", square));
            });
    assertThat(result.value().item()).isEqualTo(18);
    assertThat(result.gradient().item()).isEqualTo(12);
    assertThat(result.more().get("square").item()).isEqualTo(9);
  }

  // ---- vjp and jvp.

  @Test
  void pullbackCanBeUsedManyTimes() {
    Vjp<Tensor, Tensor> vjp = Grad.vjp(Tensor.of(1.0, 2.0, 3.0), Tensor::square);
    assertThat(vjp.value().toDoubles()).containsExactly(1, 4, 9);
    assertThat(vjp.pullback(Tensor.of(1.0, 0, 0)).toDoubles()).containsExactly(2, 0, 0);
    assertThat(vjp.pullback(Tensor.of(1.0, 1, 1)).toDoubles()).containsExactly(2, 4, 6);
  }

  @Test
  void pullbackTakesStructures() {
    record In(Tensor a, Tensor b) {}
    record Out(Tensor sum, Tensor product, Tensor order) {}
    var in = new In(Tensor.of(1.0, 5.0), Tensor.of(2.0, 3.0));
    Vjp<In, Out> vjp =
        Grad.vjp(in, x -> new Out(x.a().plus(x.b()), x.a().times(x.b()), x.a().argMax(0)));
    In pulled = vjp.pullback(new Out(Tensor.of(1.0, 1), Tensor.of(10.0, 10), vjp.value().order()));
    assertThat(pulled.a().toDoubles()).containsExactly(21, 31);
    assertThat(pulled.b().toDoubles()).containsExactly(11, 51);
  }

  @Test
  void pullbackChecksItsCovector() {
    Vjp<Tensor, Tensor> vjp = Grad.vjp(Tensor.of(1.0, 2.0), Tensor::square);
    assertThatThrownBy(() -> vjp.pullback(Tensor.of(1.0)))
        .isInstanceOf(ShapeException.class)
        .hasMessage("vjp: the value is F64[2], its covector F64[1]");
  }

  @Test
  void pullbackEndsWithItsScope() {
    Vjp<Tensor, Tensor> vjp;
    Tensor covector = Tensor.of(1.0, 1);
    Tensor x = Tensor.of(1.0, 2.0);
    try (var _ = TensorScope.open()) {
      vjp = Grad.vjp(x, t -> t.exp().square());
    }
    assertThatThrownBy(() -> vjp.pullback(covector)).isInstanceOf(TensorLifetimeException.class);
  }

  @Test
  void jvpIsTheDirectionalDerivative() {
    Tensor x = Tensor.of(0.5, -1.0);
    Grad.Jvp<Tensor> jvp = Grad.jvp(x, Tensor.of(1.0, 2.0), t -> t.sin().times(t.get(0)));
    assertThat(jvp.value().toDoubles())
        .containsExactly(new double[] {0.5 * Math.sin(0.5), 0.5 * Math.sin(-1)}, within(1e-15));
    double first = 0.5 * Math.cos(0.5) + Math.sin(0.5);
    double second = 0.5 * Math.cos(-1) * 2 + Math.sin(-1);
    assertThat(jvp.tangent().toDoubles())
        .containsExactly(new double[] {first, second}, within(1e-15));
  }

  @Test
  void whatDoesNotDependOnTheInputsHasATangentOfZeros() {
    record In(Tensor used, Tensor unused, Tensor order) {}
    record Out(Tensor result, Tensor constant, Tensor copied, Tensor order, Tensor choice) {}
    var in = new In(Tensor.of(1.0, 2), Tensor.of(3.0), Tensor.of(1, 0));
    var along = new In(Tensor.of(1.0, 10), Tensor.of(7.0), Tensor.of(1, 0));
    Grad.Jvp<Out> jvp =
        Grad.jvp(
            in,
            along,
            x ->
                new Out(
                    x.used().square(),
                    Tensor.ones(DType.F32, 2, 3),
                    x.unused().stopGradient(),
                    x.order(),
                    x.used().argMax(0)));
    assertThat(jvp.tangent().result().toDoubles()).containsExactly(2, 40);
    assertThat(jvp.tangent().constant().spec()).isEqualTo(jvp.value().constant().spec());
    assertThat(jvp.tangent().constant().toDoubles()).containsOnly(0);
    assertThat(jvp.tangent().copied().toDoubles()).containsExactly(0);
    assertThat(jvp.tangent().order().toDoubles()).containsExactly(1, 0);
    assertThat(jvp.tangent().choice().item()).isEqualTo(1);
    assertThat(Grad.jvp(in, along, x -> x.used().argMax(0)).tangent().item()).isEqualTo(1);
    Tensor none = Tensor.ones(DType.F64, 3);
    assertThat(Grad.jvp(in, along, _ -> none).tangent().toDoubles()).containsExactly(0, 0, 0);
  }

  @Test
  void tangentsAndCovectorsAreMatchedByTheKeysOfMaps() {
    Map<String, Tensor> in = inOrder("a", Tensor.of(2.0), "b", Tensor.of(5.0));
    Map<String, Tensor> along = inOrder("b", Tensor.of(1.0), "a", Tensor.of(10.0));
    Function<Map<String, Tensor>, Map<String, Tensor>> function =
        x -> inOrder("p", x.get("a").times(x.get("b")), "q", x.get("a").times(3));
    var jvp = Grad.jvp(in, along, function);
    assertThat(jvp.tangent().get("p").toDoubles()).containsExactly(52);
    assertThat(jvp.tangent().get("q").toDoubles()).containsExactly(30);
    var vjp = Grad.vjp(in, function);
    var pulled = vjp.pullback(inOrder("q", Tensor.of(100.0), "p", Tensor.of(1.0)));
    assertThat(pulled.get("a").toDoubles()).containsExactly(305);
    assertThat(pulled.get("b").toDoubles()).containsExactly(2);

    assertThatThrownBy(() -> vjp.pullback(inOrder("p", Tensor.of(1.0), "r", Tensor.of(1.0))))
        .isInstanceOf(ShapeException.class)
        .hasMessage("vjp: the value has q, which its covector lacks");
    assertThatThrownBy(() -> Grad.jvp(in, Map.of("a", Tensor.of(1.0)), function))
        .isInstanceOf(ShapeException.class)
        .hasMessage("jvp: the input has b, which its tangent lacks");
    assertThatThrownBy(() -> Grad.jvp(Map.of("a", in.get("a")), in, x -> x.get("a")))
        .hasMessage("jvp: the input lacks b, which its tangent has");
    Map<String, Tensor> longer = inOrder("a", Tensor.of(1.0), "b", Tensor.of(1.0, 2));
    assertThatThrownBy(() -> Grad.jvp(in, longer, function))
        .hasMessage("jvp: the input is F64[1] at b, its tangent F64[2]");
  }

  private static Map<String, Tensor> inOrder(String first, Tensor x, String second, Tensor y) {
    Map<String, Tensor> map = new LinkedHashMap<>();
    map.put(first, x);
    map.put(second, y);
    return map;
  }

  @Test
  void modelsOfListsAndMapsOfAnyClassTrain() {
    record Model(
        ArrayList<Tensor> layers, HashMap<String, Tensor> tables, TreeMap<String, Tensor> more) {}
    var model =
        new Model(
            new ArrayList<>(List.of(Tensor.of(2.0))),
            new HashMap<>(Map.of("t", Tensor.of(3.0))),
            new TreeMap<>(Map.of("m", Tensor.of(4.0))));
    Model gradient =
        Grad.grad(
            model,
            m -> m.layers().get(0).times(m.tables().get("t")).times(m.more().get("m")).sum());
    assertThat(gradient.layers().get(0).toDoubles()).containsExactly(12);
    assertThat(gradient.tables().get("t").toDoubles()).containsExactly(8);
    assertThat(gradient.more().get("m").toDoubles()).containsExactly(6);
    var list = new ArrayList<>(List.of(Tensor.of(1.0), Tensor.of(2.0)));
    assertThat(Grad.grad(list, l -> l.get(0).times(l.get(1)).sum()).get(0).toDoubles())
        .containsExactly(2);
  }

  // ---- Fused operations of the user's own.

  /** Doubles, by a backward that is wrong on request. */
  record Twice(boolean wrongShape) implements DifferentiableOp {
    @Override
    public List<TensorSpec> specs(List<TensorSpec> inputs) {
      return inputs;
    }

    @Override
    public void compute(List<Operand> in, List<Operand> out) {
      for (long i = 0; i < in.getFirst().size(); i++) {
        out.getFirst().setDouble(i, 2 * in.getFirst().getDouble(i));
      }
    }

    @Override
    public List<Optional<Tensor>> vjp(Call call, List<Tensor> dOutputs) {
      Tensor gradient = dOutputs.getFirst().times(2);
      return List.of(Optional.of(wrongShape ? gradient.sum() : gradient));
    }
  }

  record NoBackward() implements Op.Custom {
    @Override
    public List<TensorSpec> specs(List<TensorSpec> inputs) {
      return inputs;
    }

    @Override
    public void compute(List<Operand> in, List<Operand> out) {
      new Twice(false).compute(in, out);
    }
  }

  @Test
  void aUsersOperationBringsItsOwnBackward() {
    Tensor x = Tensor.of(1.0, 2.0);
    Tensor gradient = Grad.grad(x, t -> Interpreter.call(new Twice(false), t).square().sum());
    assertThat(gradient.toDoubles()).containsExactly(8, 16);
    assertThatThrownBy(() -> Grad.grad(x, t -> Interpreter.call(new Twice(true), t).sum()))
        .isInstanceOf(GradientException.class)
        .hasMessage(
            "twice: its backward answered F64[] as the gradient in input 0, which is F64[2]");
  }

  @Test
  void aUsersOperationWithoutBackwardNamesItself() {
    Tensor x = Tensor.of(1.0, 2.0);
    assertThatThrownBy(() -> Grad.grad(x, t -> Interpreter.call(new NoBackward(), t).sum()))
        .isInstanceOf(NoGradientException.class)
        .hasMessageStartingWith("noBackward: ");
    Tensor gradient =
        Grad.grad(x, t -> Interpreter.call(new NoBackward(), t).stopGradient().times(t).sum());
    assertThat(gradient.toDoubles()).containsExactly(2, 4);
  }

  // ---- Threads.

  @Test
  void tapesOfDifferentThreadsAreIndependent() throws Exception {
    try (var threads = Executors.newFixedThreadPool(4)) {
      List<Callable<Double>> tasks =
          IntStream.range(0, 64)
              .<Callable<Double>>mapToObj(
                  i ->
                      () -> {
                        try (Memory memory = Memory.withLimit(1 << 20);
                            var _ = TensorScope.open(memory)) {
                          return Grad.grad(number(i), x -> Grad.grad(x, y -> y.pow(3))).item();
                        }
                      })
              .toList();
      List<Future<Double>> answers = threads.invokeAll(tasks);
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).get()).isEqualTo(6.0 * i);
      }
    }
  }

  @Test
  void workHandedToAnotherThreadIsAConstant() {
    assertThatThrownBy(
            () ->
                Grad.grad(
                    number(3),
                    x -> {
                      try (var other = Executors.newSingleThreadExecutor()) {
                        double square =
                            other
                                .submit(
                                    () -> {
                                      try (var _ = TensorScope.open()) {
                                        return x.square().item();
                                      }
                                    })
                                .get();
                        return number(square);
                      } catch (Exception e) {
                        throw new AssertionError(e);
                      }
                    }))
        .hasMessageContaining("does not depend on");
  }

  // ---- Memory.

  @Test
  void nothingButTheResultIsLeft() {
    Memory memory = TensorScope.current().memory();
    Tensor x = Tensor.normal(Key.of(1), F64, 16, 16);
    long before = memory.liveCount();
    Grad.valueAndGrad(x, t -> t.matmul(t).tanh().matmul(t).square().mean());
    // The loss, its gradient 1, and the gradient in x.
    assertThat(memory.liveCount() - before).isEqualTo(3);
  }

  @Test
  void aFailureLeavesNothingBehind() {
    Memory memory = TensorScope.current().memory();
    Tensor x = Tensor.normal(Key.of(1), F64, 16, 16);
    long before = memory.liveCount();
    assertThatThrownBy(() -> Grad.grad(x, t -> t.exp().floor().tanh().sum()))
        .isInstanceOf(NotDifferentiableException.class);
    assertThatThrownBy(
            () ->
                Grad.grad(
                    x,
                    t -> {
                      t.exp().sum();
                      throw new IllegalStateException("the user's");
                    }))
        .hasMessage("the user's");
    assertThat(memory.liveCount() - before).isLessThanOrEqualTo(2); // losses and their ones
  }

  @Test
  void backwardFreesWhatItHasPassed() {
    int size = 1 << 16;
    int depth = 24;
    try (Memory memory = Memory.withLimit(1L << 30);
        var _ = TensorScope.open(memory)) {
      Tensor x = Tensor.ones(F64, size);
      Grad.grad(
          x,
          t -> {
            Tensor y = t;
            for (int i = 0; i < depth; i++) y = y.sin();
            return y.sum();
          });
      // Each sine keeps its output; going back, one gradient and few temporaries are alive at a
      // time.
      assertThat(memory.peakBytes()).isLessThan((depth + 8L) * size * Double.BYTES);
    }
  }

  @Test
  void whatNoRuleReadsIsNotKept() {
    int size = 1 << 16;
    try (Memory memory = Memory.withLimit(1L << 30);
        var _ = TensorScope.open(memory)) {
      Tensor x = Tensor.ones(F64, size);
      Grad.grad(
          x,
          t -> {
            Tensor y = t;
            for (int i = 0; i < 4; i++) {
              Tensor before = y;
              y = TensorScope.tidy(() -> sumOfNine(before, t));
            }
            return y.sum();
          });
      // Without the tape the scopes would free 7 of each 8 sums; with it they do, too.
      assertThat(memory.peakBytes()).isLessThan(18L * size * Double.BYTES);
    }
  }

  private static Tensor sumOfNine(Tensor first, Tensor other) {
    Tensor sum = first;
    for (int i = 0; i < 8; i++) sum = sum.plus(other);
    return sum;
  }

  @Test
  void aLossMayOpenScopesOfItsOwn() {
    Tensor gradient =
        Grad.grad(Tensor.of(1.0, 2.0), x -> TensorScope.tidy(() -> x.exp().log().square().sum()));
    assertThat(gradient.toDoubles()).containsExactly(new double[] {2, 4}, within(1e-12));
  }
}
