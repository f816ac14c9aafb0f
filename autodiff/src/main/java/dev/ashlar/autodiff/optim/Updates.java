package dev.ashlar.autodiff.optim;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorTree;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Walks a model beside structures of the same form: its gradients, an optimizer's memory. */
final class Updates {
  private Updates() {}

  /**
   * What becomes of one parameter: the parameter first, then what stands beside it, each in its
   * place.
   */
  @FunctionalInterface
  interface Update {
    /** Answers the new tensors, as many as structures are rewritten. */
    List<Tensor> of(String path, Tensor parameter, List<Tensor> beside);
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
   * stay.
   */
  static <M> List<M> apply(String name, List<M> structures, int rewritten, Update update) {
    Map<String, Tensor> parameters = TensorTree.named(structures.getFirst());
    List<Iterator<Tensor>> beside = new ArrayList<>();
    for (M other : structures.subList(1, structures.size())) {
      beside.add(fitting(name, parameters, other).iterator());
    }
    List<List<Tensor>> results = new ArrayList<>();
    for (int i = 0; i < rewritten; i++) results.add(new ArrayList<>());
    parameters.forEach(
        (path, parameter) -> {
          List<Tensor> here = beside.stream().map(Iterator::next).toList();
          List<Tensor> next =
              isParameter(parameter.dtype())
                  ? update.of(path, parameter, here)
                  : unchanged(parameter, here);
          for (int i = 0; i < rewritten; i++) results.get(i).add(next.get(i));
        });
    List<M> rebuilt = new ArrayList<>();
    for (int i = 0; i < rewritten; i++) {
      rebuilt.add(TensorTree.withLeaves(structures.get(i), results.get(i)));
    }
    return rebuilt;
  }

  private static List<Tensor> unchanged(Tensor parameter, List<Tensor> beside) {
    List<Tensor> all = new ArrayList<>(beside);
    all.addFirst(parameter);
    return all;
  }

  private static List<Tensor> fitting(String name, Map<String, Tensor> parameters, Object other) {
    Map<String, Tensor> tensors = TensorTree.named(other);
    parameters.forEach(
        (path, parameter) -> {
          Tensor tensor = tensors.get(path);
          if (tensor == null || !tensor.spec().equals(parameter.spec())) {
            throw new ShapeException(
                "%s: %s is %s, but %s beside it",
                name,
                path.isEmpty() ? "the parameter" : path,
                parameter.spec(),
                tensor == null ? "nothing stands" : tensor.spec() + " stands");
          }
        });
    return parameters.keySet().stream().map(tensors::get).toList();
  }
}
