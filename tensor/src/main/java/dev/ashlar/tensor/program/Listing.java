package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.List;
import java.util.stream.Collectors;

/** Writes programs for people: {@code %3 = matmul(%1, %2) : F32[4, 8]}. */
final class Listing {
  // An operation of the user's may carry a whole table.
  private static final int LONGEST_ATTRIBUTES = 100;

  private Listing() {}

  static String of(Program program) {
    var text = new StringBuilder();
    program
        .inputs()
        .forEach(
            input ->
                text.append(
                    "%s = input%s : %s%n"
                        .formatted(input.value(), named(input.name()), input.value().spec())));
    program
        .constants()
        .forEach(
            constant ->
                text.append(
                    "%s = constant : %s%n".formatted(constant.value(), constant.value().spec())));
    program.steps().forEach(step -> text.append(line(step)).append(System.lineSeparator()));
    return text.append("return ").append(values(program.outputs())).toString();
  }

  private static String named(String name) {
    return name.isEmpty() ? "" : " " + name;
  }

  static String line(Step step) {
    return "%s = %s%s(%s) : %s"
        .formatted(
            values(step.outputs()),
            step.op().label(),
            attributes(step.op()),
            values(step.inputs()),
            step.outputs().stream()
                .map(v -> v.spec().toString())
                .collect(Collectors.joining(", ")));
  }

  private static String values(List<Value> values) {
    return values.stream().map(Value::toString).collect(Collectors.joining(", "));
  }

  /** Returns what a record's own text says between its brackets, or nothing. */
  private static String attributes(Op op) {
    String text = op.toString();
    int open = text.indexOf('[');
    if (!(op instanceof Record) || open < 0 || text.endsWith("[]")) return "";
    String inside = text.substring(open);
    if (inside.length() <= LONGEST_ATTRIBUTES) return inside;
    return inside.substring(0, LONGEST_ATTRIBUTES) + "…]";
  }
}
