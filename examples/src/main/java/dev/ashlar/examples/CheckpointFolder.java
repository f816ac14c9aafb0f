package dev.ashlar.examples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a run: folders {@code step-00000100}, of which the newest few are kept. One is
 * written under another name and renamed when it is whole, so a process that dies leaves the
 * earlier ones and never half of one.
 *
 * @param path where they lie
 */
record CheckpointFolder(Path path) {
  // Of no more digits than a long has.
  private static final Pattern NAME = Pattern.compile("step-\\d{8,18}");
  private static final String UNFINISHED = ".unfinished-";
  private static final int KEPT = 2;

  /** Returns the checkpoints of the run in {@code out}. */
  static CheckpointFolder of(Path out) {
    return new CheckpointFolder(out.resolve("checkpoints"));
  }

  /** Returns the checkpoint that {@code path} names: itself, or the newest of the run there. */
  static Path find(Path path) {
    if (Files.exists(path.resolve(LlamaFolder.CONFIG))) return path;
    if (!Files.isDirectory(path)) {
      throw new CommandException(
          "%s: %s; name a folder that train wrote with --out",
          path, Files.exists(path) ? "is a file" : "no such folder");
    }
    return of(path)
        .newest()
        .orElseThrow(
            () ->
                new CommandException(
                    "%s holds no checkpoint; name a folder that train wrote with --out", path));
  }

  /** Returns whether a checkpoint is one of these, by whatever links it or they are reached. */
  boolean holds(Path checkpoint) throws IOException {
    Path folder = checkpoint.toRealPath().getParent();
    return folder != null && Files.exists(path) && Files.isSameFile(folder, path);
  }

  /** Returns the newest checkpoint. */
  Optional<Path> newest() {
    return finished().stream().reduce((_, last) -> last);
  }

  private List<Path> finished() {
    return list().stream()
        .filter(file -> NAME.matcher(file.getFileName().toString()).matches())
        .sorted(Comparator.comparingLong(CheckpointFolder::step))
        .toList();
  }

  private List<Path> list() {
    if (!Files.isDirectory(path)) return List.of();
    try (Stream<Path> files = Files.list(path)) {
      return files.toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a checkpoint, then deletes all but the newest few. Returns where it lies. */
  Path write(Checkpoint checkpoint) throws IOException {
    // Digits of any other kind would make a name that is found by nobody.
    String name = String.format(Locale.ROOT, "step-%08d", checkpoint.position().step());
    Path unfinished = path.resolve(UNFINISHED + name);
    Path finished = path.resolve(name);
    Files.createDirectories(path);
    if (Files.exists(finished)) return finished;
    delete(unfinished);
    Files.createDirectory(unfinished);
    checkpoint.write(unfinished);
    force(unfinished);
    Files.move(unfinished, finished, StandardCopyOption.ATOMIC_MOVE);
    force(path);
    prune();
    return finished;
  }

  private void prune() throws IOException {
    List<Path> all = finished();
    for (Path old : all.subList(0, Math.max(0, all.size() - KEPT))) delete(old);
    for (Path file : list()) {
      if (file.getFileName().toString().startsWith(UNFINISHED)) delete(file);
    }
  }

  /**
   * Deletes the checkpoints of steps after {@code step}: training goes on from there another time.
   */
  void deleteAfter(long step) throws IOException {
    for (Path file : finished()) {
      if (step(file) > step) delete(file);
    }
  }

  private static long step(Path checkpoint) {
    return Long.parseLong(checkpoint.getFileName().toString().substring("step-".length()));
  }

  /** Deletes a folder, first renaming it so that nobody takes half of it for a checkpoint. */
  private void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) return;
    Path doomed = folder;
    if (!folder.getFileName().toString().startsWith(UNFINISHED)) {
      doomed = path.resolve(UNFINISHED + folder.getFileName() + "-old");
      delete(doomed);
      Files.move(folder, doomed, StandardCopyOption.ATOMIC_MOVE);
    }
    try (Stream<Path> files = Files.walk(doomed)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }

  /** Makes a folder's entries durable, where the system can open a folder. */
  private static void force(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows opens no folders; there the rename is durable by itself soon enough.
    }
  }
}
