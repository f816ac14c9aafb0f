package dev.ashlar.examples.bench;

import com.sun.management.ThreadMXBean;
import dev.ashlar.examples.report.Progress;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Runs experiments, the peak among the contestants of each. */
final class Bench {
  private final Sizes sizes;
  private final Set<Section> sections;
  private final Progress progress;
  private long done;

  Bench(Sizes sizes, Set<Section> sections, Progress progress) {
    this.sizes = sizes;
    this.sections = sections;
    this.progress = progress;
  }

  /** Returns how many experiments there are for one number of threads. */
  static int count(Sizes sizes, Set<Section> sections) {
    return sections.stream().mapToInt(section -> experiments(section, sizes).size()).sum();
  }

  private static List<Experiment> experiments(Section section, Sizes sizes) {
    return switch (section) {
      case MATMUL -> MatrixExperiments.of(sizes);
      case ATTENTION -> AttentionExperiments.dense(sizes.attention());
      case MOBA -> AttentionExperiments.moba(sizes.moba());
      case OPS -> OpExperiments.of(sizes);
      case SUBNORMAL -> SubnormalExperiments.of(sizes);
      case STEP -> StepExperiments.of(sizes);
    };
  }

  /** Returns operations per second of fused multiply-adds on this many threads. */
  static double peak(int threads, Effort effort) {
    return onThreads(
        threads,
        () -> {
          Work peak = Peak.work();
          return peak.flops() / Rounds.measure(List.of(peak), effort).seconds(0);
        });
  }

  /** Measures a section's table on this many threads. */
  List<Result> table(Section section, int threads) {
    if (!sections.contains(section)) return List.of();
    return onThreads(
        threads,
        () -> {
          List<Result> rows = new ArrayList<>();
          for (Experiment experiment : experiments(section, sizes)) {
            progress.at(++done, "%s %d".formatted(section.title(), experiment.size()));
            rows.addAll(run(experiment, threads));
          }
          return rows;
        });
  }

  private static <R> R onThreads(int threads, Supplier<R> body) {
    int before = Parallel.threads();
    Parallel.threads(threads);
    try {
      return body.get();
    } finally {
      Parallel.threads(before);
    }
  }

  private List<Result> run(Experiment experiment, int threads) {
    try (var memory = Memory.withLimit(Long.MAX_VALUE);
        var _ = TensorScope.open(memory)) {
      List<Work> works = new ArrayList<>(experiment.setUp().get());
      int count = works.size();
      works.add(Peak.work());
      if (works.getFirst().traffic().bytes() > 0) works.addAll(Streams.works(experiment.size()));
      Rounds rounds = Rounds.measure(works, sizes.effort());
      List<Result> results = new ArrayList<>();
      for (int i = 0; i < works.size(); i++) {
        if (i == count) continue;
        Work work = works.get(i);
        Map<Figure, Double> figures = figures(experiment.section(), works, rounds, i, count);
        if (i < count && experiment.section() != Section.MATMUL)
          figures.putAll(memory(work, memory, count == 1));
        results.add(
            new Result(experiment.section(), work.name(), experiment.size(), threads, figures));
      }
      works.forEach(work -> work.end().run());
      return results;
    }
  }

  private static Map<Figure, Double> figures(
      Section section, List<Work> works, Rounds rounds, int index, int peak) {
    Work work = works.get(index);
    Map<Figure, Double> figures = new EnumMap<>(Figure.class);
    figures.put(Figure.MILLIS, rounds.seconds(index) * 1e3);
    if (work.flops() > 0) {
      double share = rounds.timesAsFast(index, peak) * work.flops() / works.get(peak).flops();
      figures.put(Figure.GIGAFLOPS, work.flops() / rounds.seconds(index) * 1e-9);
      figures.put(Figure.SHARE_OF_PEAK, share);
    }
    if (work.traffic().bytes() > 0) {
      figures.put(Figure.GIGABYTES, work.traffic().bytes() / rounds.seconds(index) * 1e-9);
    }
    if (work.traffic().bytes() > 0 && index < peak) {
      double least = Streams.seconds(work.traffic(), works, rounds, peak + 1);
      double share = least / rounds.seconds(index);
      figures.put(Figure.SHARE_OF_BANDWIDTH, share);
      figures.put(
          Figure.SHARE_OF_BOUND, Math.max(share, figures.getOrDefault(Figure.SHARE_OF_PEAK, 0.0)));
    }
    if (work.ideal() > 0) {
      figures.put(Figure.TIMES_DENSE, rounds.timesAsFast(index, 0));
      figures.put(Figure.IDEAL, work.ideal());
      figures.put(Figure.SHARE_OF_IDEAL, rounds.timesAsFast(index, 0) / work.ideal());
    }
    if (section == Section.SUBNORMAL)
      figures.put(Figure.TIMES_NORMAL, rounds.timesAsFast(index, 0));
    if (work.tokens() > 0) {
      figures.put(Figure.TOKENS_PER_SECOND, work.tokens() / rounds.seconds(index));
    }
    return figures;
  }

  /**
   * Returns the most that tensors take during a call, inputs and parameters included, and what
   * kernels allocate in arrays. A work that is alone has had the memory to itself; programs keep
   * theirs, so that it cannot be counted anew.
   */
  private static Map<Figure, Double> memory(Work work, Memory inputs, boolean alone) {
    try (var memory = alone ? null : Memory.withLimit(Long.MAX_VALUE)) {
      double arrays = arrayBytes(work, memory == null ? inputs : memory);
      double tensors =
          memory == null ? inputs.peakBytes() : inputs.usedBytes() + memory.peakBytes();
      return Map.of(Figure.TENSOR_BYTES, tensors, Figure.HEAP_BYTES, arrays);
    }
  }

  private static double arrayBytes(Work work, Memory memory) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getTotalThreadAllocatedBytes();
    try (var _ = TensorScope.open(memory)) {
      work.body().run();
    }
    return threads.getTotalThreadAllocatedBytes() - before;
  }
}
