package dev.ashlar.examples.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ashlar.tensor.io.AtomicFile;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a run measures, as JSON lines: {@code {"step":10,"loss":2.5}}. Every line is on the disk's
 * way as soon as it is written, so that others can follow the run.
 */
public final class MetricsFile implements AutoCloseable {
  private static final String STEP = "step";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<LinkedHashMap<String, Object>> RECORD =
      new TypeReference<>() {};

  private final Path path;
  private final Writer writer;

  private MetricsFile(Path path, Writer writer) {
    this.path = path;
    this.writer = writer;
  }

  /** Starts a new file, in place of one that is there. */
  public static MetricsFile create(Path path) throws IOException {
    return new MetricsFile(path, Files.newBufferedWriter(path));
  }

  /**
   * Goes on with the file of a run that is taken up again after {@code step}: what was measured
   * later is cut off, as is a line that a crash left unfinished. Starts a new one if there is none.
   *
   * @throws IOException if a line in its midst is not what this class writes, naming it
   */
  public static MetricsFile resume(Path path, long step) throws IOException {
    if (!Files.exists(path)) return create(path);
    var kept = new StringBuilder();
    for (Map<String, Object> line : read(path)) {
      if (step(line) <= step) kept.append(JSON.writeValueAsString(line)).append('\n');
    }
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(kept.toString());
    AtomicFile.write(
        path,
        channel -> {
          while (bytes.hasRemaining()) channel.write(bytes);
        });
    return new MetricsFile(path, Files.newBufferedWriter(path, StandardOpenOption.APPEND));
  }

  /** Writes a line: the step and what was measured, in the map's order. */
  public void append(long step, Map<String, ?> measured) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put(STEP, step);
    line.putAll(measured);
    writer.write(JSON.writeValueAsString(line) + "\n");
    writer.flush();
  }

  /** Returns what was measured under a name so far, by step. */
  public Curve curve(String name) throws IOException {
    List<Double> steps = new ArrayList<>();
    List<Double> values = new ArrayList<>();
    for (Map<String, Object> line : read(path)) {
      if (!(line.get(name) instanceof Number value)) continue;
      steps.add((double) step(line));
      values.add(value.doubleValue());
    }
    return new Curve(name, steps, values);
  }

  /** Numbers over steps. */
  public record Curve(String name, List<Double> steps, List<Double> values) {}

  private static List<Map<String, Object>> read(Path path) throws IOException {
    String text = Files.readString(path);
    // The last line counts only once its line break was written.
    List<String> lines = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    List<Map<String, Object>> records = new ArrayList<>(lines.size());
    for (int i = 0; i < lines.size(); i++) {
      records.add(parse(path, i + 1, lines.get(i)));
    }
    return records;
  }

  private static Map<String, Object> parse(Path path, int number, String line) throws IOException {
    try {
      Map<String, Object> record = JSON.readValue(line, RECORD);
      if (record != null && record.get(STEP) instanceof Number) return record;
    } catch (JsonProcessingException e) {
      // Told below, without the parser's many lines.
    }
    throw new IOException("%s: line %d is no record of a step".formatted(path, number));
  }

  private static long step(Map<String, Object> line) {
    return line.get(STEP) instanceof Number step ? step.longValue() : Long.MIN_VALUE;
  }

  @Override
  public void close() throws IOException {
    writer.close();
  }
}
