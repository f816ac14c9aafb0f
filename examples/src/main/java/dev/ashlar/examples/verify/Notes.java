package dev.ashlar.examples.verify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** The metadata of a file of vectors, checked: text by key. */
record Notes(Path file, Map<String, String> entries) {
  /** Where the error of the official code in float32 stands, a JSON object by tensor. */
  static final String OFFICIAL_ERRORS = "official_f32_max_abs_err";

  /** Returns whether the vectors are of dense causal attention; without a word, they are MoBA's. */
  boolean isDense() {
    String attention = entries.getOrDefault("attention", "moba");
    return switch (attention) {
      case "moba" -> false;
      case "dense_causal" -> true;
      default -> throw wrong("attention", attention, "must be moba or dense_causal");
    };
  }

  /** Returns a whole number of at least 1. */
  int positive(String key) {
    return integer(key, 1)
        .orElseThrow(() -> new UnusableFileException(file, "metadata lacks %s", key));
  }

  /** Checks a number that shapes say too; nothing to check where the metadata does not say it. */
  void mustBe(String key, int wanted, String tensor) {
    integer(key, 0)
        .ifPresent(
            got -> {
              if (got != wanted) {
                throw new UnusableFileException(
                    file, "metadata says %s %d, the shape of %s says %d", key, got, tensor, wanted);
              }
            });
  }

  private OptionalInt integer(String key, int least) {
    String text = entries.get(key);
    if (text == null) return OptionalInt.empty();
    try {
      int number = Integer.parseInt(text);
      if (number >= least) return OptionalInt.of(number);
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw wrong(key, text, "must be a whole number, at least %d".formatted(least));
  }

  /** Returns, by tensor, how far the official code in float32 was off; empty if it is not said. */
  Map<String, Double> officialErrors() {
    String text = entries.get(OFFICIAL_ERRORS);
    Map<String, Double> errors = new HashMap<>();
    if (text == null) return errors;
    JsonNode json = json(text);
    for (Map.Entry<String, JsonNode> entry : json.properties()) {
      double error = entry.getValue().asDouble(-1);
      if (!entry.getValue().isNumber() || !(error >= 0) || Double.isInfinite(error)) {
        throw wrong(OFFICIAL_ERRORS, text, "must hold numbers, none negative");
      }
      errors.put(entry.getKey(), error);
    }
    return errors;
  }

  private JsonNode json(String text) {
    try {
      JsonNode json = new ObjectMapper().readTree(text);
      if (json.isObject()) return json;
    } catch (JsonProcessingException e) {
      // Said below.
    }
    throw wrong(OFFICIAL_ERRORS, text, "must be a JSON object of numbers");
  }

  private UnusableFileException wrong(String key, String got, String problem) {
    return new UnusableFileException(file, "metadata %s is '%s', %s", key, got, problem);
  }
}
