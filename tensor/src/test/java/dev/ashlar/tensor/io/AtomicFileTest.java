package dev.ashlar.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AtomicFileTest {
  @TempDir Path folder;

  private static void write(Path path, String text) throws IOException {
    AtomicFile.write(
        path, channel -> channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
  }

  private void assertHolds(String... names) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder(names);
    }
  }

  @Test
  void makesAndReplacesAFile() throws IOException {
    write(folder.resolve("a"), "old");
    write(folder.resolve("a"), "new");
    assertThat(folder.resolve("a")).hasContent("new");
    assertHolds("a");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aReplacedFileHandsItsPermissionsOn() throws IOException {
    Path file = folder.resolve("a");
    for (String permissions : List.of("rw-------", "r--r-----", "rwxrwxrwx")) {
      Files.deleteIfExists(file);
      Files.writeString(file, "old");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
      write(file, "new");
      assertThat(file).hasContent("new");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo(permissions);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void writesFilesOfTheLongestNames() throws IOException {
    String name = "n".repeat(255);
    write(folder.resolve(name), "new");
    assertHolds(name);
  }

  @Test
  void whatFailsLeavesTheOldContentAlone() throws IOException {
    write(folder.resolve("a"), "old");
    assertThatThrownBy(
            () ->
                AtomicFile.write(
                    folder.resolve("a"),
                    channel -> {
                      channel.write(ByteBuffer.wrap(new byte[3]));
                      throw new IOException("disk full");
                    }))
        .hasMessage("disk full");
    assertThat(folder.resolve("a")).hasContent("old");
    assertHolds("a");
  }

  @Test
  void refusesAFolderBeforeItWrites() {
    for (Path path : new Path[] {folder, Path.of("/"), Path.of("")}) {
      assertThatThrownBy(() -> AtomicFile.write(path, _ -> fail("written")))
          .isInstanceOf(FileSystemException.class)
          .hasMessage(path + ": is a folder; name a file");
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void ofALinkItReplacesTheFileBehindIt() throws IOException {
    Path file = folder.resolve("file");
    write(file, "old");
    Path second = Files.createSymbolicLink(folder.resolve("second"), Path.of("file"));
    Path first = Files.createSymbolicLink(folder.resolve("first"), second);
    write(first, "new");
    assertThat(file).hasContent("new");
    assertThat(first).isSymbolicLink();
    assertThat(second).isSymbolicLink();
    assertHolds("file", "second", "first");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void ofALinkToNoFileItMakesTheFile() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("file"));
    write(link, "new");
    assertThat(folder.resolve("file")).hasContent("new");
    assertThat(link).isSymbolicLink();
    assertHolds("file", "link");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void followsNoLinksInACircle() throws IOException {
    Files.createSymbolicLink(folder.resolve("a"), Path.of("b"));
    Files.createSymbolicLink(folder.resolve("b"), Path.of("a"));
    assertThatThrownBy(() -> write(folder.resolve("a"), "new"))
        .isInstanceOf(FileSystemLoopException.class);
  }

  // A device is written into as a pipe is. None serves as a test: it would be gone if this failed.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @EnabledOnOs(OS.LINUX)
  void writesIntoAPipe(boolean behindALink) throws Exception {
    Path pipe = folder.resolve("pipe");
    Path link = Files.createSymbolicLink(folder.resolve("link"), pipe);
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    var read = CompletableFuture.supplyAsync(() -> readAll(pipe));
    write(behindALink ? link : pipe, "new");
    assertThat(read.get(10, TimeUnit.SECONDS)).isEqualTo("new");
    assertThat(link).isSymbolicLink();
    assertHolds("pipe", "link");
  }

  private static String readAll(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void appendsToWhatAProcessHasOpened() throws Exception {
    // As the shell does for "{ program --out /dev/stdout; echo after; } >> file".
    Path file = folder.resolve("file");
    Files.writeString(file, "before ");
    var cat =
        new ProcessBuilder("cat").redirectOutput(ProcessBuilder.Redirect.appendTo(file.toFile()));
    Process process = cat.start();
    write(Path.of("/proc/" + process.pid() + "/fd/1"), "new");
    try (var in = process.getOutputStream()) {
      in.write(" after".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(process.waitFor()).isZero();
    assertThat(file).hasContent("before new after");
    assertHolds("file");
  }
}
