package dev.ashlar.examples;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads option values, and says in one line what is wrong with one and what would be right. */
public final class OptionValues {
  private OptionValues() {}

  /** 1, 2, 3, … */
  public static final class Positive implements ITypeConverter<Integer> {
    /** Makes the converter; picocli does. */
    public Positive() {}

    @Override
    public Integer convert(String text) {
      return whole(text, 1, "give a whole number from 1");
    }
  }

  /** 0, 1, 2, … */
  static final class NotNegative implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
      return whole(text, 0, "give a whole number from 0");
    }
  }

  /** Any whole number of 64 bits. */
  static final class Whole implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
      try {
        return Long.valueOf(text);
      } catch (NumberFormatException e) {
        throw wrong(text, "give a whole number from -2^63 to 2^63 - 1");
      }
    }
  }

  /** true or false. */
  static final class Flag implements ITypeConverter<Boolean> {
    @Override
    public Boolean convert(String text) {
      if (text.equalsIgnoreCase("true")) return true;
      if (text.equalsIgnoreCase("false")) return false;
      throw wrong(text, "give true or false");
    }
  }

  /** A file or folder. Java takes an empty name for the folder at hand, which nobody means. */
  static final class Named implements ITypeConverter<Path> {
    @Override
    public Path convert(String text) {
      if (text.isEmpty()) throw wrong(text, "name a file or folder; . is the one at hand");
      try {
        return Path.of(text);
      } catch (InvalidPathException e) {
        throw wrong(text, "name a file or folder as this system names them: " + e.getReason());
      }
    }
  }

  /** A number above 0. */
  static final class PositiveReal implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double value = real(text, "give a number above 0");
      if (!(value > 0)) throw wrong(text, "give a number above 0");
      return value;
    }
  }

  /** A number not below 0. */
  public static final class NotNegativeReal implements ITypeConverter<Double> {
    /** Makes the converter; picocli does. */
    public NotNegativeReal() {}

    @Override
    public Double convert(String text) {
      double value = real(text, "give 0 or a number above it");
      if (!(value >= 0)) throw wrong(text, "give 0 or a number above it");
      return value;
    }
  }

  /** A number from 0 to 1, both included. */
  static final class Fraction implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double value = real(text, "give a number from 0 to 1");
      if (!(value >= 0 && value <= 1)) throw wrong(text, "give a number from 0 to 1");
      return value;
    }
  }

  /** A number above 0, at most 1. */
  static final class Share implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double value = real(text, "give a number above 0, at most 1");
      if (!(value > 0 && value <= 1)) throw wrong(text, "give a number above 0, at most 1");
      return value;
    }
  }

  /** A number from 0 (included) to 1 (not included). */
  static final class BelowOne implements ITypeConverter<Double> {
    @Override
    public Double convert(String text) {
      double value = real(text, "give a number from 0 to below 1");
      if (!(value >= 0 && value < 1)) throw wrong(text, "give a number from 0 to below 1");
      return value;
    }
  }

  /** A number of bytes such as 500m or 4g. */
  public static final class Bytes implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,15})([kmg]?)");

    /** Makes the converter; picocli does. */
    public Bytes() {}

    @Override
    public Long convert(String text) {
      Matcher parts = FORM.matcher(text.toLowerCase(Locale.ROOT));
      if (!parts.matches()) throw wrong(text, "give bytes such as 500m or 4g");
      int shift = parts.group(2).isEmpty() ? 0 : 10 * (1 + "kmg".indexOf(parts.group(2)));
      long count = Long.parseLong(parts.group(1));
      if (count == 0 || count > Long.MAX_VALUE >> shift) {
        throw wrong(text, "give bytes such as 500m or 4g");
      }
      return count << shift;
    }
  }

  /**
   * Throws IllegalArgumentException unless a file can be where an option wants one: better before
   * minutes of work than behind them.
   */
  public static void requireFolderOf(String option, Path file) {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(
          "%s: %s is a folder; name a file in it".formatted(option, file));
    }
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || Files.isDirectory(folder)) return;
    throw new IllegalArgumentException(
        "%s: there is no folder %s; make it, or name another".formatted(option, folder));
  }

  private static int whole(String text, int least, String remedy) {
    try {
      int value = Integer.parseInt(text);
      if (value >= least) return value;
    } catch (NumberFormatException e) {
      throw wrong(text, remedy);
    }
    throw wrong(text, remedy);
  }

  private static double real(String text, String remedy) {
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) return value;
    } catch (NumberFormatException e) {
      throw wrong(text, remedy);
    }
    throw wrong(text, remedy);
  }

  private static TypeConversionException wrong(String text, String remedy) {
    return new TypeConversionException("got '" + text + "'; " + remedy);
  }
}
