package dev.ashlar.examples.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.program.CompileReport;
import dev.ashlar.tensor.program.ProgramExecutor;
import dev.ashlar.tensor.program.ProgramRunner;
import dev.ashlar.tensor.program.ProgramRunnerException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Programs on a device, in turns with the same programs on this processor. */
final class DeviceBench {
  /**
   * What is measured.
   *
   * @param effort how long
   * @param squares rows of square matrices
   * @param lengths tokens that attention is about
   * @param step the decoder to train
   */
  record Sizes(
      Effort effort,
      List<Integer> squares,
      List<Integer> lengths,
      dev.ashlar.examples.bench.Sizes.Step step) {
    static Sizes full() {
      return new Sizes(
          Effort.FULL,
          List.of(512, 1024, 2048),
          List.of(2048, 8192),
          new dev.ashlar.examples.bench.Sizes.Step(4, 256, 4, 4, 512, 4096));
    }

    /** Returns sizes for a device that is none, such as a driver for this processor. */
    static Sizes quick() {
      return new Sizes(
          Effort.QUICK,
          List.of(128, 256),
          List.of(512),
          new dev.ashlar.examples.bench.Sizes.Step(2, 64, 1, 2, 64, 256));
    }
  }

  /**
   * What was measured of one program.
   *
   * @param millis of a call there
   * @param cpuMillis of a call on this processor
   * @param timesCpu how many times as fast as there it is here: the median over the rounds
   * @param report what became of the program there
   */
  record Row(
      String name,
      double flops,
      double millis,
      double cpuMillis,
      double timesCpu,
      CompileReport report) {}

  private final String device;
  private final ProgramRunner runner;
  private final Sizes sizes;

  DeviceBench(String device, ProgramRunner runner, Sizes sizes) {
    this.device = device;
    this.runner = runner;
    this.sizes = sizes;
  }

  /** Measures everything that the device can run, and says what it cannot. */
  List<Row> rows(Consumer<String> refused) {
    List<Row> rows = new ArrayList<>();
    for (DeviceWork work : DeviceWork.all(sizes)) {
      try {
        rows.add(row(work));
      } catch (ProgramRunnerException e) {
        refused.accept("ashlar: %s: %s".formatted(work.name(), e.getMessage()));
      }
    }
    return rows;
  }

  private Row row(DeviceWork work) {
    try (var memory = Memory.withLimit(Long.MAX_VALUE);
        var _ = TensorScope.open(memory);
        DeviceWork.Ready here = work.on(ProgramExecutor.cpu());
        DeviceWork.Ready there = work.on(runner)) {
      there.call(); // refused here, if at all
      List<Work> works =
          List.of(
              new Work(work.name() + " cpu", work.flops(), here::call),
              new Work(work.name() + " " + device, work.flops(), there::call));
      Rounds rounds = Rounds.measure(works, sizes.effort());
      return new Row(
          work.name(),
          work.flops(),
          rounds.seconds(1) * 1e3,
          rounds.seconds(0) * 1e3,
          rounds.timesAsFast(1, 0),
          there.report());
    }
  }

  /** Returns a table with a line for each program. */
  static List<String> table(String device, List<Row> rows) {
    int width = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
    String name = "%-" + (width + 1) + "s";
    List<String> lines = new ArrayList<>();
    lines.add("programs on %s, beside this processor".formatted(device));
    lines.add(
        (name + "%11s%12s%12s%10s%8s%9s%9s%11s")
            .formatted(
                "", "ms", "GFLOP/s", "cpu ms", "x cpu", "tasks", "kernels", "MiB", "compile s"));
    for (Row row : rows) {
      lines.add(
          String.format(
              Locale.ROOT,
              name + "%11.3f%12.2f%12.3f%10.3f%8d%9d%9.1f%11.2f",
              row.name(),
              row.millis(),
              row.flops() / row.millis() * 1e-6,
              row.cpuMillis(),
              row.timesCpu(),
              row.report().tasks(),
              row.report().kernels(),
              row.report().bytes() / (double) (1 << 20),
              row.report().seconds()));
    }
    return lines;
  }

  /** Returns one JSON object. */
  static String json(String device, List<Row> rows) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("device", device);
    root.put("results", rows.stream().map(DeviceBench::fields).toList());
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> fields(Row row) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", row.name());
    fields.put("ranOn", row.report().runner());
    fields.put("milliseconds", row.millis());
    fields.put("gigaflops", row.flops() / row.millis() * 1e-6);
    fields.put("cpuMilliseconds", row.cpuMillis());
    fields.put("timesCpu", row.timesCpu());
    fields.put("tasks", row.report().tasks());
    fields.put("kernels", row.report().kernels());
    fields.put("bytes", row.report().bytes());
    fields.put("compileSeconds", row.report().seconds());
    return fields;
  }
}
