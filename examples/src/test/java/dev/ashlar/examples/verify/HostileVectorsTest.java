package dev.ashlar.examples.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that are damaged, mistyped or made to do harm get one line and status 2. */
class HostileVectorsTest {
  @TempDir Path folder;

  private static final Map<String, Consumer<VectorBytes>> CHANGES = new LinkedHashMap<>();

  private static void change(String problem, Consumer<VectorBytes> change) {
    CHANGES.put(problem, change);
  }

  private static Consumer<VectorBytes> note(String key, Object value) {
    return it -> it.metadata.put(key, value);
  }

  static {
    // The file: p01_tiny, 16 tokens, 1 head of size 8, block size 4, top 2.
    for (String tensor : VectorFile.INPUTS) lacks(tensor);
    for (String tensor : VectorFile.ANSWERS) lacks(tensor);
    lacks("cu_seqlens");
    lacks("selected");
    change("metadata lacks block_size", it -> it.metadata.remove("block_size"));
    change("metadata lacks topk", it -> it.metadata.remove("topk"));
    change("metadata lacks block_size", it -> it.metadata.clear());
    change("block_size is '0'", note("block_size", "0"));
    change("block_size is '-4'", note("block_size", "-4"));
    change("block_size is 'NaN'", note("block_size", "NaN"));
    change("block_size is '4.5'", note("block_size", "4.5"));
    change("block_size is '99999999999'", note("block_size", "99999999999"));
    change("block_size is '4?4'", note("block_size", "4\n4"));
    change("tensor selected has shape", note("block_size", "2147483647"));
    change("topk is '0'", note("topk", "0"));
    change("topk is 'many'", note("topk", "many"));
    change("tensor selected has shape", note("topk", "2147483647"));
    change("attention is 'sparse'", note("attention", "sparse"));
    change("attention is '", note("attention", "x".repeat(5000)));
    change("metadata says heads 7", note("heads", "7"));
    change("heads is 'one'", note("heads", "one"));
    change("metadata says kv_heads 2", note("kv_heads", "2"));
    change("metadata says head_dim 16", note("head_dim", "16"));
    change("__metadata__ must hold strings", note("topk", 2));
    change("official_f32_max_abs_err is 'NaN'", note(Notes.OFFICIAL_ERRORS, "NaN"));
    change("official_f32_max_abs_err is '{", note(Notes.OFFICIAL_ERRORS, "{\"o\": NaN}"));
    change("official_f32_max_abs_err is '{", note(Notes.OFFICIAL_ERRORS, "{\"o\": -1}"));
    change("official_f32_max_abs_err is '{", note(Notes.OFFICIAL_ERRORS, "{\"o\": \"1\"}"));
    change("official_f32_max_abs_err is '{", note(Notes.OFFICIAL_ERRORS, "{\"o\": 1e999}"));
    change("official_f32_max_abs_err is '[1]'", note(Notes.OFFICIAL_ERRORS, "[1]"));
    change("tensor q is I32, must be F32", it -> it.tensor("q").dtype = "I32");
    change("tensor cu_seqlens is F32", it -> it.tensor("cu_seqlens").dtype = "F32");
    change("tensor selected is F32", it -> it.tensor("selected").dtype = "F32");
    change("tensor lse is U32", it -> it.tensor("lse").dtype = "U32");
    change("tensor o is F64, must be F32", it -> wide(it, "o"));
    change("tensor dk is Q17", it -> it.tensor("dk").dtype = "Q17");
    change("tensor q has shape [16, 8], must have 3", it -> it.reshape("q", 16, 8));
    change("tensor q is empty", it -> it.reshape("q", 0, 1, 8));
    change("tensor k is empty", it -> it.reshape("k", 16, 0, 8));
    change("so k must be [16, ?, 8], is [15, 1, 8]", it -> it.reshape("k", 15, 1, 8));
    change("so k must be", it -> it.reshape("k", 16, 1, 7));
    change("no multiple of k's 2", it -> it.reshape("k", 16, 2, 8));
    change("tensor v has shape", it -> it.reshape("v", 8, 1, 16));
    change("tensor do has shape", it -> it.reshape("do", 16, 1, 1, 8));
    change("tensor lse has shape", it -> it.reshape("lse", 1, 16));
    change("tensor selected has shape", it -> it.reshape("selected", 16, 1, 3));
    change("negative size", it -> it.tensor("q").shape = new long[] {-16, 1, -8});
    change("more elements than", it -> it.tensor("q").shape = new long[] {1L << 62, 4, 8});
    change("takes", it -> it.tensor("q").shape = new long[] {1 << 30, 1, 8});
    change("tensor cu_seqlens has shape", it -> it.reshape("cu_seqlens", 1, 2));
    change("tensor cu_seqlens has shape", it -> it.reshape("cu_seqlens", 0));
    change("cu_seqlens ends with 17", it -> it.integer("cu_seqlens", 1, 17));
    change("cu_seqlens ends with -16", it -> it.integer("cu_seqlens", 1, -16));
    change("cuSeqlens must begin with 0, got [1, 16]", it -> it.integer("cu_seqlens", 0, 1));
    change("cuSeqlens must not decrease", it -> offsets(it, 0, 12, 8, 16));
    change("cuSeqlens must not decrease", it -> offsets(it, 0, -5, 16));
    change("cuSeqlens must not decrease", it -> offsets(it, 0, Integer.MAX_VALUE, 16));
    change("tensor q is NaN at [1, 0, 2]", it -> it.number("q", 10, Float.NaN));
    change("tensor dv is Infinity at [0, 0, 0]", it -> it.number("dv", 0, 1 / 0f));
    change("tensor lse is -Infinity", it -> it.number("lse", 3, -1 / 0f));
    change("names block 4 at [15, 0, 1]", it -> it.integer("selected", 31, 4));
    change("names block -2 at [0, 0, 0]", it -> it.integer("selected", 0, -2));
    change("names block 1 at [2, 0, 1]", it -> it.integer("selected", 5, 1));
  }

  private static void lacks(String tensor) {
    change("tensor " + tensor + " is missing", it -> it.tensors.remove(tensor));
  }

  private static void wide(VectorBytes it, String tensor) {
    it.tensor(tensor).dtype = "F64";
    it.reshape(tensor, it.tensor(tensor).shape);
  }

  private static void offsets(VectorBytes it, int... offsets) {
    it.reshape("cu_seqlens", offsets.length);
    for (int i = 0; i < offsets.length; i++) it.integer("cu_seqlens", i, offsets[i]);
  }

  static Stream<Arguments> changes() {
    return CHANGES.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void isRefusedInOneLine(String problem, Consumer<VectorBytes> change) throws IOException {
    refuses(VectorBytes.of("p01_tiny").with(change).bytes(), problem);
  }

  private void refuses(byte[] bytes, String problem) throws IOException {
    Path file = Files.write(folder.resolve("hostile.safetensors"), bytes);
    refuses(file, problem);
  }

  private static void refuses(Path file, String problem) {
    VerifyRun run = VerifyRun.of(file);
    assertThat(run.errors())
        .singleElement()
        .asString()
        .startsWith("ashlar: " + file + ": ")
        .contains(problem)
        .hasSizeLessThan(500 + file.toString().length());
    assertThat(run.out()).isEmpty();
    assertThat(run.status()).isEqualTo(2);
  }

  @Test
  void everyLengthButTheWholeIsRefused() throws IOException {
    byte[] whole = VectorBytes.of("p01_tiny").bytes();
    for (int length = 0; length < whole.length; length += length < 64 ? 1 : 61) {
      refuses(java.util.Arrays.copyOf(whole, length), "");
    }
    refuses(java.util.Arrays.copyOf(whole, whole.length + 1), "1 bytes follow the last tensor");
  }

  @Test
  void aHeaderThatClaimsTooMuchIsRefused() throws IOException {
    for (long length : new long[] {0, 1, 1 << 20, Integer.MAX_VALUE, Long.MAX_VALUE, -1, -8}) {
      byte[] whole = VectorBytes.of("p01_tiny").bytes();
      ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
      refuses(whole, "header");
    }
  }

  @Test
  void anotherFormatIsRefused() throws IOException {
    refuses(
        "PK\3\4 is no tensor file, whatever its name says".getBytes(StandardCharsets.UTF_8), "");
    refuses(new byte[0], "0 bytes");
    refuses(new byte[4096], "header");
  }

  @Test
  void foldersAndMissingFilesAreRefused() throws IOException {
    refuses(folder.resolve("none.safetensors"), "no such file or folder");
    refuses(Files.createDirectory(folder.resolve("empty")), "holds no *.safetensors");
    Files.createDirectory(folder.resolve("empty").resolve("inner.safetensors"));
    VerifyRun run = VerifyRun.of(folder.resolve("empty"));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.errors()).singleElement().asString().contains("inner.safetensors: not a file");
  }

  /** A sparse file of gigabytes takes no disk, but attention over it would take terabytes. */
  @Test
  void aFileThatNeedsEnormousMemoryIsRefusedAtOnce() throws IOException {
    long rows = 20_000_000;
    long bytes = rows * 8 * Float.BYTES;
    String header =
        "{'q':{'dtype':'F32','shape':[%d,1,8],'data_offsets':[0,%d]},".formatted(rows, bytes)
            + "'k':{'dtype':'F32','shape':[%d,1,8],'data_offsets':[%d,%d]},"
                .formatted(rows, bytes, 2 * bytes)
            + "'cu_seqlens':{'dtype':'I32','shape':[2],'data_offsets':[%d,%d]}}"
                .formatted(2 * bytes, 2 * bytes + 8);
    byte[] text = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("huge.safetensors");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      ByteBuffer start = ByteBuffer.allocate(8 + text.length).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(start.putLong(text.length).put(text).flip());
      channel.write(ByteBuffer.wrap(new byte[1]), 8 + text.length + 2 * bytes + 7);
    }
    refuses(file, "needs about ");
  }

  @Test
  void aLimitOnMemoryIsKept() {
    Path file = VectorBytes.reference("p12_n512");
    VerifyRun run = VerifyRun.of("--memory-limit=20m", file);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.errors())
        .singleElement()
        .asString()
        .contains("more than the --memory-limit of 21 MB");
    assertThat(VerifyRun.of("-q", "--memory-limit=20m", "--forms=fused", file).status()).isZero();
  }
}
