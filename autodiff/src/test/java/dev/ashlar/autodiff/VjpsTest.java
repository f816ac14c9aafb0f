package dev.ashlar.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.OpSample;
import dev.ashlar.tensor.OpSamples;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation of the vocabulary: its gradient is right, or it throws and names itself. */
@ExtendWith(NoLeaks.class)
final class VjpsTest {
  // A short step: samples may lie close to ties and kinks.
  private static final GradCheck CHECK =
      GradCheck.inF64().withStep(1e-5).withOrder(2).withElements(20);

  /**
   * Operations whose results are choices. Those with integer or BOOL results cannot be asked at
   * all.
   */
  private static final Set<Class<? extends Op>> ROUNDING = Set.of(Op.Floor.class, Op.Round.class);

  private static final Set<Class<? extends Op>> WITHOUT_REAL_RESULT =
      Set.of(Op.Not.class, Op.Compare.class, Op.Logical.class, Op.ArgMax.class, Op.ArgMin.class);

  private static final Set<Class<? extends Op>> WITHOUT_REAL_INPUT =
      Set.of(
          Op.Fill.class,
          Op.Arange.class,
          Op.Uniform.class,
          Op.Normal.class,
          Op.FoldKey.class,
          Op.OneHot.class);

  static Stream<OpSample> differentiable() {
    return OpSamples.all().stream().filter(VjpsTest::hasGradient);
  }

  private static boolean hasGradient(OpSample sample) {
    Class<?> kind = sample.op().getClass();
    boolean choice =
        ROUNDING.contains(kind)
            || WITHOUT_REAL_RESULT.contains(kind)
            || WITHOUT_REAL_INPUT.contains(kind)
            || sample.op() instanceof Op.StopGradient
            || sample.op() instanceof Op.Cast cast && !cast.dtype().isFloating();
    return !choice && !hasTies(sample) && sample.takes(DType.F64) && flows(sample);
  }

  /** Equal numbers, among which an order or an extremum jumps or has a kink. */
  private static boolean hasTies(OpSample sample) {
    boolean extremum = sample.op() instanceof Op.Max || sample.op() instanceof Op.Min;
    return sample.name().contains("equals") || extremum && sample.name().contains("expanded");
  }

  private static boolean flows(OpSample sample) {
    try (var _ = TensorScope.open()) {
      List<Tensor> inputs = sample.inputs().apply(DType.F64);
      List<Tensor> outputs = Interpreter.eager().interpret(sample.op(), inputs);
      return inputs.stream().anyMatch(t -> t.dtype().isFloating())
          && outputs.stream().anyMatch(t -> t.dtype().isFloating());
    }
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void gradientIsTheAdjointOfTheDerivative(OpSample sample) {
    List<Tensor> inputs =
        sample.inputs().apply(DType.F64).stream()
            .map(t -> t.layout().overlaps() ? t.copy() : t)
            .toList();
    GradCheck check = sample.op() instanceof Op.Cast(DType to) && to == DType.F32 ? COARSE : CHECK;
    check.check(inputs, in -> Interpreter.current().interpret(sample.op(), in));
  }

  /** Through F32, differences in F64 see steps. */
  private static final GradCheck COARSE = GradCheck.inF64().withStep(0.5).withTolerance(1e-5);

  @ParameterizedTest
  @MethodSource("differentiable")
  void gradientOfAnExpandedInputIsThatOfItsCopy(OpSample sample) {
    List<Tensor> inputs = sample.inputs().apply(DType.F64);
    if (inputs.stream().noneMatch(t -> t.layout().overlaps())) return;
    List<Tensor> copies = inputs.stream().map(Tensor::copy).toList();
    assertThat(sums(sample.op(), inputs)).isEqualTo(sums(sample.op(), copies));
  }

  private static List<List<Double>> sums(Op op, List<Tensor> inputs) {
    return numbers(
        Grad.grad(inputs, in -> Interpreter.current().interpret(op, in).getFirst().sum()));
  }

  private static List<List<Double>> numbers(List<Tensor> tensors) {
    return tensors.stream().map(g -> Arrays.stream(g.toDoubles()).boxed().toList()).toList();
  }

  @ParameterizedTest
  @MethodSource("differentiable")
  void theTapeKeepsWhatTheRuleReads(OpSample sample) {
    List<Tensor> inputs = sample.inputs().apply(DType.F64);
    // Copies, results and what they are multiplied by are gone after the loss, unless the tape
    // keeps them.
    List<Tensor> kept =
        Grad.grad(
            inputs,
            in -> {
              List<Tensor> copies = in.stream().map(Tensor::copy).toList();
              Tensor result = Interpreter.current().interpret(sample.op(), copies).getFirst();
              return result.copy().sum();
            });
    assertThat(numbers(kept)).isEqualTo(sums(sample.op(), inputs));
  }

  @Test
  void everyOperationHasAGradientOrThrows() {
    Set<Class<? extends Op>> proven = new LinkedHashSet<>();
    differentiable().forEach(sample -> proven.add(sample.op().getClass()));
    proven.addAll(ROUNDING);
    proven.addAll(WITHOUT_REAL_RESULT);
    proven.addAll(WITHOUT_REAL_INPUT);
    proven.add(Op.StopGradient.class);
    assertThat(proven).containsExactlyInAnyOrderElementsOf(vocabulary(Op.class));
  }

  /**
   * Returns the records of the sealed vocabulary, walked by its permits clauses; the open door
   * apart.
   */
  @SuppressWarnings("unchecked") // What a sealed interface of operations permits is an operation.
  private static Set<Class<? extends Op>> vocabulary(Class<?> sealed) {
    Set<Class<? extends Op>> records = new LinkedHashSet<>();
    for (Class<?> permitted : sealed.getPermittedSubclasses()) {
      if (permitted == Op.Custom.class) continue;
      if (permitted.isRecord()) records.add((Class<? extends Op>) permitted);
      else records.addAll(vocabulary(permitted));
    }
    return records;
  }

  @Test
  void roundingThrowsNamingItself() {
    Tensor x = Tensor.of(1.5, 2.5);
    assertThatThrownBy(() -> Grad.grad(x, t -> t.floor().sum()))
        .isInstanceOf(NotDifferentiableException.class)
        .hasMessage(
            "floor: rounding has no gradient; wrap what goes in or what comes out in"
                + " stopGradient() to treat it as a constant");
    assertThatThrownBy(() -> Grad.grad(x, t -> t.round().sum())).hasMessageStartingWith("round: ");
  }

  @Test
  void choicesThrowOnTheWayBackThroughAnyCast() {
    Tensor x = Tensor.of(1.5, 2.5);
    assertThatThrownBy(() -> Grad.grad(x, t -> t.argMax(0).toType(DType.F64)))
        .isInstanceOf(NotDifferentiableException.class)
        .hasMessageContaining("cast");
    assertThatThrownBy(() -> Grad.grad(x, t -> t.greater(2).toType(DType.F64).sum()))
        .isInstanceOf(NotDifferentiableException.class);
    assertThatThrownBy(() -> Grad.grad(x, t -> t.argMax(0).oneHot(2, DType.F64).sum()))
        .isInstanceOf(NotDifferentiableException.class)
        .hasMessageStartingWith("oneHot: ");
    assertThatThrownBy(() -> Grad.grad(x, t -> t.toType(DType.I32).toType(DType.F64).sum()))
        .isInstanceOf(NotDifferentiableException.class);
  }

  @Test
  void choicesThatOnlySelectTakeNoGradient() {
    Tensor x = Tensor.of(3.0, -1.0, 2.0);
    Tensor gradient = Grad.grad(x, t -> t.greater(0).where(t.square(), t).sum());
    assertThat(gradient.toDoubles()).containsExactly(6, 1, 4);
    // -0 + 0 is 0.
    Tensor best = Grad.grad(x, t -> t.square().gather(0, t.argMax(0).reshape(1)).sum());
    assertThat(best.plus(0).toDoubles()).containsExactly(6, 0, 0);
  }

  @Test
  void equalArgumentsShareTheGradient() {
    Tensor x = Tensor.of(2.0, 1.0, 2.0);
    assertThat(Grad.grad(x, t -> t.max()).toDoubles()).containsExactly(0.5, 0, 0.5);
    Tensor least = Grad.grad(x, t -> t.times(-1).min());
    assertThat(least.plus(0).toDoubles()).containsExactly(-0.5, 0, -0.5); // -0 + 0 is 0
    Tensor two = Tensor.full(DType.F64, 2, 3);
    assertThat(Grad.grad(x, t -> t.maximum(two).sum()).toDoubles()).containsExactly(0.5, 0, 0.5);
    assertThat(Grad.grad(x, t -> t.minimum(two).sum()).toDoubles()).containsExactly(0.5, 1, 0.5);
  }

  @Test
  void aClampedNumberPassesTheGradientToItsBound() {
    Tensor x = Tensor.of(-3.0, -1, 0, 2, 3);
    assertThat(Grad.grad(x, t -> t.clamp(-1, 2).sum()).toDoubles()).containsExactly(0, 1, 1, 1, 0);
    Tensor low = Tensor.of(-1.0);
    assertThat(Grad.grad(low, t -> x.clamp(t, Tensor.of(2.0)).sum()).toDoubles())
        .containsExactly(1);
    Tensor high = Tensor.of(2.0);
    assertThat(Grad.grad(high, t -> x.clamp(low, t).sum()).toDoubles()).containsExactly(1);
    // A high below low is the result everywhere.
    assertThat(Grad.grad(low, t -> x.clamp(low, t.minus(1)).sum()).toDoubles()).containsExactly(5);
    assertThat(Grad.grad(high, t -> x.clamp(t, low).sum()).toDoubles()).containsExactly(0);
  }

  @Test
  void kinksAtZeroHaveGradientZero() {
    Tensor zero = Tensor.of(0.0);
    assertThat(Grad.grad(zero, t -> t.abs().sum()).toDoubles()).containsExactly(0);
    assertThat(Grad.grad(zero, t -> t.relu().sum()).toDoubles()).containsExactly(0);
  }

  @Test
  void powersOfZeroAreSafe() {
    powersOfZeroAreSafe(Tensor::pow);
    // As an exponent that the operation is given, too.
    powersOfZeroAreSafe((t, exponent) -> t.pow(Tensor.of(exponent)));
    Tensor zero = Tensor.of(0.0);
    assertThat(Grad.grad(zero, t -> Tensor.of(0.0).pow(t.plus(2)).sum()).toDoubles())
        .containsExactly(0);
  }

  private static void powersOfZeroAreSafe(BiFunction<Tensor, Double, Tensor> pow) {
    Tensor zero = Tensor.of(0.0);
    assertThat(Grad.grad(zero, t -> pow.apply(t, 2.0).sum()).toDoubles()).containsExactly(0);
    assertThat(Grad.grad(zero, t -> pow.apply(t, 1.0).sum()).toDoubles()).containsExactly(1);
    assertThat(Grad.grad(zero, t -> pow.apply(t, 0.0).sum()).toDoubles()).containsExactly(0);
    Tensor curvature = Grad.grad(zero, x -> Grad.grad(x, t -> pow.apply(t, 2.0).sum()).sum());
    assertThat(curvature.toDoubles()).containsExactly(2);
    assertThat(Grad.grad(Tensor.of(-2.0), t -> pow.apply(t, 3.0).sum()).toDoubles())
        .containsExactly(12);
  }

  /** By the formulas but for an exponent of 0, and 0 to what is not below 0: PyTorch's rules. */
  @Test
  void gradientsOfPowersAtTheirSpecialPoints() {
    double inf = Double.POSITIVE_INFINITY;
    double nan = Double.NaN;
    Tensor base = Tensor.of(0.0, 0, 0, 0, 0, inf, nan, Double.MIN_VALUE, -2);
    Tensor exponent = Tensor.of(0, 1, 0.5, -1, -2, 0.0, 0, 0, 0);
    List<Tensor> gradients = Grad.grad(List.of(base, exponent), in -> pow(in).sum());
    // -0 + 0 is 0.
    assertThat(gradients.get(0).plus(0).toDoubles())
        .containsExactly(0, 1, inf, -inf, -inf, 0, 0, 0, 0);
    assertThat(gradients.get(1).toDoubles())
        .containsExactly(0, 0, 0, -inf, -inf, inf, nan, Math.log(Double.MIN_VALUE), nan);
  }

  private static Tensor pow(List<Tensor> in) {
    return in.get(0).pow(in.get(1));
  }

  @Test
  void theGradientOfAPowersGradientInAnExponentOfZeroIsRight() {
    Tensor a = Tensor.of(2.0, 4.0);
    Tensor mixed =
        Grad.grad(Tensor.of(0.0, 0.0), b -> Grad.grad(a, x -> pow(List.of(x, b)).sum()).sum());
    // d/db b · a^(b-1) at 0 is 1 / a.
    assertThat(mixed.toDoubles()).containsExactly(0.5, 0.25);
  }

  @Test
  void productsOfNothingHaveAGradientOfNothing() {
    Tensor empty = Tensor.zeros(DType.F64, 2, 0);
    assertThat(Grad.grad(empty, t -> t.prod(1).sum()).spec()).isEqualTo(empty.spec());
    assertThat(Grad.grad(empty, t -> t.prod()).spec()).isEqualTo(empty.spec());
    assertThat(Grad.grad(empty, t -> t.prod(0).sum()).spec()).isEqualTo(empty.spec());
    // Beside a loss that other tensors take part in, and twice.
    assertThat(empty.prod(1).toDoubles()).containsExactly(1, 1);
    assertThat(Grad.grad(Tensor.of(3.0), t -> t.slice(0, 0, 0).prod().plus(t.sum())).toDoubles())
        .containsExactly(1);
  }

  @Test
  void bf16IsPassedThroughAsAStorageType() {
    Tensor x = Tensor.of(1f, 2f).toType(DType.BF16);
    Tensor gradient =
        Grad.grad(x, t -> t.toType(DType.F32).square().sum().plus(t.toType(DType.F32).sum()));
    assertThat(gradient.dtype()).isEqualTo(DType.BF16);
    assertThat(gradient.toFloats()).containsExactly(3, 5);
  }

  /** 2^8 + 1 is no BF16: added one by one, ones stay at 2^8. */
  @Test
  void gradientsOfBf16AreAddedInF32AndRoundedOnce() {
    int many = 1024;
    Tensor one = Tensor.ones(DType.F32, 1, 1).toType(DType.BF16);
    Tensor rows = Tensor.zeros(DType.I64, many);
    Tensor column = Tensor.zeros(DType.I32, many, 1);
    bf16Sum(one, many, t -> t.expand(many, 1));
    bf16Sum(one, many, t -> t.indexSelect(0, rows));
    bf16Sum(one, many, t -> t.embedding(rows));
    bf16Sum(one, many, t -> t.gather(0, column));
    bf16Sum(one, many, t -> Tensor.concat(0, Collections.nCopies(many, t)));
    Tensor mask = Tensor.of(true, false);
    bf16Sum(one, 1, t -> mask.where(t, t.zerosLike()));
  }

  private static void bf16Sum(Tensor x, double expected, UnaryOperator<Tensor> function) {
    Tensor gradient = Grad.grad(x, t -> function.apply(t).toType(DType.F32).sum());
    assertThat(gradient.spec()).isEqualTo(x.spec());
    assertThat(gradient.toDoubles()).containsExactly(expected);
  }

  @Test
  void gradientOfATransposedWeightIsRowMajor() {
    Tensor weight = Tensor.of(dev.ashlar.tensor.Shape.of(2, 3), 1.0, 2, 3, 4, 5, 6);
    Tensor x = Tensor.ones(DType.F64, 5, 4, 3);
    Tensor g = Grad.grad(weight, w -> x.matmul(w.transpose()).sum());
    assertThat(g.layout().isContiguous()).isTrue();
    assertThat(g.toDoubles()).containsOnly(20);
  }
}
