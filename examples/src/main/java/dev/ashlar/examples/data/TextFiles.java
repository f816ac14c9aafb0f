package dev.ashlar.examples.data;

import dev.ashlar.examples.data.Corpus.TextFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Finds the text in a file, a folder or an archive; links are followed. */
final class TextFiles {
  private static final long MOST_BYTES = Integer.MAX_VALUE - 8;

  private final Path origin;
  private final List<TextFile> files = new ArrayList<>();
  private long bytes;

  private TextFiles(Path origin) {
    this.origin = origin;
  }

  /** Returns the text files, in the order of their paths. */
  static List<TextFile> read(Path path) throws IOException {
    if (!Files.exists(path)) throw new NoSuchFileException(path.toString(), null, "no such text");
    var found = new TextFiles(path);
    if (Files.isDirectory(path)) found.addFolder();
    else if (isArchive(path) || isArchive(path.toRealPath())) found.addArchive();
    else found.add(path.getFileName().toString(), Files.size(path), () -> Files.readAllBytes(path));
    if (found.bytes == 0) throw new IllegalArgumentException(path + ": there is no text in it");
    found.files.sort(Comparator.comparing(TextFile::path));
    return List.copyOf(found.files);
  }

  private static boolean isArchive(Path path) {
    String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".jar") || name.endsWith(".zip");
  }

  private void addFolder() throws IOException {
    Files.walkFileTree(
        origin,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return folder.equals(origin) || !isHidden(folder.getFileName().toString())
                ? FileVisitResult.CONTINUE
                : FileVisitResult.SKIP_SUBTREE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (!attributes.isRegularFile() || isHidden(file.getFileName().toString())) {
              return FileVisitResult.CONTINUE;
            }
            // One order on every system: by the path's names, whatever separates them.
            String path = origin.relativize(file).toString().replace('\\', '/');
            add(path, attributes.size(), () -> Files.readAllBytes(file));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            // A link to a folder around it leads to nothing that is not read already.
            if (e instanceof FileSystemLoopException) return FileVisitResult.CONTINUE;
            throw e;
          }
        });
  }

  private void addArchive() throws IOException {
    try (var archive = new ZipFile(origin.toFile())) {
      for (ZipEntry entry : archive.stream().toList()) {
        String path = entry.getName();
        boolean hidden =
            path.startsWith("META-INF/")
                || Arrays.stream(path.split("/")).anyMatch(TextFiles::isHidden);
        if (entry.isDirectory() || hidden) continue;
        add(path, entry.getSize(), () -> readEntry(archive, entry));
      }
    } catch (ZipException e) {
      throw new IOException(
          "%s: is no jar or zip that can be read: %s".formatted(origin, e.getMessage()), e);
    }
  }

  private byte[] readEntry(ZipFile archive, ZipEntry entry) throws IOException {
    try (InputStream in = archive.getInputStream(entry)) {
      // What an archive says of a size need not be true; what is read is bounded.
      return in.readNBytes((int) (MOST_BYTES - bytes));
    }
  }

  private static boolean isHidden(String name) {
    return name.startsWith(".");
  }

  private interface Reader {
    byte[] read() throws IOException;
  }

  private void add(String path, long expectedBytes, Reader reader) throws IOException {
    if (bytes + expectedBytes > MOST_BYTES) throw tooLarge();
    byte[] content = reader.read();
    if (isBinary(content)) return;
    bytes += content.length;
    if (bytes >= MOST_BYTES) throw tooLarge();
    files.add(new TextFile(path, content));
  }

  private IllegalArgumentException tooLarge() {
    return new IllegalArgumentException(
        origin + ": holds more than 2^31 - 1 bytes; name a part of it");
  }

  private static boolean isBinary(byte[] content) {
    for (byte b : content) if (b == 0) return true;
    return false;
  }
}
