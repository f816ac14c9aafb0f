package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.autodiff.optim.Gradients;
import dev.ashlar.autodiff.optim.TrainingStep.Before;
import dev.ashlar.autodiff.optim.TrainingStep.Part;
import dev.ashlar.autodiff.optim.TrainingStep.Unfinished;
import dev.ashlar.examples.DecoderTraining.Lesson;
import dev.ashlar.examples.data.Batch;
import dev.ashlar.examples.data.Batches;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.model.AttentionPlan;
import dev.ashlar.moba.model.Decoder;
import dev.ashlar.moba.model.DecoderConfig;
import dev.ashlar.moba.model.DecoderDropout;
import dev.ashlar.moba.model.TokenBatch;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.KeyTensor;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorTree;
import dev.ashlar.tensor.program.ProgramExecutor;
import dev.ashlar.tensor.program.ProgramRunner;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Programs train as the same functions do when they are called. */
@ExtendWith(NoLeaks.class)
final class DecoderTrainingTest {
  private static final byte[] TEXT =
      "one two three four ".repeat(30).getBytes(StandardCharsets.UTF_8);
  private static final DecoderConfig CONFIG =
      DecoderConfig.of(256, 16, 2, 2).withContext(24).withTiedHead(true);
  private static final int STEPS = 6;

  private record Run(List<Tensor> tensors, List<Double> losses, List<String> log) {}

  private static Run train(OptimizerOptions options, @Nullable ProgramRunner runner) {
    List<String> log = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    AdamW optimizer = options.optimizer();
    Decoder model = Decoder.init(CONFIG, Key.of(1), DType.F32);
    var moments = new AdamW.Moments<>(Gradients.zeros(model), Gradients.zeros(model));
    try (var training = new DecoderTraining(options, optimizer, runner, log::add)) {
      for (int step = 0; step < STEPS; step++) {
        try (var _ = TensorScope.open()) {
          losses.add(training.loss(model, lesson(100, step)).item());
          Tensor pace = optimizer.pace(step);
          if (options.accumulate == 1) {
            var next =
                training.whole(
                    new Before<>(model, moments, lesson(step, step, options.dropout), pace));
            model = next.model();
            moments = next.moments();
            losses.add(next.loss().item());
            losses.add(next.norm().item());
            continue;
          }
          Decoder total = Gradients.zeros(model);
          for (int i = 0; i < options.accumulate; i++) {
            var sum =
                training.part(
                    new Part<>(model, total, lesson(10L * step + i, step, options.dropout)));
            total = sum.total();
            losses.add(sum.loss().item());
          }
          var next = training.finish(new Unfinished<>(model, moments, total, pace));
          model = next.model();
          moments = next.moments();
        }
      }
    }
    List<Tensor> tensors = new ArrayList<>(TensorTree.leaves(model));
    tensors.addAll(TensorTree.leaves(moments));
    return new Run(tensors, losses, log);
  }

  /** Block attention first, dense attention for the last two steps. */
  private static Lesson lesson(long number, int step) {
    return lesson(number, step, 0);
  }

  private static Lesson lesson(long number, int step, double rate) {
    Batch batch = new Batches(TEXT, 2, CONFIG.context()).at(Key.of(2), number);
    AttentionPlan plan =
        step < STEPS - 2 ? AttentionPlan.moba(2, new MobaConfig(8, 2)) : AttentionPlan.full(2);
    var tokens = new TokenBatch(batch.inputs(), batch.targets(), batch.packing());
    if (rate == 0) return Lesson.of(tokens, plan);
    KeyTensor key = KeyTensor.of(Key.of(3).fold(number));
    return new Lesson(tokens, plan, new DecoderDropout(rate, key));
  }

  private static OptimizerOptions options(int accumulate, boolean recompute, double clip) {
    var options = new OptimizerOptions();
    options.accumulate = accumulate;
    options.recompute = recompute;
    options.clip = clip;
    options.steps = STEPS;
    options.learningRate = 0.01;
    options.minLearningRate = 0.001;
    options.warmup = 2;
    options.weightDecay = 0.1;
    options.beta1 = 0.9;
    options.beta2 = 0.95;
    return options;
  }

  @ParameterizedTest
  @CsvSource({"1, false, 0.5, 0", "1, true, 0, 0.3", "3, false, 0.5, 0", "1, false, 1, 0.3"})
  void programsGiveTheSameBits(int accumulate, boolean recompute, double clip, double dropout) {
    OptimizerOptions options = options(accumulate, recompute, clip);
    options.dropout = dropout;
    Run eager = train(options, null);
    Run programs = train(options, ProgramExecutor.cpu());
    assertThat(programs.losses()).isEqualTo(eager.losses());
    for (int i = 0; i < eager.tensors().size(); i++) {
      assertThat(programs.tensors().get(i).toFloats())
          .containsExactly(eager.tensors().get(i).toFloats());
    }
    assertThat(eager.log()).isEmpty();
  }

  @Test
  void everyProgramIsToldOnce() {
    assertThat(train(options(1, false, 1), ProgramExecutor.cpu()).log())
        .hasSize(4)
        .allMatch(line -> line.matches("(training step|evaluation) on cpu: .* tasks, .*"));
    assertThat(train(options(2, false, 1), ProgramExecutor.cpu()).log())
        .hasSize(5)
        .anyMatch(line -> line.startsWith("gradient on cpu: "))
        .anyMatch(line -> line.startsWith("update on cpu: "));
  }
}
