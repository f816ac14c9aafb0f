package dev.ashlar.examples;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Fields of a JSON object, read so that none is mistaken for 0: what is missing or of another kind
 * throws IllegalArgumentException, which says what is needed and what was found.
 */
final class JsonFields {
  private static final int SHOWN = 60;

  private JsonFields() {}

  /** Returns a whole number from 1. */
  static int size(JsonNode json, String field) {
    JsonNode node = json.path(field);
    if (node.isInt() && node.intValue() > 0) return node.intValue();
    throw needs("a whole number from 1 to " + Integer.MAX_VALUE, field, node);
  }

  /** Returns a whole number from 0. */
  static long count(JsonNode json, String field) {
    long count = bits(json, field);
    if (count >= 0) return count;
    throw needs("a whole number from 0", field, json.path(field));
  }

  /** Returns any whole number of 64 bits. */
  static long bits(JsonNode json, String field) {
    JsonNode node = json.path(field);
    if (node.isIntegralNumber() && node.canConvertToLong()) return node.longValue();
    throw needs("a whole number of 64 bits", field, node);
  }

  /** Returns a finite number. */
  static double number(JsonNode json, String field) {
    JsonNode node = json.path(field);
    if (node.isNumber() && Double.isFinite(node.doubleValue())) return node.doubleValue();
    throw needs("a number", field, node);
  }

  /** Returns a number above 0; where there is none, another. */
  static double positive(JsonNode json, String field, double otherwise) {
    if (!json.has(field)) return otherwise;
    double value = number(json, field);
    if (value > 0) return value;
    throw needs("a number above 0", field, json.path(field));
  }

  /** Returns whether a flag is set; where there is none, it is not. */
  static boolean flag(JsonNode json, String field) {
    JsonNode node = json.path(field);
    if (node.isMissingNode() || node.isBoolean()) return node.booleanValue();
    throw needs("true or false", field, node);
  }

  /** Returns a text. */
  static String text(JsonNode json, String field) {
    JsonNode node = json.path(field);
    if (node.isTextual()) return node.textValue();
    throw needs("a text", field, node);
  }

  /** Returns an error about what a field is. */
  static IllegalArgumentException needs(String what, String field, JsonNode got) {
    String found = got.toString();
    if (found.length() > SHOWN) found = found.substring(0, SHOWN) + "...";
    return new IllegalArgumentException(
        "needs %s as %s, %s"
            .formatted(what, field, got.isMissingNode() ? "which is missing" : "got " + found));
  }
}
