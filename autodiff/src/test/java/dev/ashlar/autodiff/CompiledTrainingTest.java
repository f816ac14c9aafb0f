package dev.ashlar.autodiff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.autodiff.nn.Linear;
import dev.ashlar.autodiff.nn.Losses;
import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.AdamWStep;
import dev.ashlar.autodiff.optim.Clipping;
import dev.ashlar.autodiff.optim.Gradients;
import dev.ashlar.autodiff.optim.Schedule;
import dev.ashlar.autodiff.optim.TrainingStep;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorLifetimeException;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorTree;
import dev.ashlar.tensor.program.Compiled;
import dev.ashlar.tensor.program.MemoryReport;
import dev.ashlar.tensor.program.Passes;
import dev.ashlar.tensor.program.Program;
import dev.ashlar.tensor.program.Tracer;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whole training steps (forward, backward, update) as one program. */
@ExtendWith(NoLeaks.class)
final class CompiledTrainingTest {
  private record Mlp(List<Linear> layers) {
    static Mlp init(long seed, int... sizes) {
      Key[] keys = Key.of(seed).split(sizes.length - 1);
      var layers = new Linear[keys.length];
      for (int i = 0; i < keys.length; i++) {
        layers[i] = Linear.init(keys[i], DType.F32, sizes[i], sizes[i + 1]).withBias();
      }
      return new Mlp(List.of(layers));
    }

    Tensor forward(Tensor x) {
      Tensor h = x;
      for (Linear layer : layers) h = h == x ? layer.forward(h) : layer.forward(h.tanh());
      return h;
    }

    Tensor loss(Batch batch) {
      return Losses.crossEntropy(forward(batch.x()), batch.labels());
    }
  }

  private record Batch(Tensor x, Tensor labels) {
    static Batch draw(long seed) {
      Key[] keys = Key.of(seed).split(2);
      return new Batch(
          Tensor.normal(keys[0], DType.F32, 16, 8),
          Tensor.uniform(keys[1], DType.F32, 16).times(4).toType(DType.I32));
    }
  }

  private record In(Mlp model, Batch batch) {}

  private record Out(Mlp model, Tensor loss) {}

  /** A step of plain gradient descent, written out. */
  private static Out descend(In in) {
    var result = Grad.valueAndGrad(in.model(), m -> m.loss(in.batch()));
    Iterator<Tensor> gradients = TensorTree.leaves(result.gradient()).iterator();
    return new Out(
        TensorTree.map(in.model(), p -> p.minus(gradients.next().times(0.1))), result.value());
  }

  private static void assertSameBits(Object actual, Object expected) {
    List<Tensor> a = TensorTree.leaves(actual);
    List<Tensor> b = TensorTree.leaves(expected);
    assertThat(a).hasSameSizeAs(b);
    for (int i = 0; i < a.size(); i++) {
      assertThat(a.get(i).toFloats()).containsExactly(b.get(i).toFloats());
    }
  }

  @Test
  void gradientDescentWalksTheSamePath() {
    try (var step = Compiled.of(CompiledTrainingTest::descend)) {
      Mlp eager = Mlp.init(1, 8, 32, 32, 4);
      Mlp compiled = eager;
      for (int i = 0; i < 5; i++) {
        Batch batch = Batch.draw(i);
        Out expected = descend(new In(eager, batch));
        Out actual = step.call(new In(compiled, batch));
        assertSameBits(actual, expected);
        eager = expected.model();
        compiled = actual.model();
      }
      assertThat(step.programCount()).isEqualTo(1);
    }
  }

  @Test
  void aTrainingStepNeedsLessMemoryThanEagerly() {
    Mlp model = Mlp.init(1, 8, 64, 64, 4);
    var moments = new AdamW.Moments<>(Gradients.zeros(model), Gradients.zeros(model));
    try (var step = Compiled.of(CompiledTrainingTest::adamStep)) {
      MemoryReport report = step.memory(new AdamIn(model, moments, ADAM.pace(0), Batch.draw(1)));
      assertThat(report.plannedPeakBytes()).isLessThan(report.eagerPeakBytes());
    }
  }

  private record AdamIn(Mlp model, AdamW.Moments<Mlp> moments, Tensor pace, Batch batch) {}

  private record AdamOut(AdamW.Updated<Mlp> next, Tensor loss, Tensor norm) {}

  private static final AdamW ADAM = AdamW.of(Schedule.warmUpCosine(0.01, 0.001, 2, 8));

  private static AdamOut adamStep(AdamIn in) {
    var result = Grad.valueAndGrad(in.model(), m -> m.loss(in.batch()));
    var bounded = Clipping.boundGlobalNorm(result.gradient(), 0.5);
    var next = ADAM.update(in.model(), bounded.gradients(), in.moments(), in.pace());
    return new AdamOut(next, result.value(), bounded.norm());
  }

  @Test
  void oneProgramMakesEveryUpdateOfAdamW() {
    Mlp compiled = Mlp.init(1, 8, 32, 4);
    Mlp eager = TensorTree.map(compiled, Tensor::copy);
    AdamW.State<Mlp> state = ADAM.init(eager);
    var moments = new AdamW.Moments<>(Gradients.zeros(compiled), Gradients.zeros(compiled));
    try (var step = Compiled.of(CompiledTrainingTest::adamStep)) {
      for (int i = 0; i < 6; i++) {
        Batch batch = Batch.draw(i);
        var loss = Grad.valueAndGrad(eager, m -> m.loss(batch));
        var clipped = Clipping.byGlobalNorm(loss.gradient(), 0.5);
        AdamW.Next<Mlp> expected = ADAM.update(eager, clipped.gradients(), state);
        AdamOut actual = step.call(new AdamIn(compiled, moments, ADAM.pace(i), batch));
        assertThat(actual.norm().item()).isEqualTo(clipped.norm());
        assertSameBits(actual.loss(), loss.value());
        assertSameBits(actual.next().model(), expected.model());
        eager = expected.model();
        state = expected.state();
        compiled = actual.next().model();
        moments = actual.next().moments();
      }
      assertThat(step.programCount()).isEqualTo(1);
    }
  }

  @Test
  void parametersAreUpdatedInTheirOwnMemory() {
    Mlp start = Mlp.init(1, 8, 32, 4);
    var moments = new AdamW.Moments<>(Gradients.zeros(start), Gradients.zeros(start));
    try (var step = Compiled.of(CompiledTrainingTest::adamStep)) {
      var in = new AdamIn(start, moments, ADAM.pace(0), Batch.draw(1));
      assertThat(step.program(in).steps())
          .filteredOn(each -> each.op() instanceof AdamWStep)
          .hasSize(4);
      step.call(in);
      assertThatThrownBy(() -> TensorTree.leaves(start).getFirst().toFloats())
          .isInstanceOf(TensorLifetimeException.class)
          .hasMessageContaining("adamWStep");
    }
  }

  @Test
  void gradientsOfGradientsAreTraced() {
    Function<Tensor, Tensor> second =
        x -> Grad.grad(x, y -> Grad.grad(y, z -> z.times(z).times(z.tanh()).sum()).sum());
    Tensor x = Tensor.of(0.5f, -1f, 2f);
    try (var step = Compiled.of(second)) {
      assertThat(step.call(x).toFloats()).containsExactly(second.apply(x).toFloats());
    }
  }

  @Test
  void aCompiledFunctionHasAGradient() {
    Tensor x = Tensor.of(0.5f, -1f);
    try (var square = Compiled.of((Tensor t) -> t.times(t))) {
      assertThat(Grad.grad(x, t -> square.call(t).sum()).toFloats()).containsExactly(1, -2);
      assertThat(square.programCount()).isZero();
    }
  }

  // ---- Recomputation.

  private static Tensor block(Tensor x) {
    Tensor h = x;
    for (int i = 0; i < 8; i++) h = h.tanh().sin();
    return h;
  }

  private static ValueAndGrad<Tensor> gradient(Tensor x, boolean recompute) {
    return Grad.valueAndGrad(
        x,
        t -> {
          Tensor h = t;
          for (int i = 0; i < 4; i++) {
            h = recompute ? Grad.checkpoint(h, CompiledTrainingTest::block) : block(h);
          }
          return h.sum();
        });
  }

  @Test
  void recomputationSurvivesTheMergingOfEqualSteps() {
    Tensor x = Tensor.uniform(Key.of(1), DType.F32, 1000);
    Program plain = simplified(x, t -> gradient(t, false));
    Program checkpointed = simplified(x, t -> gradient(t, true));
    assertThat(count(plain, new Op.Tanh())).isEqualTo(32);
    assertThat(count(checkpointed, new Op.Tanh())).isEqualTo(64);
    try (var plainly = Compiled.of((Tensor t) -> gradient(t, false));
        var sparing = Compiled.of((Tensor t) -> gradient(t, true))) {
      assertThat(sparing.memory(x).plannedPeakBytes())
          .isLessThan(plainly.memory(x).plannedPeakBytes() * 2 / 3);
      assertSameBits(sparing.call(x), plainly.call(x));
    }
  }

  private static Program simplified(Tensor x, Function<Tensor, ?> function) {
    try (var _ = TensorScope.open();
        var trace = Tracer.trace(x, function)) {
      return Passes.simplify(trace.program());
    }
  }

  private static long count(Program program, Op op) {
    return program.steps().stream().filter(step -> step.op().equals(op)).count();
  }

  /** The step is the same whether it is called, run as a program, or made of parts. */
  @Test
  void aTrainingStepHasOneResultInEveryForm() {
    TrainingStep<Mlp, Batch> step = TrainingStep.of(Mlp::loss, ADAM).withClip(0.5);
    Mlp eager = Mlp.init(1, 8, 32, 4);
    Mlp compiled = TensorTree.map(eager, Tensor::copy);
    Mlp parted = TensorTree.map(eager, Tensor::copy);
    var moments = moments(eager);
    var compiledMoments = moments(eager);
    var partedMoments = moments(eager);
    try (var program = Compiled.of(step::whole)) {
      for (int i = 0; i < 5; i++) {
        Batch batch = Batch.draw(i);
        Tensor pace = ADAM.pace(i);
        var expected = step.whole(new TrainingStep.Before<>(eager, moments, batch, pace));
        var actual =
            program.call(new TrainingStep.Before<>(compiled, compiledMoments, batch, pace));
        assertSameBits(actual, expected);
        var sum = step.part(new TrainingStep.Part<>(parted, Gradients.zeros(parted), batch), 1);
        var finished =
            step.finish(new TrainingStep.Unfinished<>(parted, partedMoments, sum.total(), pace));
        assertSameBits(finished.model(), expected.model());
        assertThat(finished.norm().item()).isEqualTo(expected.norm().item());
        assertThat(sum.loss().item()).isEqualTo(expected.loss().item());
        eager = expected.model();
        moments = expected.moments();
        compiled = actual.model();
        compiledMoments = actual.moments();
        parted = finished.model();
        partedMoments = finished.moments();
      }
      assertThat(program.programCount()).isEqualTo(1);
    }
  }

  private static AdamW.Moments<Mlp> moments(Mlp model) {
    return new AdamW.Moments<>(Gradients.zeros(model), Gradients.zeros(model));
  }
}
