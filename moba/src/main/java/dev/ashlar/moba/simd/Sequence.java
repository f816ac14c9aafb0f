package dev.ashlar.moba.simd;

import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/** A sequence that is not empty: its rows, which attention computes apart from all others. */
record Sequence(int start, int end) {

  /**
   * Lets a work compute all sequences: each by one thread, from its inputs to its results, where
   * that gives all threads as much to do, since its numbers then stay in near caches; otherwise all
   * at once, for all threads together. Returns whether every call of it returned true.
   */
  static boolean all(Packing packing, Predicate<List<Sequence>> work) {
    List<Sequence> sequences = new ArrayList<>();
    for (int s = 0; s < packing.sequences(); s++) {
      if (packing.length(s) > 0) sequences.add(new Sequence(packing.start(s), packing.end(s)));
    }
    sequences.sort(Comparator.comparingInt(sequence -> -sequence.length()));
    long[] loads = sequences.stream().mapToLong(s -> (long) s.length() * s.length()).toArray();
    if (!Loads.areEven(loads)) return work.test(sequences);
    var good = new AtomicBoolean(true);
    Parallel.range(
        loads.length,
        1,
        (from, to) -> {
          for (Sequence sequence : sequences.subList((int) from, (int) to)) {
            if (!work.test(List.of(sequence))) good.set(false);
          }
        });
    return good.get();
  }

  int length() {
    return end - start;
  }

  /** Returns its rows of an operand [T, ...]. */
  Operand of(Operand all) {
    return all.with(all.layout().slice(0, start, end, 1));
  }
}
