package dev.ashlar.examples;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What {@code --attention} can say. */
enum AttentionChoice {
  FULL,
  MOBA,
  HYBRID;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads a choice in lower or upper case. */
  static final class Converter implements ITypeConverter<AttentionChoice> {
    @Override
    public AttentionChoice convert(String text) {
      for (AttentionChoice choice : values()) {
        if (choice.toString().equals(text.toLowerCase(Locale.ROOT))) return choice;
      }
      throw new TypeConversionException("got '" + text + "'; give full, moba or hybrid");
    }
  }
}
