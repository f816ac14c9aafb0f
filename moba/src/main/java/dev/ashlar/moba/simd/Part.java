package dev.ashlar.moba.simd;

import dev.ashlar.moba.Packing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The queries of one head in rows {@code from} to {@code to}: what one thread computes alone. */
record Part(int sequence, int head, int from, int to) {
  /**
   * Returns parts of {@code rows} rows, except that the first ones of a sequence, which see least,
   * are in quarters. The longest come first, and of these the last ones, which see most; quarters
   * then keep threads busy to the end.
   */
  static List<Part> ofRows(Packing packing, int heads, int rows) {
    List<Part> parts = new ArrayList<>();
    for (int s = 0; s < packing.sequences(); s++) {
      long end;
      for (long from = packing.start(s); from < packing.end(s); from = end) {
        boolean first = from - packing.start(s) < rows;
        end = Math.min(packing.end(s), from + (first ? Math.ceilDiv(rows, 4) : rows));
        for (int head = 0; head < heads; head++) {
          parts.add(new Part(s, head, (int) from, (int) end));
        }
      }
    }
    parts.sort(
        Comparator.comparingInt((Part part) -> -part.rows())
            .thenComparingInt(part -> packing.start(part.sequence) - part.from));
    return parts;
  }

  int rows() {
    return to - from;
  }
}
