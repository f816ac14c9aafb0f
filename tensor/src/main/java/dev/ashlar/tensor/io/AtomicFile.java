package dev.ashlar.tensor.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.UUID;

/** Replaces files whole: a reader, or a machine that fails, finds the old content or the new. */
public final class AtomicFile {
  // As many as Linux follows.
  private static final int MAX_LINKS = 40;

  private AtomicFile() {}

  /** Writes content into a channel. */
  @FunctionalInterface
  public interface Content {
    /** Writes everything, from first to last: what is written into may be a pipe. */
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Writes a file beside {@code path}, forces it to the disk and renames it to {@code path}. If
   * anything fails, what was there before stays and nothing else is left behind. A file that is
   * replaced hands its permissions on.
   *
   * <p>Of a symbolic link it is the file it points to that is replaced or made. What is no file to
   * be replaced, a device, a pipe or {@code /dev/stdout}, is written into.
   */
  public static void write(Path path, Content content) throws IOException {
    Path target = target(path);
    if (Files.isDirectory(target)) {
      throw new FileSystemException(path.toString(), null, "is a folder; name a file");
    }
    if (isOpenFile(target)) {
      into(target, StandardOpenOption.APPEND, content);
    } else if (Files.exists(target) && !Files.isRegularFile(target)) {
      into(target, StandardOpenOption.WRITE, content);
    } else {
      replace(target, content);
    }
  }

  /** Follows links, also to a file that is not there yet, up to one that {@link #isOpenFile}. */
  private static Path target(Path path) throws IOException {
    Path target = path.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(target) && !isOpenFile(target); links++) {
      if (links == MAX_LINKS) throw new FileSystemLoopException(path.toString());
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return target;
  }

  /**
   * Returns whether this names what a process has opened, as {@code /dev/stdout} does in the end:
   * replacing the file behind it would take from under that process what else it writes there.
   */
  private static boolean isOpenFile(Path path) throws IOException {
    Path folder = path.getParent();
    return folder != null
        && folder.endsWith("fd")
        && Files.exists(folder)
        && folder.toRealPath().startsWith("/proc");
  }

  private static void into(Path target, StandardOpenOption option, Content content)
      throws IOException {
    try (FileChannel channel = FileChannel.open(target, option)) {
      content.writeTo(channel);
    }
  }

  private static void replace(Path target, Content content) throws IOException {
    // A name of its own: with that of the target it might be longer than file systems allow.
    Path temporary = target.resolveSibling(".ashlar-" + UUID.randomUUID());
    try {
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        keepPermissions(target, temporary);
        content.writeTo(channel);
        channel.force(true);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
    forceFolder(target);
  }

  /** Gives a new file the permissions of the one it will replace: what was private stays so. */
  private static void keepPermissions(Path old, Path file) throws IOException {
    var posix = Files.getFileAttributeView(old, PosixFileAttributeView.class);
    if (posix == null || !Files.exists(old)) return;
    Files.setPosixFilePermissions(file, posix.readAttributes().permissions());
  }

  /** Makes the new name itself durable, where the system can open a folder. */
  private static void forceFolder(Path file) {
    Path folder = file.getParent();
    if (folder == null) return;
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows opens no folders; there the rename is durable by itself soon enough.
    }
  }
}
