package dev.ashlar.examples.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured, as tables and as JSON. */
final class BenchReport {
  private static final ObjectMapper JSON = new ObjectMapper();
  // Flags of which a device's SDK brings hundreds, and which change no figure.
  private static final List<String> PLUMBING =
      List.of(
          "--add-exports",
          "--add-opens",
          "--add-reads",
          "--limit-modules",
          "--module-path",
          "--patch-module",
          "--upgrade-module-path");

  private BenchReport() {}

  static List<String> machine(Map<String, Object> facts, Map<Integer, Double> peaks) {
    List<String> lines = new ArrayList<>();
    facts.forEach((name, fact) -> lines.add("%-14s%s".formatted(name, shown(fact))));
    peaks.forEach(
        (threads, peak) ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "%-14s%.1f GFLOP/s of fused multiply-adds on %s",
                    "peak",
                    peak * 1e-9,
                    threads(threads))));
    return lines;
  }

  /** Returns a fact as text; of flags, those that bear on what is measured. */
  private static Object shown(Object fact) {
    if (!(fact instanceof List<?> flags)) return fact;
    List<?> telling = flags.stream().filter(flag -> !isPlumbing(flag.toString())).toList();
    int rest = flags.size() - telling.size();
    return rest == 0 ? telling : "%s and %d about modules".formatted(telling, rest);
  }

  private static boolean isPlumbing(String flag) {
    return PLUMBING.stream().anyMatch(flag::startsWith);
  }

  private static String threads(int count) {
    return count == 1 ? "1 thread" : count + " threads";
  }

  /** Returns a table with a line for each result; all are of one section and number of threads. */
  static List<String> table(List<Result> results) {
    List<Figure> columns =
        List.of(Figure.values()).stream()
            .filter(figure -> results.stream().anyMatch(r -> r.figures().containsKey(figure)))
            .toList();
    List<String> lines = new ArrayList<>();
    Result first = results.getFirst();
    lines.add("");
    lines.add(first.section().title() + ", " + threads(first.threads()));
    var head = new StringBuilder("%-42s%8s".formatted("", "size"));
    for (Figure column : columns) head.append("%13s".formatted(column.heading()));
    lines.add(head.toString());
    for (Result result : results) {
      var line = new StringBuilder("%-42s%8d".formatted(result.name(), result.size()));
      for (Figure column : columns) {
        Double value = result.figures().get(column);
        line.append("%13s".formatted(value == null ? "" : column.shown(value)));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /**
   * Returns a line for each work measured at lengths from 8192: how its time grows with the length.
   */
  static List<String> growth(List<Result> results) {
    List<String> lines = new ArrayList<>();
    Growth.of(results, 8192)
        .forEach(
            (name, slope) ->
                lines.add(
                    String.format(
                        Locale.ROOT, "%-42stime grows as length^%.2f from 8192", name, slope)));
    return lines;
  }

  static String json(Map<String, Object> facts, Map<Integer, Double> peaks, List<Result> results) {
    Map<String, Object> report = new LinkedHashMap<>();
    report.put("machine", facts);
    report.put(
        "peak",
        peaks.entrySet().stream()
            .map(e -> Map.of("threads", e.getKey(), "gigaflops", e.getValue() * 1e-9))
            .toList());
    report.put("results", results.stream().map(BenchReport::json).toList());
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(report);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> json(Result result) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("section", result.section().name().toLowerCase(Locale.ROOT));
    fields.put("name", result.name());
    fields.put("size", result.size());
    fields.put("threads", result.threads());
    result.figures().forEach((figure, value) -> fields.put(figure.key(), value));
    return fields;
  }
}
