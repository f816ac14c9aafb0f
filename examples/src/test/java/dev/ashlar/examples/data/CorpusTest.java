package dev.ashlar.examples.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.examples.data.Corpus.TextFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
  @TempDir Path folder;

  @Test
  void readsAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("a.txt"), "grüße");
    Corpus corpus = Corpus.of(file);
    assertThat(corpus.name()).isEqualTo("a.txt");
    assertThat(corpus.bytes()).isEqualTo("grüße".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void readsAFolderInTheOrderOfItsPaths() throws IOException {
    write("b/a.txt", "2");
    write("a/z.txt", "1");
    write("b/c/d.txt", "3");
    write("z.txt", "4");
    assertThat(Corpus.of(folder).files())
        .extracting(TextFile::path)
        .containsExactly("a/z.txt", "b/a.txt", "b/c/d.txt", "z.txt");
    assertThat(Corpus.of(folder).bytes()).asString().isEqualTo("1234");
  }

  @Test
  void leavesOutWhatIsHiddenOrBinary() throws IOException {
    write(".hidden", "x");
    write(".git/config", "x");
    write("image.png", "PNG\0");
    write("text", "kept");
    assertThat(Corpus.of(folder).bytes()).asString().isEqualTo("kept");
  }

  @Test
  void aFolderMayItselfBeHidden() throws IOException {
    write(".notes/a.txt", "kept");
    assertThat(Corpus.of(folder.resolve(".notes")).size()).isEqualTo(4);
  }

  @Test
  void followsLinks() throws IOException {
    write("elsewhere/a.txt", "1");
    write("elsewhere/more/b.txt", "2");
    write("text/c.txt", "3");
    Path text = folder.resolve("text");
    Files.createSymbolicLink(text.resolve("a.txt"), folder.resolve("elsewhere/a.txt"));
    Files.createSymbolicLink(text.resolve("b"), folder.resolve("elsewhere/more"));
    Files.createSymbolicLink(text.resolve("round"), text);
    Files.createSymbolicLink(text.resolve("nowhere"), Path.of("missing"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), text);
    assertThat(Corpus.of(link).files())
        .extracting(TextFile::path)
        .containsExactly("a.txt", "b/b.txt", "c.txt");
    Path jar = folder.resolve("x.jar");
    try (var out = new ZipOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new ZipEntry("A.java"));
      out.write("kept".getBytes(StandardCharsets.UTF_8));
    }
    Path sources = Files.createSymbolicLink(folder.resolve("sources"), jar);
    assertThat(Corpus.of(sources).bytes()).asString().isEqualTo("kept");
  }

  @Test
  void readsAnArchive() throws IOException {
    Path jar = folder.resolve("x-sources.JAR");
    try (var out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String name : new String[] {"org/B.java", "META-INF/LICENSE", "org/A.java", "org/.x"}) {
        out.putNextEntry(new ZipEntry(name));
        out.write(name.getBytes(StandardCharsets.UTF_8));
      }
      out.putNextEntry(new ZipEntry("org/empty/"));
    }
    assertThat(Corpus.of(jar).bytes()).asString().isEqualTo("org/A.javaorg/B.java");
  }

  @Test
  void namesWhatIsNoText() throws IOException {
    Path empty = Files.createFile(folder.resolve("empty"));
    assertThatThrownBy(() -> Corpus.of(empty))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("there is no text in it");
    assertThatThrownBy(() -> Corpus.of(folder)).hasMessageContaining("no text");
    assertThatThrownBy(() -> Corpus.of(folder.resolve("none")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("none");
  }

  @Test
  void holdsOutTheTailOfOneFile() throws IOException {
    Corpus corpus = Corpus.of(Files.writeString(folder.resolve("a"), "0123456789".repeat(4)));
    Corpus.Split split = corpus.split(2);
    assertThat(split.training()).asString().hasSize(36);
    assertThat(split.validation()).asString().isEqualTo("6789");
  }

  @Test
  void holdsOutEveryTenthOfManyFiles() throws IOException {
    for (int i = 10; i < 35; i++) write("f" + i, i + " ");
    Corpus.Split split = Corpus.of(folder).split(4);
    assertThat(split.validation()).asString().isEqualTo("19 29 ");
    assertThat(split.training()).asString().startsWith("10 11 ").doesNotContain("19 ", "29 ");
  }

  @Test
  void saysThatATextIsTooShortForAContext() throws IOException {
    Corpus corpus = Corpus.of(Files.writeString(folder.resolve("a"), "x".repeat(100)));
    assertThat(corpus.split(9).validation()).hasSize(10);
    assertThatThrownBy(() -> corpus.split(10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("100 bytes leave 10 for validation, and a context of 10 needs 11");
  }

  @Test
  void theBundledTextIsSourceCode() throws IOException {
    Corpus corpus = Corpus.bundled();
    assertThat(corpus.files()).hasSizeGreaterThan(100);
    assertThat(corpus.size()).isGreaterThan(1_000_000);
    assertThat(corpus.files().getFirst().bytes()).asString().contains("package org.apache");
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
