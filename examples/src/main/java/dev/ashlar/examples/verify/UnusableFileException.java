package dev.ashlar.examples.verify;

import java.nio.file.Path;

/** Raised for a file that cannot be verified; the message is one line that names file and fault. */
final class UnusableFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private static final int SHOWN_CHARS = 300;

  UnusableFileException(Path file, String problem) {
    super(file + ": " + oneLine(problem));
  }

  UnusableFileException(Path file, String format, Object... arguments) {
    this(file, format.formatted(arguments));
  }

  /** Returns text that may come from a file without line breaks, and cut short. */
  private static String oneLine(String text) {
    var line = new StringBuilder();
    text.codePoints()
        .limit(SHOWN_CHARS)
        .forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    return line.append(text.codePointCount(0, text.length()) > SHOWN_CHARS ? "…" : "").toString();
  }
}
