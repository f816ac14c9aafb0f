package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.autodiff.optim.AdamWStep;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.KeyTensor;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Passes;
import dev.ashlar.tensor.program.Program;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Tracer;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Which steps become one. */
@ExtendWith(NoLeaks.class)
final class FusionTest {
  private static Tensor numbers(int... dims) {
    return SampleData.numbers(DType.F32, 1, dims);
  }

  private static <A> List<Step> fused(A inputs, Function<A, ?> function) {
    try (var trace = Tracer.trace(inputs, function)) {
      Program program = Passes.simplify(trace.program());
      Program fused = Fusion.fuse(program);
      assertThat(fused).isEqualTo(Fusion.fuse(program));
      assertThat(fused.outputs()).isEqualTo(program.outputs());
      return fused.steps().stream().filter(s -> !(s.op() instanceof Op.View)).toList();
    }
  }

  private static List<String> labels(List<Step> steps) {
    return steps.stream().map(step -> step.op().label()).toList();
  }

  @Test
  void aChainIsOneStepAndItsNumbersAreCode() {
    var steps = fused(numbers(3, 5), x -> x.times(2).plus(1).tanh());
    assertThat(labels(steps)).containsExactly("fused(times, plus, tanh)");
    assertThat(steps.getFirst().inputs()).hasSize(1);
    assertThat(steps.getFirst().outputs()).hasSize(1);
  }

  @Test
  void aStepByItselfIsNamedLikeItsOperation() {
    var steps = fused(numbers(3, 5), x -> x.times(2));
    assertThat(labels(steps)).containsExactly("times");
    assertThat(steps.getFirst().inputs()).hasSize(1);
  }

  @Test
  void equalChainsAreEqualOperations() {
    var steps =
        fused(
            numbers(4, 4),
            x -> x.exp().plus(1).matmul(x).exp().plus(1).matmul(x).exp().plus(2).matmul(x));
    assertThat(labels(steps)).containsOnly("fused(exp, plus)", "matmul").hasSize(6);
    assertThat(steps.get(2).op()).isEqualTo(steps.get(0).op());
    assertThat(steps.get(4).op()).isNotEqualTo(steps.get(0).op());
  }

  @Test
  void randomNumbersAndCountsAreComputedWhereTheyAreRead() {
    var steps =
        fused(
            List.of(KeyTensor.of(Key.of(1)).bits(), numbers(6)),
            in -> {
              Tensor drawn = Tensor.uniform(new KeyTensor(in.get(0)), DType.F32, 6);
              return drawn.less(0.5f).where(in.get(1), Tensor.arange(DType.F32, 6));
            });
    assertThat(labels(steps)).containsExactly("fused(uniform, compare, arange, where)");
  }

  @Test
  void whatOthersReadIsStoredAndWhatTheGroupAloneReadsIsNot() {
    var steps =
        fused(
            numbers(4, 4),
            x -> {
              Tensor y = x.exp();
              Tensor z = y.plus(x).times(y);
              return List.of(z.matmul(x), y.matmul(x));
            });
    assertThat(labels(steps)).containsExactly("fused(exp, plus, times)", "matmul", "matmul");
    assertThat(steps.getFirst().outputs()).hasSize(2);
  }

  @Test
  void aStepThatSomethingElseNeedsMeanwhileIsNotDelayed() {
    var steps =
        fused(
            numbers(4, 4),
            x -> {
              Tensor y = x.exp();
              return y.matmul(x).plus(y);
            });
    assertThat(labels(steps)).containsExactly("exp", "matmul", "plus");
  }

  @Test
  void whatIsBroadcastIsComputedOnce() {
    var steps = fused(numbers(4, 5), x -> x.maxKeep(1).exp().unaryMinus().plus(x).exp());
    assertThat(labels(steps)).containsExactly("max", "fused(exp, negate)", "fused(plus, exp)");
  }

  @Test
  void otherShapesOfTheSameElementsStayInAGroupAndOtherOrdersDoNot() {
    var reshaped =
        fused(numbers(4, 6), x -> x.exp().reshape(24).unaryMinus().reshape(2, 12).plus(1));
    assertThat(labels(reshaped)).containsExactly("fused(exp, negate, plus)");
    var turned = fused(numbers(4, 4), x -> x.exp().unaryMinus().transpose().plus(x).relu());
    assertThat(labels(turned)).containsExactly("fused(exp, negate)", "fused(plus, relu)");
  }

  @Test
  void groupsThatOneStepFollowsFromBecomeOne() {
    var steps = fused(numbers(7), x -> x.exp().unaryMinus().times(x.tanh().abs()));
    assertThat(labels(steps)).containsExactly("fused(exp, negate, tanh, abs, times)");
  }

  @Test
  void kernelsTakeNoMoreArraysThanTornadoVmDoes() {
    List<Tensor> many = IntStream.range(0, 40).mapToObj(_ -> numbers(3)).toList();
    var steps = fused(many, all -> all.stream().reduce(Tensor::plus).orElseThrow());
    assertThat(steps).hasSize(4);
    for (Step step : steps) {
      assertThat(step.inputs().size() + step.outputs().size())
          .isLessThanOrEqualTo(Fusion.MOST_ARRAYS);
    }
  }

  @Test
  void longChainsAreDivided() {
    var steps =
        fused(
            numbers(3),
            x -> {
              Tensor y = x;
              for (int i = 0; i < 100; i++) y = y.tanh();
              return y;
            });
    assertThat(steps).hasSize(3);
  }

  /** An update writes over its inputs, so what reads them cannot be delayed beyond it. */
  @Test
  void anUpdateJoinsWhatMakesItsGradientAndNobodyReadsTooLate() {
    Tensor pace = SampleData.numbers(DType.F64, 2, 3);
    var op = new AdamWStep(0.9, 0.99, 0.1, 1e-8);
    var steps =
        fused(
            List.of(numbers(5), numbers(5), numbers(5), numbers(5), pace),
            in -> {
              Tensor before = in.get(0).exp();
              Tensor gradient = in.get(3).times(3);
              var after =
                  Interpreter.current()
                      .interpret(op, List.of(in.get(0), in.get(1), in.get(2), gradient, pace));
              return List.of(after, before.unaryMinus());
            });
    assertThat(labels(steps)).containsExactly("exp", "fused(times, adamWStep)", "negate");
    Step update = steps.get(1);
    assertThat(((Op.Custom) update.op()).donations())
        .containsExactly(
            update.inputs().indexOf(steps.get(0).inputs().getFirst()),
            update.inputs().size() - 3,
            update.inputs().size() - 2);
  }
}
