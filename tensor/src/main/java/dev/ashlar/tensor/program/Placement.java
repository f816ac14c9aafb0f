package dev.ashlar.tensor.program;

import dev.ashlar.tensor.program.MemoryPlan.Buffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Places for intermediate results: in the memory of answers that are not written yet, else in a
 * slab. One buffer after another gets the lowest place that is free during its whole life, the
 * largest first (Pisarchyk and Lee, "Efficient memory management for deep neural net inference",
 * arXiv 2001.03288, greedy by size), the latest or the longest-lived first, whichever makes the
 * smallest slab.
 */
final class Placement {
  // Lines of the cache, for what is large enough to be computed in vectors for a while.
  private static final long ALIGNMENT_BYTES = 64;
  private static final long SMALL_ALIGNMENT_BYTES = 8;
  private static final long SMALL_BYTES = 1024;

  private static final Comparator<Buffer> LARGEST =
      Comparator.comparingLong(Buffer::bytes).reversed();
  private static final List<Comparator<Buffer>> ORDERS =
      List.of(
          LARGEST,
          LARGEST.thenComparing(Comparator.<Buffer>comparingInt(b -> b.lastStep).reversed()),
          Comparator.<Buffer>comparingInt(b -> b.lastStep).reversed().thenComparing(LARGEST),
          Comparator.<Buffer>comparingInt(b -> b.firstStep - b.lastStep).thenComparing(LARGEST));

  /** Memory that buffers share. */
  private static final class Region {
    // null for the slab
    private final @Nullable Buffer answer;
    // In order of offset.
    private final List<Buffer> buffers = new ArrayList<>();
    private final List<Long> offsets = new ArrayList<>();

    Region(@Nullable Buffer answer) {
      this.answer = answer;
    }

    private boolean suits(Buffer buffer) {
      return answer == null
          || buffer.lastStep < answer.firstStep && buffer.bytes() <= answer.bytes();
    }

    /** Returns the first place that is free while the buffer lives, or -1. */
    long lowestGap(Buffer buffer) {
      long offset = 0;
      for (int i = 0; i < buffers.size(); i++) {
        if (!buffers.get(i).meets(buffer)) continue;
        if (offsets.get(i) >= offset + buffer.bytes()) break;
        offset = Math.max(offset, align(offsets.get(i) + buffers.get(i).bytes(), buffer));
      }
      return answer != null && offset + buffer.bytes() > answer.bytes() ? -1 : offset;
    }

    void add(Buffer buffer, long offset) {
      int at = buffers.size();
      while (at > 0 && offsets.get(at - 1) > offset) at--;
      buffers.add(at, buffer);
      offsets.add(at, offset);
    }

    long end() {
      long end = 0;
      for (int i = 0; i < buffers.size(); i++) {
        end = Math.max(end, offsets.get(i) + buffers.get(i).bytes());
      }
      return end;
    }
  }

  private record Place(Region region, long offset) {}

  private final Region slab = new Region(null);
  private final List<Region> regions = new ArrayList<>();
  private final Map<Buffer, Place> places = new HashMap<>();

  private Placement(List<Buffer> buffers, List<Buffer> answers) {
    // The smallest that has room is lent first.
    answers.stream()
        .sorted(Comparator.comparingLong(Buffer::bytes))
        .forEach(answer -> regions.add(new Region(answer)));
    regions.add(slab);
    buffers.forEach(this::place);
  }

  private void place(Buffer buffer) {
    for (Region region : regions) {
      long offset = region.suits(buffer) ? region.lowestGap(buffer) : -1;
      if (offset < 0) continue;
      region.add(buffer, offset);
      places.put(buffer, new Place(region, offset));
      return;
    }
  }

  /** Gives every buffer its place, and returns the bytes of the slab. */
  static long place(List<Buffer> buffers, List<Buffer> answers) {
    Placement best = null;
    for (Comparator<Buffer> order : ORDERS) {
      var next = new Placement(buffers.stream().sorted(order).toList(), answers);
      if (best == null || next.slab.end() < best.slab.end()) best = next;
    }
    if (best == null) throw new IllegalStateException("no order");
    best.places.forEach((buffer, place) -> buffer.lie(place.region().answer, place.offset()));
    return best.slab.end();
  }

  private static long align(long bytes, Buffer next) {
    long to = next.bytes() < SMALL_BYTES ? SMALL_ALIGNMENT_BYTES : ALIGNMENT_BYTES;
    return (bytes + to - 1) & -to;
  }
}
