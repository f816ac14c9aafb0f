package dev.ashlar.autodiff.optim;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.autodiff.ValueAndGrad;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.function.BiFunction;

/**
 * A training step as functions of tensors: loss, gradient, clipping and AdamW. Whatever changes
 * from step to step comes in as a tensor, so that each function can be called as it is, or run as
 * one {@link dev.ashlar.tensor.program.Program} for all steps, with the same bits:
 *
 * <pre>{@code
 * var step = TrainingStep.of(Model::loss, optimizer).withClip(1);
 * try (var whole = Compiled.of(step::whole)) {
 *   var next = whole.call(new Before<>(model, moments, batch, optimizer.pace(t)));
 * }
 * }</pre>
 *
 * <p>Where a step takes several batches, {@link #part} adds the gradient of each to a total, and
 * {@link #finish} makes the update.
 *
 * @param <M> the model: a record of tensors
 * @param <B> what the loss is computed of, such as a batch
 */
public final class TrainingStep<M, B> {
  private final BiFunction<? super M, ? super B, Tensor> loss;
  private final AdamW optimizer;
  private final double clip;

  private TrainingStep(
      BiFunction<? super M, ? super B, Tensor> loss, AdamW optimizer, double clip) {
    this.loss = loss;
    this.optimizer = optimizer;
    this.clip = clip;
  }

  /** Returns the step that descends {@code loss}, a scalar, without clipping. */
  public static <M, B> TrainingStep<M, B> of(
      BiFunction<? super M, ? super B, Tensor> loss, AdamW optimizer) {
    return new TrainingStep<>(loss, optimizer, Double.POSITIVE_INFINITY);
  }

  /**
   * Returns this with gradients scaled to a norm of at most {@code limit}.
   *
   * @throws IllegalArgumentException if the limit is not positive
   */
  public TrainingStep<M, B> withClip(double limit) {
    Clipping.requirePositive(limit);
    return new TrainingStep<>(loss, optimizer, limit);
  }

  /**
   * What a whole step begins with; model and moments cannot be used after it.
   *
   * @param pace made by {@link AdamW#pace}
   */
  public record Before<M, B>(M model, AdamW.Moments<M> moments, B batch, Tensor pace) {}

  /**
   * What a whole step answers.
   *
   * @param loss before the update []
   * @param norm the length of the gradient before clipping, F64 []
   */
  public record After<M>(M model, AdamW.Moments<M> moments, Tensor loss, Tensor norm) {}

  /** Makes one update from one batch. */
  public After<M> whole(Before<M, B> before) {
    return TensorScope.tidy(
        () -> {
          ValueAndGrad<M> value = valueAndGrad(before.model(), before.batch());
          Finished<M> next =
              update(before.model(), before.moments(), value.gradient(), before.pace());
          return new After<>(next.model(), next.moments(), value.value(), next.norm());
        });
  }

  /** What one of several batches is added to; {@code total} cannot be used after it. */
  public record Part<M, B>(M model, M total, B batch) {}

  /**
   * The total gradient with one more batch in it.
   *
   * @param loss of that batch []
   */
  public record Summed<M>(M total, Tensor loss) {}

  /**
   * Adds a batch's gradient times {@code weight} to the total, which {@link Gradients#zeros} makes.
   */
  public Summed<M> part(Part<M, B> part, double weight) {
    return TensorScope.tidy(
        () -> {
          ValueAndGrad<M> value = valueAndGrad(part.model(), part.batch());
          M total = Gradients.accumulate(part.total(), value.gradient(), weight);
          return new Summed<>(total, value.value());
        });
  }

  /** What an update takes; model and moments cannot be used after it. */
  public record Unfinished<M>(M model, AdamW.Moments<M> moments, M total, Tensor pace) {}

  /**
   * What an update answers.
   *
   * @param norm the length of the gradient before clipping, F64 []
   */
  public record Finished<M>(M model, AdamW.Moments<M> moments, Tensor norm) {}

  /** Makes one update from the total of gradients. */
  public Finished<M> finish(Unfinished<M> now) {
    return TensorScope.tidy(() -> update(now.model(), now.moments(), now.total(), now.pace()));
  }

  private ValueAndGrad<M> valueAndGrad(M model, B batch) {
    return Grad.valueAndGrad(model, m -> loss.apply(m, batch));
  }

  private Finished<M> update(M model, AdamW.Moments<M> moments, M gradient, Tensor pace) {
    Clipping.Bounded<M> bounded = Clipping.boundGlobalNorm(gradient, clip);
    AdamW.Updated<M> next = optimizer.update(model, bounded.gradients(), moments, pace);
    return new Finished<>(next.model(), next.moments(), bounded.norm());
  }
}
