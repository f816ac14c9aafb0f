package dev.ashlar.autodiff;

import dev.ashlar.tensor.Anomaly;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Hold;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorTree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Records what depends on its leaves, and replays it backwards. Values are computed by the
 * interpreter around the tape, and so are gradients: a tape inside a tape gives the gradient of a
 * gradient.
 */
final class Tape implements Interpreter, AutoCloseable {
  private final Interpreter outer;
  private final Thread owner = Thread.currentThread();
  // Integer results count too: so a gradient that comes back through a choice is noticed, not lost.
  private final Set<Tensor> tracked = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<Call> calls = new ArrayList<>();
  private final Hold held = new Hold();
  // Where calls were made, noted only while Anomaly watches.
  private final Map<Call, String> places = new IdentityHashMap<>();

  Tape(Interpreter outer) {
    this.outer = outer;
  }

  /** Returns whether gradients flow through tensors of this element type. */
  static boolean carriesGradient(Tensor tensor) {
    return tensor.dtype().isFloating() || tensor.dtype() == DType.BF16;
  }

  boolean tracks(Tensor tensor) {
    return tracked.contains(tensor);
  }

  /**
   * Returns a tensor equal to {@code tensor} that this tape follows: new, so that no other tape
   * mixes it up.
   */
  Tensor leaf(Tensor tensor) {
    Tensor leaf = aliasOutside(tensor);
    tracked.add(leaf);
    return leaf;
  }

  private Tensor aliasOutside(Tensor tensor) {
    return outside(new Op.Alias(), List.of(tensor)).getFirst();
  }

  private List<Tensor> outside(Op op, List<Tensor> inputs) {
    return outer.during(() -> outer.interpret(op, inputs));
  }

  @Override
  public List<Tensor> interpret(Op op, List<Tensor> inputs) {
    checkThread();
    if (op instanceof Op.StopGradient || !anyTracked(inputs)) return outside(op, inputs);
    if (!(op instanceof DifferentiableOp own)) {
      List<Tensor> outputs = outside(op, inputs);
      record(op, inputs, outputs, List.of());
      return outputs;
    }
    List<Tensor> made = outside(own.ahead(needed(inputs)), inputs);
    int count = own.specs(inputs.stream().map(Tensor::spec).toList()).size();
    List<Tensor> outputs = List.copyOf(made.subList(0, count));
    record(op, inputs, outputs, made.subList(count, made.size()));
    return outputs;
  }

  private void checkThread() {
    if (Thread.currentThread() != owner) {
      throw new GradientException(
          "grad: a tape records the thread that opened it (%s), not %s; call Grad on each thread",
          owner.getName(), Thread.currentThread().getName());
    }
  }

  private boolean anyTracked(List<Tensor> tensors) {
    return tensors.stream().anyMatch(this::tracks);
  }

  private List<Boolean> needed(List<Tensor> inputs) {
    return inputs.stream().map(input -> tracks(input) && carriesGradient(input)).toList();
  }

  private void record(Op op, List<Tensor> inputs, List<Tensor> outputs, List<Tensor> ahead) {
    var call = new Call(op, List.copyOf(inputs), outputs, List.copyOf(ahead), needed(inputs));
    calls.add(call);
    if (Anomaly.isWatching()) places.put(call, Anomaly.place());
    saved(call, held::add);
    tracked.addAll(outputs);
  }

  /**
   * Calls {@code body} as one recorded call, whose backward calls it again: nothing inside is kept
   * meanwhile.
   */
  <T, R> R checkpoint(T inputs, Function<? super T, ? extends R> body) {
    checkThread();
    T untracked = TensorTree.map(inputs, this::aliasOutside);
    List<Tensor> captured = new ArrayList<>();
    Function<T, R> guarded =
        in -> {
          var guard = new CheckpointGuard(this, TensorTree.leaves(in));
          R made = guard.during(() -> body.apply(in));
          // Outer tapes call this again, on the way back.
          if (captured.isEmpty()) captured.addAll(guard.captured());
          return made;
        };
    // Outer tapes record one call as well.
    R computed = outer.during(() -> TensorScope.<R>tidy(() -> Grad.checkpoint(untracked, guarded)));
    R result = TensorTree.map(computed, this::aliasOutside);
    List<Tensor> leaves = TensorTree.leaves(inputs);
    if (anyTracked(leaves)) {
      // What the body made by itself was freed with it, and it will make it again.
      List<Tensor> alive = captured.stream().filter(held::tryAdd).toList();
      var op = new Recompute<>(inputs, body, alive);
      record(op, leaves, TensorTree.leaves(result), List.of());
      alive.forEach(held::remove); // Held by the record.
    }
    return result;
  }

  /**
   * Returns the gradients in {@code leaves} of the sum of outputs times covectors: empty where none
   * flows. The results belong to the innermost scope. Calls are forgotten as they are passed if
   * {@code once}.
   */
  List<Optional<Tensor>> backward(
      List<Tensor> outputs, List<Tensor> covectors, List<Tensor> leaves, boolean once) {
    try (var adjoints = new Adjoints()) {
      for (int i = 0; i < outputs.size(); i++) {
        Tensor output = outputs.get(i);
        if (tracked.contains(output) && carriesGradient(output)) {
          adjoints.add(output, covectors.get(i));
        }
      }
      for (int i = calls.size() - 1; i >= 0; i--) {
        passWatched(calls.get(i), adjoints);
        if (once) forget(calls.removeLast());
      }
      return leaves.stream().map(adjoints::keep).toList();
    }
  }

  private void forget(Call call) {
    places.remove(call);
    saved(call, held::remove);
  }

  private static void saved(Call call, Consumer<Tensor> action) {
    Saved saved = Saved.by(call.op());
    if (saved.inputs()) call.inputs().forEach(action);
    if (saved.outputs()) call.outputs().forEach(action);
    call.ahead().forEach(action);
    if (call.op() instanceof Recompute<?, ?> again) again.captured().forEach(action);
  }

  private void passWatched(Call call, Adjoints adjoints) {
    String place = places.get(call);
    if (place == null) pass(call, adjoints);
    else Anomaly.inBackwardOf(call.op(), place, () -> pass(call, adjoints));
  }

  private static void pass(Call call, Adjoints adjoints) {
    if (call.outputs().stream().noneMatch(adjoints::has)) return;
    try (var _ = TensorScope.open()) {
      List<Optional<Tensor>> dOutputs = call.outputs().stream().map(adjoints::find).toList();
      List<Optional<Tensor>> dInputs = Vjps.vjp(call, dOutputs);
      if (dInputs.size() != call.inputs().size()) {
        throw new GradientException(
            "%s: its backward answered %d gradients for %d inputs",
            call.op().label(), dInputs.size(), call.inputs().size());
      }
      for (int i = 0; i < dInputs.size(); i++) {
        if (call.needs(i) && dInputs.get(i).isPresent()) {
          Tensor dInput = dInputs.get(i).get();
          checkSpec(call, i, dInput);
          adjoints.add(call.input(i), dInput);
        }
      }
    }
    call.outputs().forEach(adjoints::drop);
  }

  private static void checkSpec(Call call, int input, Tensor dInput) {
    if (!dInput.spec().equals(call.input(input).spec())) {
      throw new GradientException(
          "%s: its backward answered %s as the gradient in input %d, which is %s",
          call.op().label(), dInput.spec(), input, call.input(input).spec());
    }
  }

  /**
   * Keeps what the tape holds for as long as the innermost scope, instead of until {@link #close}.
   */
  void keepInScope() {
    TensorScope scope = TensorScope.current();
    for (Call call : calls) saved(call, scope::retain);
    held.close();
  }

  @Override
  public void close() {
    held.close();
  }

  /**
   * Gradients on their way back; each lives until it was passed on. Those of BF16 are added in F32
   * and rounded once, when they are passed on.
   */
  private static final class Adjoints implements AutoCloseable {
    private final IdentityHashMap<Tensor, Tensor> gradients = new IdentityHashMap<>();
    private final Hold hold = new Hold();

    void add(Tensor of, Tensor gradient) {
      Tensor before = gradients.get(of);
      Tensor sum = before == null ? gradient : wide(before).plus(wide(gradient));
      hold.add(sum);
      gradients.put(of, sum);
      if (before != null) hold.remove(before);
    }

    private static Tensor wide(Tensor gradient) {
      return gradient.dtype() == DType.BF16 ? gradient.toType(DType.F32) : gradient;
    }

    boolean has(Tensor of) {
      return gradients.containsKey(of);
    }

    Optional<Tensor> find(Tensor of) {
      return Optional.ofNullable(gradients.get(of)).map(g -> rounded(g, of.dtype()));
    }

    private static Tensor rounded(Tensor gradient, DType dtype) {
      return gradient.dtype() == dtype ? gradient : gradient.toType(dtype);
    }

    void drop(Tensor of) {
      Tensor gradient = gradients.remove(of);
      if (gradient != null) hold.remove(gradient);
    }

    /** Returns a leaf's gradient, row-major: a view could keep far more memory than its own. */
    Optional<Tensor> keep(Tensor leaf) {
      return find(leaf)
          .map(
              gradient -> {
                Tensor plain = gradient.contiguous();
                TensorScope.current().retain(plain);
                return plain;
              });
    }

    @Override
    public void close() {
      hold.close();
    }
  }
}
