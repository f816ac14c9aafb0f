package dev.ashlar.autodiff.simd;

import dev.ashlar.autodiff.nn.CrossEntropyOp;
import dev.ashlar.autodiff.nn.LayerNormOp;
import dev.ashlar.autodiff.nn.LinearCrossEntropyOp;
import dev.ashlar.autodiff.nn.RmsNormOp;
import dev.ashlar.autodiff.nn.SwiGluOp;
import dev.ashlar.autodiff.optim.AccumulateStep;
import dev.ashlar.autodiff.optim.AdamWStep;
import dev.ashlar.autodiff.optim.MomentumStep;
import dev.ashlar.autodiff.optim.SumOfSquares;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.simd.blocks.FloatBlocks;
import dev.ashlar.tensor.spi.Availability;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.KernelProvider;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Offers the Vector API kernels of layers, losses and optimizers. */
public final class FusedKernels implements KernelProvider {
  private static final String MODULE = "jdk.incubator.vector";

  private final boolean present = ModuleLayer.boot().findModule(MODULE).isPresent();

  @Override
  public String name() {
    return "autodiff-simd";
  }

  @Override
  public int rank() {
    return 20;
  }

  @Override
  public Availability availability() {
    return present
        ? new Availability.Ready(Lanes.COUNT + " lanes")
        : new Availability.Unavailable(
            "the Vector API is not there", "start the JVM with --add-modules " + MODULE);
  }

  @Override
  public Optional<Kernel> find(Op op, List<TensorSpec> inputs) {
    if (!present || inputs.isEmpty()) return Optional.empty();
    return Optional.ofNullable(
        switch (inputs.getFirst().dtype()) {
          case F32 -> kernel(op);
          case F64 -> kernelInF64(op);
          default -> null;
        });
  }

  private static @Nullable Kernel kernelInF64(Op op) {
    return switch (op) {
      case RmsNormOp norm -> (in, out) -> DoubleNorms.rmsNorm(norm.epsilon(), in, out);
      case RmsNormOp.Backward _ -> DoubleNorms::rmsNormBackward;
      case LayerNormOp norm -> (in, out) -> DoubleNorms.layerNorm(norm.epsilon(), in, out);
      case LayerNormOp.Backward _ -> DoubleNorms::layerNormBackward;
      case CrossEntropyOp loss -> (in, out) -> DoubleCrossEntropy.forward(loss, in, out);
      case CrossEntropyOp.Backward back ->
          (in, out) -> DoubleCrossEntropy.backward(back.forward(), in, out);
      case LinearCrossEntropyOp _, LinearCrossEntropyOp.WithGradients _ -> kernel(op);
      case SwiGluOp _ -> (in, out) -> FloatBlocks.run(in, out, DoubleSwiGlu::forward);
      case SwiGluOp.Backward _ -> (in, out) -> FloatBlocks.run(in, out, DoubleSwiGlu::backward);
      case AdamWStep step -> (in, out) -> DoubleSteps.adamW(step, in, out);
      case MomentumStep step ->
          (in, out) -> FloatBlocks.run(in, out, (x, y, n) -> DoubleSteps.momentum(step, x, y, n));
      case AccumulateStep step ->
          (in, out) -> FloatBlocks.run(in, out, (x, y, n) -> DoubleSteps.accumulate(step, x, y, n));
      case SumOfSquares _ -> kernel(op);
      default -> null;
    };
  }

  private static @Nullable Kernel kernel(Op op) {
    return switch (op) {
      case RmsNormOp norm -> (in, out) -> RmsNormRows.forward(norm.epsilon(), in, out);
      case RmsNormOp.Backward _ -> RmsNormRows::backward;
      case LayerNormOp norm -> (in, out) -> LayerNormRows.forward(norm.epsilon(), in, out);
      case LayerNormOp.Backward _ -> LayerNormBackwardRows::run;
      case CrossEntropyOp loss -> (in, out) -> CrossEntropyRows.forward(loss, in, out);
      case CrossEntropyOp.Backward back ->
          (in, out) -> CrossEntropyRows.backward(back.forward(), in, out);
      case LinearCrossEntropyOp loss ->
          (in, out) -> LinearCrossEntropyChunks.run(loss, List.of(), in, out);
      case LinearCrossEntropyOp.WithGradients(var loss, var wanted) ->
          (in, out) -> LinearCrossEntropyChunks.run(loss, wanted, in, out);
      case SwiGluOp _ -> (in, out) -> FloatBlocks.run(in, out, SwiGluPieces::forward);
      case SwiGluOp.Backward _ -> (in, out) -> FloatBlocks.run(in, out, SwiGluPieces::backward);
      case AdamWStep step -> (in, out) -> StepPieces.adamW(step, in, out);
      case MomentumStep step ->
          (in, out) -> FloatBlocks.run(in, out, (x, y, n) -> StepPieces.momentum(step, x, y, n));
      case AccumulateStep step ->
          (in, out) -> FloatBlocks.run(in, out, (x, y, n) -> StepPieces.accumulate(step, x, y, n));
      case SumOfSquares _ -> (in, out) -> Squares.sum(in.getFirst(), out.getFirst());
      default -> null;
    };
  }
}
