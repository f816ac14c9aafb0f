package dev.ashlar.autodiff;

import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorTree;
import java.util.List;
import java.util.Map;

/** Matches the tensors of two structures by path: maps may have been filled in another order. */
final class Beside {
  private Beside() {}

  /**
   * Returns the tensors of {@code other} in the order of those of {@code structure}.
   *
   * @param name what an error calls the structure, beginning with the operation
   * @throws ShapeException naming the path of a tensor that one of them lacks, or, if it carries
   *     gradients, that is not of the same element type and shape in both
   */
  static List<Tensor> of(String name, Object structure, String otherName, Object other) {
    List<String> paths = TensorTree.paths(structure);
    List<Tensor> tensors = TensorTree.leaves(structure);
    List<Tensor> matched = matched(name, structure, paths, otherName, other);
    for (int i = 0; i < tensors.size(); i++) {
      Tensor tensor = tensors.get(i);
      if (Tape.carriesGradient(tensor) && !tensor.spec().equals(matched.get(i).spec())) {
        String at = paths.get(i).isEmpty() ? "" : " at " + paths.get(i);
        throw new ShapeException(
            "%s is %s%s, %s %s", name, tensor.spec(), at, otherName, matched.get(i).spec());
      }
    }
    return matched;
  }

  private static List<Tensor> matched(
      String name, Object structure, List<String> paths, String otherName, Object other) {
    if (paths.equals(TensorTree.paths(other))) return TensorTree.leaves(other);
    Map<String, Tensor> known = TensorTree.named(structure);
    Map<String, Tensor> found = TensorTree.named(other);
    for (String path : known.keySet()) {
      if (!found.containsKey(path)) {
        throw new ShapeException("%s has %s, which %s lacks", name, said(path), otherName);
      }
    }
    for (String path : found.keySet()) {
      if (!known.containsKey(path)) {
        throw new ShapeException("%s lacks %s, which %s has", name, said(path), otherName);
      }
    }
    return paths.stream().map(found::get).toList();
  }

  private static String said(String path) {
    return path.isEmpty() ? "a tensor by itself" : path;
  }
}
