package dev.ashlar.examples;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The folder that a run writes into. While one does, it holds the folder: no other run begins
 * there, and what an earlier run left there is not written over.
 */
final class RunFolder implements AutoCloseable {
  /** Holds what was measured, step by step. */
  static final String METRICS = "metrics.jsonl";

  /** Where a run goes that names no folder. */
  static final Path USUAL = Path.of("runs", "train");

  // Stays when the run ends: were it deleted, two could each hold a file of this name.
  private static final String LOCK = ".lock";

  private final Path path;
  private final @Nullable FileChannel lock;

  private RunFolder(Path path, @Nullable FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /** Returns the usual folder, or the first one with a number behind its name that is free. */
  static Path free() {
    Path out = USUAL;
    // A link that leads nowhere takes a name, too.
    for (int i = 2; Files.exists(out, LinkOption.NOFOLLOW_LINKS); i++) {
      out = USUAL.resolveSibling(USUAL.getFileName() + "-" + i);
    }
    return out;
  }

  /**
   * Holds a folder, which is made if there is none.
   *
   * @param from the checkpoint the run goes on from; null for a new run
   * @throws IllegalArgumentException if it is no folder, or holds another run
   */
  static RunFolder hold(Path path, @Nullable Path from) throws IOException {
    create(path);
    var folder = new RunFolder(path, lock(path));
    try {
      folder.requireNoOther(from);
      return folder;
    } catch (IOException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private static void create(Path path) throws IOException {
    if (Files.isSymbolicLink(path) && !Files.exists(path)) {
      throw wrong(
          "%s is a link to %s, which is not there; make it, or name another folder",
          path, Files.readSymbolicLink(path));
    }
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw wrong("%s is a file, and a run needs a folder; name one", path);
    }
    Files.createDirectories(path);
  }

  private static @Nullable FileChannel lock(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null; // held by this very process
    } catch (IOException e) {
      channel.close();
      return null; // Some network file systems have no locks; one does without.
    }
    if (lock != null) return channel;
    channel.close();
    throw wrong("another run is writing into %s now; wait for it, or name another folder", path);
  }

  private void requireNoOther(@Nullable Path from) throws IOException {
    CheckpointFolder checkpoints = CheckpointFolder.of(path);
    if (from != null && checkpoints.holds(from)) return;
    if (checkpoints.newest().isPresent()) {
      throw from == null
          ? wrong("%s holds a run already; go on with it by --resume, or name another folder", path)
          : wrong("%s holds a run already, and %s is not of it; name another folder", path, from);
    }
    Path metrics = path.resolve(METRICS);
    if (Files.exists(metrics) && Files.size(metrics) > 0) {
      throw wrong(
          "%s is of a run that left no checkpoint; delete it, or name another folder", metrics);
    }
  }

  private static IllegalArgumentException wrong(String format, Object... arguments) {
    return new IllegalArgumentException("--out: " + format.formatted(arguments));
  }

  @Override
  public void close() throws IOException {
    if (lock != null) lock.close();
  }
}
