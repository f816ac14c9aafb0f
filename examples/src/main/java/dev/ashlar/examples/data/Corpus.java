package dev.ashlar.examples.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Text to train on: the bytes of one file or many, in an order that depends on their paths alone.
 *
 * @param name where it came from, for people
 */
public record Corpus(String name, List<TextFile> files) {
  /** One file of it, with the path that orders it. */
  public record TextFile(String path, byte[] bytes) {}

  /** What to learn from, and what to be judged by; the two have no byte in common. */
  public record Split(byte[] training, byte[] validation) {}

  private static final int FOLDS = 10;

  /**
   * Reads a text file, a folder (with its folders) or a jar or zip archive. Of folders and
   * archives, hidden files, an archive's {@code META-INF} and files that hold a zero byte are left
   * out.
   *
   * @throws IllegalArgumentException if there is no text in it, or more than 2^31 - 1 bytes
   * @throws IOException if a file cannot be read
   */
  public static Corpus of(Path path) throws IOException {
    return new Corpus(
        path.getFileName() == null ? "/" : path.getFileName().toString(), TextFiles.read(path));
  }

  /**
   * Reads the text that comes with the program: the sources of a well-known library.
   *
   * @throws IOException if it is not there, saying how to get it
   */
  public static Corpus bundled() throws IOException {
    return of(Bundle.sources());
  }

  /** Returns it without what lies in a folder within {@code origin}, where it was read. */
  public Corpus without(Path origin, Path folder) throws IOException {
    if (!Files.isDirectory(origin) || !Files.exists(folder)) return this;
    Path around = origin.toRealPath();
    Path real = folder.toRealPath();
    if (!real.startsWith(around) || real.equals(around)) return this;
    String within = around.relativize(real).toString().replace('\\', '/') + "/";
    return new Corpus(name, files.stream().filter(f -> !f.path().startsWith(within)).toList());
  }

  /** Returns the number of bytes. */
  public long size() {
    return files.stream().mapToLong(file -> file.bytes().length).sum();
  }

  /** Returns the bytes of all files, one after the other. */
  public byte[] bytes() {
    return join(files);
  }

  /**
   * Holds out a part for validation: of ten files or more every tenth, so that all parts of a
   * project are judged alike; of fewer the last tenth of the text.
   *
   * @param context the bytes a model sees at once
   * @throws IllegalArgumentException if a part is too short for one window of {@code context + 1}
   */
  public Split split(int context) {
    Split split = files.size() >= FOLDS ? everyTenthFile() : tail();
    long needed = context + 1L;
    int shorter = Math.min(split.training().length, split.validation().length);
    if (shorter < needed) {
      throw new IllegalArgumentException(
          ("corpus %s: its %,d bytes leave %,d for %s, and a context of %,d needs %,d;"
                  + " name more text or a shorter context")
              .formatted(
                  name,
                  size(),
                  shorter,
                  shorter == split.validation().length ? "validation" : "training",
                  context,
                  needed));
    }
    return split;
  }

  private Split everyTenthFile() {
    var training = new ArrayList<TextFile>();
    var validation = new ArrayList<TextFile>();
    for (int i = 0; i < files.size(); i++) {
      (i % FOLDS == FOLDS - 1 ? validation : training).add(files.get(i));
    }
    return new Split(join(training), join(validation));
  }

  private Split tail() {
    byte[] all = bytes();
    int cut = all.length - all.length / FOLDS;
    return new Split(Arrays.copyOf(all, cut), Arrays.copyOfRange(all, cut, all.length));
  }

  private static byte[] join(List<TextFile> files) {
    int size = files.stream().mapToInt(file -> file.bytes().length).sum();
    byte[] all = new byte[size];
    int at = 0;
    for (TextFile file : files) {
      System.arraycopy(file.bytes(), 0, all, at, file.bytes().length);
      at += file.bytes().length;
    }
    return all;
  }
}
