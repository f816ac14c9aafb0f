package dev.ashlar.examples.bench;

import dev.ashlar.tensor.spi.Parallel;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The bandwidth of memory, as Java code reaches it: loops that read, that write, and that copy
 * floats, on arrays that are used again and again, so that no page is new.
 */
final class Streams {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int GRAIN = 1 << 15;

  private Streams() {}

  /** Returns loops that read, write and copy {@code count} floats, a multiple of a grain. */
  static List<Work> works(int count) {
    int padded = Math.ceilDiv(count, GRAIN) * GRAIN;
    float[] from = new float[padded];
    float[] to = new float[padded];
    float[] sink = new float[padded / GRAIN];
    return List.of(
        work("stream, read", Traffic.floats(padded, 1, 0), padded, at -> read(from, at, sink)),
        work("stream, write", Traffic.floats(padded, 0, 1), padded, at -> write(to, at)),
        work("stream, copy", Traffic.floats(padded, 1, 1), padded, at -> copy(from, to, at)));
  }

  /** Handles the grain that begins at an element. */
  @FunctionalInterface
  private interface Loop {
    void over(int at);
  }

  private static Work work(String name, Traffic traffic, int count, Loop loop) {
    Runnable body = () -> Parallel.range(count, GRAIN, (from, _) -> loop.over((int) from));
    return new Work(name, 0, body).moving(traffic);
  }

  private static void read(float[] from, int at, float[] sink) {
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = at; i < at + GRAIN; i += 4 * LANES) {
      a = a.add(FloatVector.fromArray(SPECIES, from, i));
      b = b.add(FloatVector.fromArray(SPECIES, from, i + LANES));
      c = c.add(FloatVector.fromArray(SPECIES, from, i + 2 * LANES));
      d = d.add(FloatVector.fromArray(SPECIES, from, i + 3 * LANES));
    }
    sink[at / GRAIN] = a.add(b).add(c.add(d)).lane(0);
  }

  private static void write(float[] to, int at) {
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    for (int i = at; i < at + GRAIN; i += LANES) one.intoArray(to, i);
  }

  private static void copy(float[] from, float[] to, int at) {
    for (int i = at; i < at + GRAIN; i += LANES) {
      FloatVector.fromArray(SPECIES, from, i).intoArray(to, i);
    }
  }

  /**
   * Returns the seconds that this traffic takes at the least: what is both read and written at the
   * pace of the copy, the rest at that of the loop that only reads or writes.
   *
   * @param first the position of the reading loop in the rounds; writing and copying follow
   */
  static double seconds(Traffic traffic, List<Work> works, Rounds rounds, int first) {
    double read = traffic.readBytes();
    double written = traffic.writtenBytes();
    double both = Math.min(read, written);
    return 2 * both / pace(works, rounds, first + 2)
        + (read - both) / pace(works, rounds, first)
        + (written - both) / pace(works, rounds, first + 1);
  }

  private static double pace(List<Work> works, Rounds rounds, int index) {
    return works.get(index).traffic().bytes() / rounds.seconds(index);
  }
}
