package dev.ashlar.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that lie: each is refused with one line that names the file and what is wrong. */
class MalformedSafetensorsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{                                                                    | not proper JSON",
        "{'a':1}                                                              | 'a': must be a JSON"
            + " object",
        "{'a':{}}                                                             | needs dtype",
        "{'a':{'dtype':'F32','shape':[1]}}                                    | needs dtype",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0]}}                 | needs dtype",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4,8]}}             | more than 2",
        "{'a':{'dtype':7,'shape':[1],'data_offsets':[0,4]}}                   | dtype must be a"
            + " string",
        "{'a':{'dtype':'F32','shape':1,'data_offsets':[0,4]}}                 | shape must be a"
            + " list",
        "{'a':{'dtype':'F32','shape':[1.0],'data_offsets':[0,4]}}             | whole numbers",
        "{'a':{'dtype':'F32','shape':['1'],'data_offsets':[0,4]}}             | whole numbers",
        "{'a':{'dtype':'F32','shape':[9223372036854775808],'data_offsets':[0,4]}} | beyond 64 bits",
        "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}              | negative size",
        "{'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,4]}} | more"
            + " elements",
        "{'a':{'dtype':'F32','shape':[4611686018427387904],'data_offsets':[0,4]}} | no whole"
            + " number",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}               | takes 8 bytes",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}}               | no range",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[-4,0]}}              | no range",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}               | beyond the 4 bytes",
        "{'a':{'dtype':'I8','shape':[2],'data_offsets':[2,4]}}                | leave a gap",
        "{'a':{'dtype':'I8','shape':[2],'data_offsets':[0,2]}}                | 2 bytes follow",
        "{}                                                                   | 4 bytes follow",
        "{'a':{'dtype':'F4','shape':[3],'data_offsets':[0,4]}}                | no whole number",
        "{'__metadata__':{'a':1}}                                             | strings only",
        "{'__metadata__':[]}                                                  | must be a JSON"
            + " object",
        "{} {}                                                                | goes on",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'a':{}}        | Duplicate field"
            + " 'a'",
        "{'__metadata__':{'a':'1','a':'1'}}                                   | Duplicate field"
            + " 'a'",
        "{'x':[[[[[[[[[[[[[[[[[[[[                                             | must be a JSON"
            + " object",
        "{'x':{'y':[[[[[[[[[[[[[[[[[[[[                                        | nesting depth",
        "[]                                                                   | does not begin with"
            + " {",
      })
  void refusesHeader(String json, String problem) throws IOException {
    Path path = RawFile.header(json.strip()).data(0, 0, 0, 0).write(folder);
    assertRefused(path, problem);
  }

  @Test
  void refusesOverlap() throws IOException {
    Path path =
        RawFile.header(
                "{'a':{'dtype':'I8','shape':[3],'data_offsets':[0,3]},"
                    + "'b':{'dtype':'I8','shape':[2],'data_offsets':[2,4]}}")
            .data(0, 0, 0, 0)
            .write(folder);
    assertRefused(path, "tensor 'b': data_offsets [2, 4] overlap");
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 1000, Integer.MAX_VALUE, 1L << 40, Long.MAX_VALUE, -1, Long.MIN_VALUE})
  void refusesAHeaderLengthThatLies(long length) throws IOException {
    assertRefused(RawFile.header("{}").claiming(length).write(folder), "the header claims");
  }

  @Test
  void refusesAHeaderBeyondTheFormatsLimit() throws IOException {
    Path path = RawFile.header("{}").claiming(100_000_001).write(folder);
    try (var file = new java.io.RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(100_000_100); // Sparse: takes no room on the disk.
    }
    assertRefused(path, "exceeds 100 MB");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7})
  void refusesAFileTooShortForALength(int bytes) throws IOException {
    Path path = Files.write(folder.resolve("short.safetensors"), new byte[bytes]);
    assertRefused(path, bytes + " bytes are no safetensors file");
  }

  @Test
  void refusesOtherEncodings() throws IOException {
    assertRefused(
        RawFile.header(new byte[] {'{', '"', (byte) 0xC3, '"', '}'}).write(folder), "UTF-8");
    assertRefused(RawFile.header(new byte[] {'{', 0, '}', 0}).write(folder), "JSON");
    assertRefused(RawFile.header(new byte[0]).write(folder), "begin with {");
  }

  @Test
  void refusesTruthValuesBeyondOne() throws IOException {
    Path path =
        RawFile.header("{'a':{'dtype':'BOOL','shape':[2],'data_offsets':[0,2]}}")
            .data(1, 2)
            .write(folder);
    try (var file = SafetensorsFile.open(path)) {
      assertThatThrownBy(() -> file.tensor("a"))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("element 1 of a BOOL tensor is 2");
    }
  }

  @Test
  void refusesAxesBeyondAnInt() throws IOException {
    Path path =
        RawFile.header("{'a':{'dtype':'F32','shape':[0,3000000000],'data_offsets':[0,0]}}")
            .write(folder);
    try (var file = SafetensorsFile.open(path)) {
      assertThatThrownBy(() -> file.tensor("a"))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("axis 1 of size 3000000000");
    }
  }

  @Test
  void namesFromTheFileStayOnOneLine() throws IOException {
    String name = "a\\n\\u001b" + "x".repeat(10_000);
    assertRefused(RawFile.header("{'" + name + "':1}").write(folder), "must be a JSON object");
  }

  @Test
  void aMissingFileIsAnIoError() {
    assertThatThrownBy(() -> Safetensors.open(folder.resolve("none.safetensors")))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Safetensors.open(folder)).isInstanceOf(NoSuchFileException.class);
  }

  private static void assertRefused(Path path, String problem) {
    assertThatThrownBy(() -> SafetensorsFile.open(path).close())
        .isInstanceOf(SafetensorsException.class)
        .hasMessageStartingWith(path + ": ")
        .hasMessageContaining(problem)
        .satisfies(
            e -> assertThat(e.getMessage()).doesNotContain("\n", "\u001b").hasSizeLessThan(600));
  }
}
