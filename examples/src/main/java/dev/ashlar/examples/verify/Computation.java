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
import java.util.Map;
import java.util.Optional;

/** What this library makes of a file's inputs, in one form and precision. */
record Computation(Map<String, double[]> answers, int[] selected) {

  private record Inputs(Tensor query, Tensor key, Tensor value) {}

  /** Computes attention, forward and backward; tensors belong to the innermost scope. */
  static Computation of(VectorFile file, Forms.Form form, DType dtype) {
    var inputs =
        new Inputs(file.tensor("q", dtype), file.tensor("k", dtype), file.tensor("v", dtype));
    Optional<Selection> chosen =
        file.moba()
            .map(config -> new BlockGate(config, file.packing()).select(inputs.query, inputs.key));
    Vjp<Inputs, Attended> pulled = Grad.vjp(inputs, in -> attend(file, form, in, chosen));
    Attended value = pulled.value();
    Inputs gradient =
        pulled.pullback(new Attended(file.tensor("do", dtype), value.logSumExp().zerosLike()));
    return new Computation(
        Map.of(
            "o", value.out().toDoubles(),
            "lse", value.logSumExp().toDoubles(),
            "dq", gradient.query.toDoubles(),
            "dk", gradient.key.toDoubles(),
            "dv", gradient.value.toDoubles()),
        chosen.map(selection -> selection.blocks().toInts()).orElseGet(() -> new int[0]));
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
