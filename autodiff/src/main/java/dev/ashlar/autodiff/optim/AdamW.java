package dev.ashlar.autodiff.optim;

import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.List;
import java.util.function.BiPredicate;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101, algorithm 2). By
 * default weight decay touches tensors with two axes or more, not biases and norms.
 *
 * <pre>{@code
 * var optimizer = AdamW.of(Schedule.warmUpCosine(3e-4, 3e-5, 100, 5_000));
 * var state = optimizer.init(model);
 * var next = optimizer.update(model, gradients, state);   // next.model(), next.state()
 * }</pre>
 *
 * @param decays which parameters decay, by path and tensor
 */
public record AdamW(
    Schedule schedule,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    BiPredicate<String, Tensor> decays) {

  /** Checks the numbers. */
  public AdamW {
    require(beta1 >= 0 && beta1 < 1, "beta1 must lie in 0 .. 1 (1 excluded)", beta1);
    require(beta2 >= 0 && beta2 < 1, "beta2 must lie in 0 .. 1 (1 excluded)", beta2);
    require(epsilon > 0, "epsilon must be positive", epsilon);
    require(weightDecay >= 0, "weightDecay must not be negative", weightDecay);
  }

  private static void require(boolean holds, String what, double got) {
    if (!holds) throw new IllegalArgumentException("adamW: %s, got %s".formatted(what, got));
  }

  /** Returns the optimizer with beta1 0.9, beta2 0.999, epsilon 1e-8 and weight decay 0.01. */
  public static AdamW of(Schedule schedule) {
    return new AdamW(schedule, 0.9, 0.999, 1e-8, 0.01, (_, tensor) -> tensor.rank() >= 2);
  }

  /** Returns the optimizer with a constant learning rate. */
  public static AdamW of(double rate) {
    return of(Schedule.constant(rate));
  }

  /** Returns this with other decay rates of the moments. */
  public AdamW withBetas(double first, double second) {
    return new AdamW(schedule, first, second, epsilon, weightDecay, decays);
  }

  /** Returns this with another number added to the root of the second moment. */
  public AdamW withEpsilon(double other) {
    return new AdamW(schedule, beta1, beta2, other, weightDecay, decays);
  }

  /** Returns this with another weight decay. */
  public AdamW withWeightDecay(double other) {
    return new AdamW(schedule, beta1, beta2, epsilon, other, decays);
  }

  /**
   * Returns this with weight decay on the parameters, by path and tensor, that {@code which} picks.
   */
  public AdamW withDecayOf(BiPredicate<String, Tensor> which) {
    return new AdamW(schedule, beta1, beta2, epsilon, weightDecay, which);
  }

  /**
   * What the optimizer remembers between updates.
   *
   * @param firstMoment running mean of gradients, in the model's structure
   * @param secondMoment running mean of their squares
   * @param step updates made so far
   */
  public record State<M>(M firstMoment, M secondMoment, long step) {}

  /** The model and the state after an update. */
  public record Next<M>(M model, State<M> state) {}

  /** Returns the state before the first update. */
  public <M> State<M> init(M model) {
    return new State<>(Updates.zeros(model), Updates.zeros(model), 0);
  }

  /** Returns the learning rate of the update that comes next. */
  public double rate(State<?> state) {
    return schedule.rate(state.step());
  }

  /**
   * Returns model and state after one update, in the memory of the old ones: these cannot be used
   * afterwards. A tensor must not stand in the model twice, nor share its memory with another. What
   * is refused has changed nothing.
   *
   * @throws dev.ashlar.tensor.ShapeException naming the path where gradients or state do not fit
   *     the model
   * @throws IllegalArgumentException naming the paths of tensors that share memory to be updated
   * @throws dev.ashlar.tensor.TensorLifetimeException if memory to be updated is read-only or gone
   */
  public <M> Next<M> update(M model, M gradients, State<M> state) {
    var moments = new Moments<>(state.firstMoment(), state.secondMoment());
    Updated<M> next = TensorScope.tidy(() -> update(model, gradients, moments, pace(state.step())));
    Moments<M> after = next.moments();
    long step = Math.addExact(state.step(), 1);
    return new Next<>(next.model(), new State<>(after.first(), after.second(), step));
  }

  /**
   * What an update reads and rewrites beside the model: running means of gradients and of their
   * squares, in the model's structure.
   */
  public record Moments<M>(M first, M second) {}

  /** The model and its moments after an update. */
  public record Updated<M>(M model, Moments<M> moments) {}

  /**
   * Returns what an update needs to know of the {@code step} updates before it, F64 [3]: learning
   * rate α, α · sqrt(1 - beta2^t) / (1 - beta1^t), and sqrt(1 - beta2^t), where t = step + 1. Made
   * outside a {@link dev.ashlar.tensor.program.Program} and passed in, it lets one program make
   * every update.
   */
  public Tensor pace(long step) {
    long t = Math.addExact(step, 1);
    double rate = schedule.rate(step);
    double root = Math.sqrt(1 - StrictMath.pow(beta2, t));
    return Tensor.of(rate, rate * root / (1 - StrictMath.pow(beta1, t)), root);
  }

  /**
   * Does what {@link #update(Object, Object, State)} does, with the numbers that change from step
   * to step as a tensor, made by {@link #pace}.
   */
  public <M> Updated<M> update(M model, M gradients, Moments<M> moments, Tensor pace) {
    List<M> next =
        Updates.apply(
            "adamW",
            List.of(model, moments.first(), moments.second(), gradients),
            3,
            (path, parameter) -> {
              double decay = decays.test(path, parameter) ? weightDecay : 0;
              return new AdamWStep(beta1, beta2, decay, epsilon);
            },
            pace);
    return new Updated<>(next.get(0), new Moments<>(next.get(1), next.get(2)));
  }
}
