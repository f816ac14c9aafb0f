package dev.ashlar.autodiff.optim;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Walks a model beside structures of the same form: its gradients, an optimizer's memory. */
final class Updates {
  private Updates() {}

  /** What becomes of one parameter. */
  @FunctionalInterface
  interface Update {
    /**
     * Answers the operation that takes the parameter, what stands beside it, each in its place, and
     * what all take; its results are the new tensors, as many as structures are rewritten.
     */
    Op.Custom of(String path, Tensor parameter);
  }

  /** Returns whether an optimizer changes tensors of this element type. */
  static boolean isParameter(DType dtype) {
    return dtype.isFloating() || dtype == DType.BF16;
  }

  /** Returns zeros in the place of every parameter. */
  static <M> M zeros(M model) {
    return TensorTree.map(model, t -> isParameter(t.dtype()) ? t.zerosLike() : t);
  }

  /**
   * Applies an update to each parameter of {@code structures.getFirst()} beside the tensors of the
   * others, and returns the first {@code rewritten} structures anew. Tensors that are no parameters
   * stay. Everything is checked before the first parameter gives up its memory: what is refused has
   * changed nothing.
   *
   * @param forAll what every operation takes at the end
   */
  static <M> List<M> apply(
      String name, List<M> structures, int rewritten, Update update, Tensor... forAll) {
    Map<String, Step> steps = steps(name, structures, update, List.of(forAll));
    new Donations(name).check(steps);
    Map<String, List<Tensor>> results = new HashMap<>();
    steps.forEach((path, step) -> results.put(path, step.run()));
    List<M> rebuilt = new ArrayList<>();
    for (int i = 0; i < rewritten; i++) {
      int place = i;
      rebuilt.add(
          TensorTree.mapNamed(
              structures.get(i),
              (path, old) -> isParameter(old.dtype()) ? results.get(path).get(place) : old));
    }
    return rebuilt;
  }

  /** The update of one parameter, not yet made. */
  record Step(Op.Custom op, List<Tensor> inputs) {
    List<Tensor> run() {
      return Interpreter.current().interpret(op, inputs);
    }
  }

  private static Map<String, Step> steps(
      String name, List<?> structures, Update update, List<Tensor> forAll) {
    Map<String, Tensor> parameters = TensorTree.named(structures.getFirst());
    List<Map<String, Tensor>> others =
        structures.stream().skip(1).map(other -> fitting(name, parameters, other)).toList();
    Map<String, Step> steps = new LinkedHashMap<>();
    parameters.forEach(
        (path, parameter) -> {
          if (!isParameter(parameter.dtype())) return;
          List<Tensor> inputs = new ArrayList<>(List.of(parameter));
          others.forEach(other -> inputs.add(other.get(path)));
          inputs.addAll(forAll);
          steps.put(path, new Step(update.of(path, parameter), inputs));
        });
    return steps;
  }

  private static Map<String, Tensor> fitting(
      String name, Map<String, Tensor> parameters, Object other) {
    Map<String, Tensor> tensors = TensorTree.named(other);
    parameters.forEach(
        (path, parameter) -> {
          Tensor tensor = tensors.get(path);
          if (tensor == null || !tensor.spec().equals(parameter.spec())) {
            throw new ShapeException(
                "%s: %s is %s, but %s beside it",
                name,
                said(path),
                parameter.spec(),
                tensor == null ? "nothing stands" : tensor.spec() + " stands");
          }
        });
    tensors.forEach(
        (path, tensor) -> {
          if (!parameters.containsKey(path)) {
            throw new ShapeException(
                "%s: %s of gradients or state is %s, but the model has no such tensor",
                name, path, tensor.spec());
          }
        });
    return tensors;
  }

  private static String said(String path) {
    return path.isEmpty() ? "the parameter" : path;
  }
}
