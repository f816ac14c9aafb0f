package dev.ashlar.examples.bench;

import dev.ashlar.examples.OptionValues;
import dev.ashlar.examples.devices.DeviceChoice;
import dev.ashlar.examples.report.Progress;
import dev.ashlar.tensor.program.ProgramRunner;
import dev.ashlar.tensor.program.Runners;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ashlar bench}: tables of speed, beside the peak of this machine. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = {
      "Measures matrix products, attention and a training step in float32.",
      "",
      "Every work takes turns with a loop of fused multiply-adds, the peak; times are medians over"
          + " the rounds. Nothing else should run meanwhile.",
      ""
    })
public final class BenchCommand implements Callable<Integer> {
  private static final String VECTOR_API = "jdk.incubator.vector";

  @Spec private CommandSpec spec; // picocli sets it

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "SECTION",
      description = "which to measure, of ${COMPLETION-CANDIDATES} (all)")
  private List<Section> only = List.of(Section.values());

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = Runners.CPU,
      description =
          "measure programs on a device that `devices` lists, beside the same programs on this"
              + " processor; of the other tables only those that --only names (${DEFAULT-VALUE})")
  private String device = Runners.CPU;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      converter = OptionValues.Positive.class,
      description = "numbers of threads, such as 1,2 (1, and one for each processor)")
  private List<Integer> threads =
      Stream.of(1, Runtime.getRuntime().availableProcessors()).distinct().toList();

  @Option(
      names = "--longest",
      paramLabel = "N",
      defaultValue = "16384",
      converter = OptionValues.Positive.class,
      description =
          "longest sequence; 65536 takes half an hour and -Xmx8g, because dense attention runs"
              + " beside block attention (${DEFAULT-VALUE})")
  private int longest;

  @Option(names = "--quick", description = "smaller sizes, less exact: under a minute")
  private boolean quick;

  @Option(names = "--json", description = "print one JSON object instead of tables")
  private boolean json;

  @Option(
      names = "--plot",
      paramLabel = "FILE.png",
      description = "draw times of dense and block attention over the length, both axes log")
  private @Nullable Path plot;

  @Option(
      names = {"-q", "--quiet"},
      description = "show no progress")
  private boolean quiet;

  /** Makes the command; picocli fills it in. */
  public BenchCommand() {}

  @Override
  public Integer call() throws IOException {
    if (ModuleLayer.boot().findModule(VECTOR_API).isEmpty()) {
      throw new IllegalStateException(
          "bench measures the Vector API; start the JVM with --add-modules " + VECTOR_API);
    }
    Sizes sizes = quick ? Sizes.quick(longest) : Sizes.full(longest);
    Set<Section> sections = EnumSet.copyOf(only);
    if (plot != null && !sections.contains(Section.MOBA)) {
      throw new ParameterException(
          spec.commandLine(), "--plot shows block attention; add moba to --only");
    }
    checkPlot();
    if (Bench.count(sizes, sections) == 0 || (plot != null && sizes.moba().isEmpty())) {
      throw new ParameterException(
          spec.commandLine(),
          "--longest %d leaves nothing to measure; give at least %d"
              .formatted(longest, quick ? 4096 : 2048));
    }
    if (!device.equals(Runners.CPU)) {
      runOn(DeviceChoice.runner(device));
      if (!spec.commandLine().getParseResult().hasMatchedOption("--only")) return 0;
    }
    run(sizes, sections);
    return 0;
  }

  private void checkPlot() {
    try {
      if (plot != null) OptionValues.requireFolderOf("--plot", plot);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage());
    }
  }

  /** Measures programs on a device. */
  private void runOn(ProgramRunner runner) {
    DeviceBench.Sizes sizes = quick ? DeviceBench.Sizes.quick() : DeviceBench.Sizes.full();
    var bench = new DeviceBench(device, runner, sizes);
    List<DeviceBench.Row> rows = bench.rows(line -> spec.commandLine().getErr().println(line));
    if (json) out().println(DeviceBench.json(device, rows));
    else DeviceBench.table(device, rows).forEach(out()::println);
    out().flush();
  }

  private void run(Sizes sizes, Set<Section> sections) throws IOException {
    Map<String, Object> facts = Machine.facts();
    Map<Integer, Double> peaks = new LinkedHashMap<>();
    for (int count : threads) peaks.put(count, Bench.peak(count, sizes.effort()));
    print(BenchReport.machine(facts, peaks));
    List<Result> results = new ArrayList<>();
    long experiments = (long) Bench.count(sizes, sections) * threads.size();
    try (var progress = Progress.start("bench", Progress.suitable(quiet), 0, experiments)) {
      var bench = new Bench(sizes, sections, progress);
      for (int count : threads) {
        for (Section section : sections) {
          List<Result> rows = bench.table(section, count);
          results.addAll(rows);
          if (rows.isEmpty()) continue;
          print(BenchReport.table(rows));
          if (section == Section.MOBA) print(BenchReport.growth(rows));
        }
      }
    }
    if (json) out().println(BenchReport.json(facts, peaks, results));
    out().flush();
    if (plot != null) TimePlot.write(plot, results, threads.getLast());
  }

  private void print(List<String> lines) {
    if (json) return;
    lines.forEach(out()::println);
    out().flush();
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
