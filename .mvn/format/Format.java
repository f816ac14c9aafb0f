import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Formats every Java file below the current folder with google-java-format and every Kotlin file
 * with ktfmt, or checks that nothing would change. Run by the build: {@code mvn verify} checks,
 * {@code mvn -N -Pformat} applies.
 */
final class Format {
  private Format() {}

  /** Takes the mode, {@code check} or {@code apply}, and ktfmt's jar. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    boolean apply = arguments[0].equals("apply");
    boolean javaIsFine = formatJava(filesNamed(".java"), apply);
    boolean kotlinIsFine = formatKotlin(filesNamed(".kt"), apply, arguments[1]);
    if (!javaIsFine || !kotlinIsFine) {
      System.err.println("The files above are not formatted; `mvn -N -Pformat` mends what parses.");
      System.exit(1);
    }
  }

  private static boolean formatJava(List<Path> files, boolean apply) {
    var complaints = new ConcurrentSkipListMap<Path, String>();
    files.parallelStream().forEach(file -> format(file, apply, complaints));
    complaints.forEach((file, complaint) -> System.err.println(file + ": " + complaint));
    return complaints.isEmpty();
  }

  /**
   * Runs ktfmt by itself, for its jar brings a google-java-format of its own. It names the files.
   */
  private static boolean formatKotlin(List<Path> files, boolean apply, String ktfmt)
      throws IOException, InterruptedException {
    if (files.isEmpty()) {
      return true;
    }
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--sun-misc-unsafe-memory-access=allow", "-jar", ktfmt));
    command.addAll(List.of("--google-style", "--quiet"));
    if (!apply) {
      command.addAll(List.of("--dry-run", "--set-exit-if-changed"));
    }
    files.forEach(file -> command.add(file.toString()));
    return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
  }

  private static void format(Path file, boolean apply, Map<Path, String> complaints) {
    try {
      String before = Files.readString(file);
      String after = formatted(before);
      if (after.equals(before)) {
        return;
      }
      if (apply) {
        Files.writeString(file, after);
        System.out.println("formatted " + file);
      } else {
        complaints.put(file, "line " + firstDifference(before, after) + " is not formatted");
      }
    } catch (FormatterException | IOException problem) {
      complaints.put(file, problem.getMessage());
    }
  }

  private static String formatted(String source) throws FormatterException {
    String tidy = ImportOrderer.reorderImports(source, Style.GOOGLE);
    return new Formatter().formatSource(RemoveUnusedImports.removeUnusedImports(tidy));
  }

  private static int firstDifference(String before, String after) {
    List<String> left = before.lines().toList();
    List<String> right = after.lines().toList();
    int line = 0;
    while (line < Math.min(left.size(), right.size()) && left.get(line).equals(right.get(line))) {
      line++;
    }
    return line + 1;
  }

  private static List<Path> filesNamed(String ending) throws IOException {
    var files = new ArrayList<Path>();
    Files.walkFileTree(
        Path.of(""),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean skipped = name.equals("target") || name.equals(".git") || name.equals("runs");
            return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(ending)) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }
}
