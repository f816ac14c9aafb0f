package dev.ashlar.examples.data;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds what lies beside the program: {@code bin lib data jvm.flags}. */
final class Bundle {
  /** Set by the launcher. */
  private static final String HOME_PROPERTY = "ashlar.home";

  private Bundle() {}

  /** Returns the archive of source code in the {@code data} folder. */
  static Path sources() throws IOException {
    List<Path> tried = new ArrayList<>();
    for (Path home : homes()) {
      Path data = home.resolve("data");
      tried.add(data);
      if (!Files.isDirectory(data)) continue;
      try (var entries = Files.list(data)) {
        var jar = entries.filter(file -> file.toString().endsWith(".jar")).sorted().findFirst();
        if (jar.isPresent()) return jar.get();
      }
    }
    throw new NoSuchFileException(
        "no text to train on in "
            + tried
            + "; build with `mvn -q -DskipTests package`, or name a text with --data");
  }

  private static List<Path> homes() {
    List<Path> homes = new ArrayList<>();
    String named = System.getProperty(HOME_PROPERTY);
    if (named != null) homes.add(Path.of(named));
    Path classes = ownLocation();
    if (classes != null && classes.getParent() != null) {
      Path above = classes.getParent();
      // In the launcher's folder the jar lies in lib; in an IDE the classes lie beside its folder.
      if (above.getParent() != null) homes.add(above.getParent());
      homes.add(above.resolve("ashlar"));
    }
    return homes;
  }

  private static @Nullable Path ownLocation() {
    CodeSource source = Bundle.class.getProtectionDomain().getCodeSource();
    if (source == null || source.getLocation() == null) return null;
    try {
      return Path.of(source.getLocation().toURI());
    } catch (URISyntaxException | RuntimeException e) {
      return null; // Loaded from somewhere that is no file: there is nothing beside it.
    }
  }
}
