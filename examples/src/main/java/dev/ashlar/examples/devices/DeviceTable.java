package dev.ashlar.examples.devices;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.ashlar.tensor.program.DeviceInfo;
import dev.ashlar.tensor.program.DeviceProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Devices and what is missing, as a table for people and as JSON for machines. */
final class DeviceTable {
  private static final List<String> HEAD =
      List.of("name", "kind", "driver", "device", "memory", "local memory");

  private DeviceTable() {}

  /** Returns a line for each device, and two for each problem. */
  static List<String> lines(List<DeviceInfo> devices, List<DeviceProblem> problems) {
    List<List<String>> rows = new ArrayList<>(List.of(HEAD));
    devices.forEach(device -> rows.add(row(device)));
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      var line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        line.append(String.format("%-" + (width(rows, column) + 2) + "s", row.get(column)));
      }
      lines.add(line.toString().stripTrailing());
    }
    for (DeviceProblem problem : problems) {
      lines.add("");
      lines.add("missing: " + problem.what());
      lines.add("remedy:  " + problem.remedy());
    }
    return lines;
  }

  private static int width(List<List<String>> rows, int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }

  private static List<String> row(DeviceInfo device) {
    return List.of(
        device.name(),
        device.kind().name().toLowerCase(Locale.ROOT),
        device.driver(),
        device.device(),
        String.format(Locale.ROOT, "%,d MiB", device.memoryBytes() >> 20),
        device.localMemoryBytes() == 0
            ? "-"
            : String.format(Locale.ROOT, "%,d KiB", device.localMemoryBytes() >> 10));
  }

  /** Returns one JSON object. */
  static String json(List<DeviceInfo> devices, List<DeviceProblem> problems) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("devices", devices.stream().map(DeviceTable::fields).toList());
    root.put(
        "missing",
        problems.stream().map(p -> Map.of("what", p.what(), "remedy", p.remedy())).toList());
    try {
      return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> fields(DeviceInfo device) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", device.name());
    fields.put("kind", device.kind().name().toLowerCase(Locale.ROOT));
    fields.put("driver", device.driver());
    fields.put("device", device.device());
    fields.put("memoryBytes", device.memoryBytes());
    fields.put("localMemoryBytes", device.localMemoryBytes());
    return fields;
  }
}
