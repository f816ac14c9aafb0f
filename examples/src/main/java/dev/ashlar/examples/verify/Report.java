package dev.ashlar.examples.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Says what came out, as a table for people and as JSON for machines. */
final class Report {
  private static final String ROW = "  %-8s  %-3s  %-8s  %9s  %9s  %-14s  %-18s  %s";

  private Report() {}

  /** Returns a file's table and verdict. */
  static List<String> table(Verification verification) {
    List<String> lines = new ArrayList<>();
    lines.add(verification.file().path() + ": " + verification.file().title());
    lines.add(
        ROW.formatted(
            "form", "", "tensor", "abs error", "rel error", "worst at", "tolerance", "verdict"));
    for (Comparison each : verification.comparisons()) lines.add(row(each));
    lines.add(verdict(verification));
    return lines;
  }

  private static String row(Comparison each) {
    boolean selection = each.tensor().equals("selected");
    String verdict =
        each.agrees()
            ? "agrees"
            : "DIFFERS in %,d of %,d %s"
                .formatted(each.differing(), each.count(), selection ? "rows" : "numbers");
    return String.format(
        Locale.ROOT,
        ROW,
        each.form().toString(),
        each.dtype(),
        each.tensor(),
        selection ? "" : number(each.absolute()),
        selection ? "" : number(each.relative()),
        selection && each.agrees() ? "" : each.at(),
        each.tolerance(),
        verdict);
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.2e", value) : "" + value;
  }

  /** Returns one line: whether a file agrees. */
  static String verdict(Verification verification) {
    long differing = verification.comparisons().stream().filter(c -> !c.agrees()).count();
    int all = verification.comparisons().size();
    return verification.file().path()
        + (differing == 0
            ? ": agrees in all %d comparisons".formatted(all)
            : ": DIFFERS in %d of %d comparisons".formatted(differing, all));
  }

  /** Returns one JSON object for all files, of which some may have been unusable. */
  static String json(List<Verification> done, List<UnusableFileException> unusable) {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("agrees", unusable.isEmpty() && done.stream().allMatch(Verification::agrees));
    root.put("files", done.stream().map(Report::jsonFile).toList());
    root.put("unusable", unusable.stream().map(Throwable::getMessage).toList());
    try {
      return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> jsonFile(Verification verification) {
    Map<String, Object> file = new LinkedHashMap<>();
    file.put("file", verification.file().path().toString());
    file.put("title", verification.file().title());
    file.put("agrees", verification.agrees());
    file.put("comparisons", verification.comparisons().stream().map(Report::jsonRow).toList());
    return file;
  }

  private static Map<String, Object> jsonRow(Comparison each) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("form", each.form().toString());
    row.put("dtype", each.dtype().name());
    row.put("tensor", each.tensor());
    row.put("agrees", each.agrees());
    if (each.tensor().equals("selected")) {
      row.put("rows_differing", each.differing());
      row.put("rows", each.count());
    } else {
      // JSON has no NaN and no infinity: those are texts.
      row.put("abs_error", finite(each.absolute()));
      row.put("rel_error", finite(each.relative()));
      row.put("worst_at", each.at());
      row.put("differing", each.differing());
      row.put("count", each.count());
    }
    row.put("tolerance", each.tolerance());
    return row;
  }

  private static Object finite(double value) {
    return Double.isFinite(value) ? (Object) value : Double.toString(value);
  }
}
