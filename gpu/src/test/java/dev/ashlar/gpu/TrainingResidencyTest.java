package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.TrainingStep;
import dev.ashlar.autodiff.optim.TrainingStep.After;
import dev.ashlar.autodiff.optim.TrainingStep.Before;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorLifetimeException;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorTree;
import dev.ashlar.tensor.program.Compiled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A training step with AdamW, whose state stays on the device. */
@ExtendWith(NoLeaks.class)
final class TrainingResidencyTest {
  private final TornadoRunner runner = Devices.get("tornado:0:0");

  record Mlp(Tensor first, Tensor bias, Tensor second) {
    Tensor loss(Batch batch) {
      Tensor answer = batch.x.matmul(first).plus(bias).relu().matmul(second);
      Tensor error = answer.minus(batch.wanted);
      return error.times(error).mean();
    }
  }

  record Batch(Tensor x, Tensor wanted) {}

  private static Tensor numbers(long seed, int... dims) {
    return SampleData.numbers(DType.F32, seed, dims);
  }

  private static Mlp mlp() {
    return new Mlp(numbers(1, 9, 33), numbers(2, 33), numbers(3, 33, 5));
  }

  private <A, B> TornadoExecutable executable(Compiled<A, B> traced, A inputs) {
    return (TornadoExecutable) runner.compile(traced.program(inputs));
  }

  @Test
  void aTrainingLoopSendsItsBatchAloneAndFetchesItsLossAndNormAlone() {
    var optimizer = AdamW.of(0.01);
    var step = TrainingStep.of(Mlp::loss, optimizer);
    Batch batch = new Batch(numbers(4, 17, 9), numbers(5, 17, 5));
    Mlp here = mlp();
    var moments = new AdamW.Moments<>(optimizer.init(here).firstMoment(), zeros(here));
    var before = new Before<>(mlp(), new AdamW.Moments<>(zeros(here), zeros(here)), batch, pace(0));
    long stateBytes = 3L * (9 * 33 + 33 + 33 * 5) * 4;
    long batchBytes = (17 * 9 + 17 * 5) * 4L + 3 * 8;
    try (var traced = Compiled.of((Before<Mlp, Batch> b) -> step.whole(b));
        var program = executable(traced, before)) {
      List<Tensor> inputs = TensorTree.leaves(before);
      for (int i = 0; i < 5; i++) {
        long sent = program.uploadedBytes();
        long fetched = program.downloadedBytes();
        List<Tensor> outputs = program.run(inputs);
        double loss = outputs.get(9).toFloats()[0];
        double norm = outputs.get(10).item();
        assertThat(program.uploadedBytes() - sent)
            .isEqualTo(i == 0 ? stateBytes + batchBytes : batchBytes);
        assertThat(program.downloadedBytes() - fetched).isEqualTo(Float.BYTES + Double.BYTES);
        After<Mlp> cpu = step.whole(new Before<>(here, moments, batch, pace(i)));
        here = cpu.model();
        moments = cpu.moments();
        double expected = cpu.loss().toFloats()[0];
        assertThat(loss).isCloseTo(expected, offset(1e-4 * expected));
        assertThat(norm).isCloseTo(cpu.norm().item(), offset(1e-4 * norm));
        inputs = new ArrayList<>(outputs.subList(0, 9));
        inputs.addAll(List.of(batch.x, batch.wanted, pace(i + 1)));
      }
      Close.assertClose(inputs.subList(0, 3), TensorTree.leaves(here), 1e-4);
    }
  }

  private static Mlp zeros(Mlp model) {
    return TensorTree.map(model, Tensor::zerosLike);
  }

  private static Tensor pace(long step) {
    return AdamW.of(0.01).pace(step);
  }

  @Test
  void whatWasWrittenOverAnInputTakesItsPlace() {
    var step = TrainingStep.of(Mlp::loss, AdamW.of(0.01));
    Mlp model = mlp();
    Batch batch = new Batch(numbers(4, 17, 9), numbers(5, 17, 5));
    var before =
        new Before<>(model, new AdamW.Moments<>(zeros(model), zeros(model)), batch, pace(0));
    try (var compiled = Compiled.of(runner, (Before<Mlp, Batch> b) -> step.whole(b))) {
      Mlp next;
      try (var _ = TensorScope.open()) {
        next = compiled.call(before).model();
      }
      // It lives in the scope of the tensor whose memory it took over.
      assertThat(next.first.toFloats()).hasSize(9 * 33);
      assertThatThrownBy(() -> model.first.toFloats()).isInstanceOf(TensorLifetimeException.class);
      assertThatThrownBy(() -> compiled.call(before)).isInstanceOf(TensorLifetimeException.class);
    }
  }
}
