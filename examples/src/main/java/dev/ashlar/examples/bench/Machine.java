package dev.ashlar.examples.bench;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the numbers were measured on. */
final class Machine {
  private Machine() {}

  /** Returns what is known of processor, memory and JVM, by name. */
  static Map<String, Object> facts() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("processors", Runtime.getRuntime().availableProcessors());
    facts.put("architecture", System.getProperty("os.arch"));
    facts.put("system", System.getProperty("os.name"));
    facts.put("vectorBits", Peak.vectorBits());
    facts.put(
        "java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
    facts.put("maxHeapBytes", Runtime.getRuntime().maxMemory());
    facts.put("flags", flags());
    return facts;
  }

  /** Returns the JVM's flags; not properties, which may hold paths. */
  private static List<String> flags() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-D"))
        .toList();
  }
}
