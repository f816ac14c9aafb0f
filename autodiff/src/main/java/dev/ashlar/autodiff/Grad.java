package dev.ashlar.autodiff;

import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorTree;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Gradients. A function is differentiated in every floating-point tensor of a structure (a tensor,
 * or a record, list or map of such: see {@link TensorTree}), and the gradient comes in the same
 * structure. It must use the structure it is handed, not the one outside: only what reaches the
 * result from there is followed. Calls nest: the gradient of a gradient is the gradient of a
 * function that calls this class.
 *
 * <p>Every call has a tape of its own, which records the thread that called; work that a function
 * hands to other threads is computed but not recorded, and its results count as constants.
 */
public final class Grad {
  private Grad() {}

  /**
   * Returns the loss and its gradient in the model.
   *
   * <pre>{@code
   * var loss = Grad.valueAndGrad(model, m -> m.forward(x).minus(y).square().mean());
   * }</pre>
   *
   * @throws GradientException if the loss is not a floating-point scalar, or naming the path of a
   *     tensor it does not depend on
   * @throws NotDifferentiableException naming an operation on the way that has no gradient by its
   *     nature
   */
  public static <M> ValueAndGrad<M> valueAndGrad(M model, Function<? super M, Tensor> loss) {
    ValueGradAndMore<M, Optional<Tensor>> result =
        valueGradAndMore(model, m -> new LossAndMore<>(loss.apply(m), Optional.empty()));
    return new ValueAndGrad<>(result.value(), result.gradient());
  }

  /** Returns the gradient of the loss in the model; see {@link #valueAndGrad}. */
  public static <M> M grad(M model, Function<? super M, Tensor> loss) {
    return valueAndGrad(model, loss).gradient();
  }

  /**
   * A loss [] and whatever else a function computed on the way: a tensor, a structure, or any
   * object.
   */
  public record LossAndMore<A>(Tensor loss, A more) {}

  /** A loss [], its gradient in the model, and what else the function computed. */
  public record ValueGradAndMore<M, A>(Tensor value, M gradient, A more) {}

  /**
   * Returns what {@link #valueAndGrad} does, and what else {@code function} computed, which takes
   * no gradient.
   */
  public static <M, A> ValueGradAndMore<M, A> valueGradAndMore(
      M model, Function<? super M, LossAndMore<A>> function) {
    Interpreter outer = Interpreter.current();
    try (var tape = new Tape(outer)) {
      M followed = follow(tape, model);
      LossAndMore<A> result = TensorScope.tidy(() -> tape.during(() -> function.apply(followed)));
      Tensor value = result.loss();
      checkScalar(value);
      Tensor one = Tensor.ones(value.dtype());
      List<Optional<Tensor>> gradients =
          tape.backward(List.of(value), List.of(one), TensorTree.leaves(followed), true);
      return new ValueGradAndMore<>(value, structure(model, gradients), result.more());
    }
  }

  private static void checkScalar(Tensor loss) {
    if (loss.rank() != 0) {
      throw new GradientException(
          "grad: loss must be a scalar, got shape %s; use vjp(...) with a covector, or reduce with"
              + " sum() or mean()",
          loss.shape());
    }
    if (!loss.dtype().isFloating()) {
      throw new GradientException("grad: loss must be F32 or F64, got %s", loss.spec());
    }
  }

  /**
   * Returns a function's value, a tensor or a structure, with its pullback: covector -> gradient in
   * the inputs.
   */
  public static <T, R> Vjp<T, R> vjp(T inputs, Function<? super T, ? extends R> function) {
    try (var tape = new Tape(Interpreter.current())) {
      T followed = follow(tape, inputs);
      R value = TensorScope.<R>tidy(() -> tape.during(() -> function.apply(followed)));
      tape.keepInScope();
      return new Vjp<>(value, inputs, TensorTree.leaves(followed), tape);
    }
  }

  /** A function's value, and how it changes along a tangent of the inputs. */
  public record Jvp<R>(R value, R tangent) {}

  /**
   * Returns a function's value and its directional derivative J · tangent, as the pullback of the
   * pullback (Townsend, "A new trick for calculating Jacobian vector products", 2017).
   *
   * <p>What does not depend on the inputs has a tangent of zeros; integer and BOOL tensors of the
   * value stand in its tangent as they are.
   *
   * @param tangent of the structure, shapes and element types of the inputs, whose integer and BOOL
   *     tensors are ignored
   * @throws dev.ashlar.tensor.ShapeException naming the path where the tangent does not fit the
   *     inputs
   */
  public static <T, R> Jvp<R> jvp(T inputs, T tangent, Function<? super T, ? extends R> function) {
    List<Tensor> along = Beside.of("jvp: the input", inputs, "its tangent", tangent);
    Vjp<T, R> pulled = vjp(inputs, function);
    R anyCovector =
        TensorTree.map(pulled.value(), t -> Tape.carriesGradient(t) ? t.zerosLike() : t);
    if (TensorTree.leaves(anyCovector).stream().noneMatch(Tape::carriesGradient)) {
      return new Jvp<>(pulled.value(), anyCovector);
    }
    List<Tensor> leaves = TensorTree.leaves(inputs);
    Vjp<R, List<Tensor>> transposed =
        vjp(anyCovector, covector -> orZeros(leaves, pulled.flowing(covector)));
    List<Tensor> tangents = orZeros(TensorTree.leaves(anyCovector), transposed.flowing(along));
    return new Jvp<>(pulled.value(), TensorTree.withLeaves(anyCovector, tangents));
  }

  /** Returns gradients, zeros where none flows, and integer and BOOL tensors as they are. */
  private static List<Tensor> orZeros(List<Tensor> of, List<Optional<Tensor>> gradients) {
    List<Tensor> filled = new ArrayList<>(of.size());
    for (int i = 0; i < of.size(); i++) {
      Tensor tensor = of.get(i);
      boolean flows = Tape.carriesGradient(tensor);
      filled.add(flows ? gradients.get(i).orElseGet(tensor::zerosLike) : tensor);
    }
    return filled;
  }

  /** Returns the same structure, whose tensors are constants to every gradient. */
  public static <T> T stopGradient(T structure) {
    return TensorTree.map(structure, Tensor::stopGradient);
  }

  /**
   * Returns what {@code body} does, and keeps nothing but its inputs and its result for the
   * gradient: the backward pass computes the body again. Everything a gradient is taken through
   * must come in by {@code inputs}; other tensors that the body's operations use are kept, too.
   *
   * @throws GradientException if the body uses a tensor that a gradient is taken through and that
   *     is not among its inputs
   */
  public static <T, R> R checkpoint(T inputs, Function<? super T, ? extends R> body) {
    return Interpreter.current() instanceof Tape tape
        ? tape.<T, R>checkpoint(inputs, body)
        : body.apply(inputs);
  }

  private static <T> T follow(Tape tape, T structure) {
    boolean any = TensorTree.leaves(structure).stream().anyMatch(Tape::carriesGradient);
    if (!any) {
      throw new GradientException(
          "grad: there is no floating-point tensor to differentiate in; got %s",
          structure.getClass().getSimpleName());
    }
    return TensorTree.map(structure, t -> Tape.carriesGradient(t) ? tape.leaf(t) : t);
  }

  /** Returns gradients in the structure of what they belong to. */
  static <T> T structure(T of, List<Optional<Tensor>> gradients) {
    Iterator<Optional<Tensor>> next = gradients.iterator();
    List<String> missing = new ArrayList<>();
    T result =
        TensorTree.mapNamed(
            of,
            (path, tensor) -> {
              Optional<Tensor> gradient = next.next();
              if (!Tape.carriesGradient(tensor)) return tensor;
              if (gradient.isEmpty()) missing.add(path.isEmpty() ? tensor.spec().toString() : path);
              return gradient.orElse(tensor);
            });
    if (!missing.isEmpty()) {
      throw new GradientException(
          "grad: the result does not depend on %s, or only through stopGradient() or integers;"
              + " use the structure the function is handed, and leave out what it does not need",
          String.join(", ", missing));
    }
    return result;
  }
}
