package dev.ashlar.examples.verify;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.Vjp;
import dev.ashlar.moba.Attended;
import dev.ashlar.moba.BlockGate;
import dev.ashlar.moba.DenseReference;
import dev.ashlar.moba.FlashAttention;
import dev.ashlar.moba.MobaAttention;
import dev.ashlar.moba.MobaReference;
import dev.ashlar.moba.Selection;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Compiled;
import dev.ashlar.tensor.program.ProgramRunner;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What this library makes of a file's inputs, in one form and precision. */
record Computation(Map<String, double[]> answers, int[] selected) {

  private record Inputs(Tensor query, Tensor key, Tensor value) {}

  private record Given(Inputs inputs, Tensor dOut) {}

  private record Answers(Attended attended, Inputs gradient, Optional<Tensor> blocks) {}

  /**
   * Computes attention, forward and backward; tensors belong to the innermost scope.
   *
   * @param runner where it is computed as a program; null computes eagerly
   */
  static Computation of(
      VectorFile file, Forms.Form form, DType dtype, @Nullable ProgramRunner runner) {
    var inputs =
        new Inputs(file.tensor("q", dtype), file.tensor("k", dtype), file.tensor("v", dtype));
    var given = new Given(inputs, file.tensor("do", dtype));
    if (runner == null) return numbers(answers(file, form, given));
    try (var program = Compiled.of(runner, (Given in) -> answers(file, form, in))) {
      return numbers(program.call(given));
    }
  }

  private static Answers answers(VectorFile file, Forms.Form form, Given given) {
    Optional<Selection> chosen =
        file.moba()
            .map(
                config ->
                    new BlockGate(config, file.packing())
                        .select(given.inputs.query, given.inputs.key));
    Vjp<Inputs, Attended> pulled = Grad.vjp(given.inputs, in -> attend(file, form, in, chosen));
    Attended value = pulled.value();
    Inputs gradient = pulled.pullback(new Attended(given.dOut, value.logSumExp().zerosLike()));
    return new Answers(value, gradient, chosen.map(Selection::blocks));
  }

  private static Computation numbers(Answers answers) {
    Inputs gradient = answers.gradient;
    return new Computation(
        Map.of(
            "o", answers.attended.out().toDoubles(),
            "lse", answers.attended.logSumExp().toDoubles(),
            "dq", gradient.query.toDoubles(),
            "dk", gradient.key.toDoubles(),
            "dv", gradient.value.toDoubles()),
        answers.blocks.map(Tensor::toInts).orElseGet(() -> new int[0]));
  }

  private static Attended attend(
      VectorFile file, Forms.Form form, Inputs in, Optional<Selection> chosen) {
    if (chosen.isEmpty()) {
      return switch (form) {
        case FUSED -> new FlashAttention(file.packing()).attend(in.query, in.key, in.value);
        case COMPOSED -> DenseReference.attend(in.query, in.key, in.value, file.packing());
      };
    }
    Selection blocks = chosen.get();
    var config = file.moba().orElseThrow();
    return switch (form) {
      case FUSED ->
          new MobaAttention(config, file.packing()).attend(in.query, in.key, in.value, blocks);
      case COMPOSED -> MobaReference.attend(in.query, in.key, in.value, blocks, config);
    };
  }
}
