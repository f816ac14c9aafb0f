package dev.ashlar.tensor.io;

import java.nio.file.Path;

/** Raised for a file that is not what it should be; says file, tensor and what is wrong. */
public final class SafetensorsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  // Names come from the file, and could be long or hold line breaks.
  private static final int SHOWN_CHARS = 120;

  SafetensorsException(Path file, String problem) {
    super(file + ": " + problem);
  }

  SafetensorsException(Path file, String tensor, String problem) {
    super("%s: tensor %s: %s".formatted(file, shown(tensor), problem));
  }

  /** Returns text from a file in quotes, on one line and cut short. */
  static String shown(String text) {
    var line = new StringBuilder("'");
    text.codePoints()
        .limit(SHOWN_CHARS)
        .forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    return line.append(text.codePointCount(0, text.length()) > SHOWN_CHARS ? "…'" : "'").toString();
  }
}
