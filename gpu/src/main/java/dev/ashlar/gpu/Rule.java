package dev.ashlar.gpu;

import java.util.List;

/** How one operation becomes tasks. */
@FunctionalInterface
interface Rule {
  /**
   * Adds the tasks that compute a step.
   *
   * @param in where the inputs lie, in any layout
   * @param out where the results are wanted, row-major. A result that the operation {@linkplain
   *     dev.ashlar.tensor.Op.Custom#donations writes into an input} has the input's array.
   */
  void lower(Tasks tasks, List<Place> in, List<Place> out);
}
