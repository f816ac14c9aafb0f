package dev.ashlar.autodiff.optim;

import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorAccess;
import dev.ashlar.tensor.TensorSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks updates in place before the first is made: one that failed in their midst would leave a
 * model of which a part is gone.
 */
final class Donations {
  private final String name;
  // Which update writes to a piece of memory.
  private final Map<Object, String> writers = new HashMap<>();

  Donations(String name) {
    this.name = name;
  }

  void check(Map<String, Updates.Step> steps) {
    steps.forEach(this::checkAlone);
    steps.forEach(this::checkReads);
  }

  /** Throws if an update could not be made were it the only one. */
  private void checkAlone(String path, Updates.Step step) {
    List<Tensor> inputs = step.inputs();
    inputs.forEach(TensorAccess::checkAlive);
    List<TensorSpec> out = step.op().specs(inputs.stream().map(Tensor::spec).toList());
    List<Integer> donations = step.op().donations();
    for (int i = 0; i < donations.size(); i++) {
      Tensor donor = inputs.get(donations.get(i));
      TensorAccess.checkDonor(step.op(), inputs, donations.get(i), out.get(i));
      String other = writers.put(TensorAccess.memory(donor), path);
      if (other != null) throw shared(path, other);
    }
  }

  /** Throws if an update reads what another one overwrites. */
  private void checkReads(String path, Updates.Step step) {
    for (Tensor input : step.inputs()) {
      String writer = writers.get(TensorAccess.memory(input));
      if (writer != null && !writer.equals(path)) throw shared(path, writer);
    }
  }

  private IllegalArgumentException shared(String path, String other) {
    return new IllegalArgumentException(
        "%s: %s and %s lie in one piece of memory, which is updated in place; let one tensor stand"
                .formatted(name, other, path)
            + " in the model once, or pass copy() of one of them");
  }
}
