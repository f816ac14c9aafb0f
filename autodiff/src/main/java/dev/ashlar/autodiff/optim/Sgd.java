package dev.ashlar.autodiff.optim;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stochastic gradient descent: velocity = momentum · velocity + gradient, and the parameter moves
 * against it by the learning rate. With Nesterov's momentum it moves by gradient + momentum ·
 * velocity (Sutskever et al., ICML 2013).
 */
public record Sgd(Schedule schedule, double momentum, boolean nesterov) {
  /** Checks the numbers. */
  public Sgd {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException(
          "sgd: momentum must lie in 0 .. 1 (1 excluded), got " + momentum);
    }
    if (nesterov && momentum == 0) {
      throw new IllegalArgumentException("sgd: nesterov needs momentum; set it by withMomentum");
    }
  }

  /** Returns plain gradient descent. */
  public static Sgd of(Schedule schedule) {
    return new Sgd(schedule, 0, false);
  }

  /** Returns plain gradient descent with a constant learning rate. */
  public static Sgd of(double rate) {
    return of(Schedule.constant(rate));
  }

  /** Returns this with momentum. */
  public Sgd withMomentum(double other) {
    return new Sgd(schedule, other, nesterov && other > 0);
  }

  /** Returns this with Nesterov's momentum. */
  public Sgd withNesterov() {
    return new Sgd(schedule, momentum, true);
  }

  /**
   * What the optimizer remembers between updates.
   *
   * @param velocity in the model's structure, or null without momentum
   * @param step updates made so far
   */
  public record State<M>(@Nullable M velocity, long step) {}

  /** The model and the state after an update. */
  public record Next<M>(M model, State<M> state) {}

  /** Returns the state before the first update. */
  public <M> State<M> init(M model) {
    return new State<>(momentum == 0 ? null : Updates.zeros(model), 0);
  }

  /** Returns the learning rate of the update that comes next. */
  public double rate(State<?> state) {
    return schedule.rate(state.step());
  }

  /**
   * Returns model and state after one update, in the memory of the old ones: these cannot be used
   * afterwards. What is refused has changed nothing. A state of updates without momentum can go on
   * with it, from a velocity of zeros.
   *
   * @throws dev.ashlar.tensor.ShapeException naming the path where gradients or state do not fit
   *     the model
   * @throws IllegalArgumentException naming the paths of tensors that share memory to be updated
   * @throws dev.ashlar.tensor.TensorLifetimeException if memory to be updated is read-only or gone
   */
  public <M> Next<M> update(M model, M gradients, State<M> state) {
    double rate = rate(state);
    long step = Math.addExact(state.step(), 1);
    M velocity = state.velocity();
    if (velocity == null && momentum == 0) {
      var op = new AccumulateStep(-rate);
      List<M> next = Updates.apply("sgd", List.of(model, gradients), 1, (_, _) -> op);
      return new Next<>(next.getFirst(), new State<>(null, step));
    }
    // The updates so far were without momentum: it sets in from rest.
    if (velocity == null) velocity = Updates.zeros(model);
    var op = new MomentumStep(rate, momentum, nesterov);
    List<M> next = Updates.apply("sgd", List.of(model, velocity, gradients), 2, (_, _) -> op);
    return new Next<>(next.get(0), new State<>(next.get(1), step));
  }
}
