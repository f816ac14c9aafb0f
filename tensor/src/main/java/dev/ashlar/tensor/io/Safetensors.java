package dev.ashlar.tensor.io;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Reads and writes safetensors files, the format in which models are exchanged (<a
 * href="https://github.com/huggingface/safetensors#format">its definition</a>).
 */
public final class Safetensors {
  private static final String INDEX_SUFFIX = ".index.json";
  private static final String MODEL = "model.safetensors";

  // A byte buffer spans 2^31 - 1 bytes at most; a tensor may be larger.
  private static final long CHUNK_BYTES = 1L << 30;

  private Safetensors() {}

  /**
   * Opens a safetensors file, an index ({@code ….index.json}) of several, or a folder that holds
   * {@code model.safetensors} or its index.
   *
   * @throws SafetensorsException if a file breaks a rule of the format
   * @throws IOException if one cannot be read at all
   */
  public static TensorFile open(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      Path index = path.resolve(MODEL + INDEX_SUFFIX);
      return open(Files.exists(index) ? index : path.resolve(MODEL));
    }
    return path.toString().endsWith(INDEX_SUFFIX)
        ? ShardedSafetensors.open(path)
        : SafetensorsFile.open(path);
  }

  /**
   * Reads all tensors of what {@link #open} opens into the innermost scope, mapped where possible;
   * the map lives as long as they do.
   *
   * @throws SafetensorsException if a file breaks a rule of the format, or holds an element type
   *     that cannot be read
   * @throws IOException if one cannot be read at all
   */
  public static Map<String, Tensor> read(Path path) throws IOException {
    try (TensorFile file = open(path)) {
      return file.tensors();
    }
  }

  /**
   * Writes tensors in the map's order, replacing the file whole ({@link AtomicFile}).
   *
   * @throws IllegalArgumentException if a name is {@code __metadata__} or no text, or the header
   *     would exceed the format's limit of 100 MB
   * @throws IOException if the file cannot be written; what was there before is then still there
   */
  public static void write(Path path, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    byte[] header = header(tensors, metadata);
    AtomicFile.write(
        path,
        channel -> {
          writeAll(channel, length(header));
          writeAll(channel, ByteBuffer.wrap(header));
          for (Tensor tensor : tensors.values()) write(channel, tensor);
        });
  }

  private static ByteBuffer length(byte[] header) {
    return ByteBuffer.allocate(Long.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(header.length)
        .flip();
  }

  private static byte[] header(Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = SafetensorsHeader.JSON.createGenerator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) writeMetadata(json, metadata);
      long begin = 0;
      for (var entry : tensors.entrySet()) begin = writeEntry(json, entry, begin);
      json.writeEndObject();
    }
    if (bytes.size() > SafetensorsHeader.MAX_BYTES) {
      throw new IllegalArgumentException(
          "safetensors: the header of %d bytes exceeds 100 MB".formatted(bytes.size()));
    }
    // Padded with spaces so that the numbers begin at a multiple of 8 bytes.
    byte[] padded = Arrays.copyOf(bytes.toByteArray(), (bytes.size() + 7) & -8);
    Arrays.fill(padded, bytes.size(), padded.length, (byte) ' ');
    return padded;
  }

  private static void writeMetadata(JsonGenerator json, Map<String, String> metadata)
      throws IOException {
    json.writeObjectFieldStart(SafetensorsHeader.METADATA);
    for (var entry : metadata.entrySet()) {
      json.writeStringField(checkText(entry.getKey()), checkText(entry.getValue()));
    }
    json.writeEndObject();
  }

  private static long writeEntry(JsonGenerator json, Map.Entry<String, Tensor> entry, long begin)
      throws IOException {
    String name = checkText(entry.getKey());
    if (name.equals(SafetensorsHeader.METADATA)) {
      throw new IllegalArgumentException("safetensors: no tensor can be named " + name);
    }
    Tensor tensor = entry.getValue();
    Shape shape = tensor.shape();
    long end = Math.addExact(begin, Math.multiplyExact(shape.size(), tensor.dtype().byteSize()));
    json.writeObjectFieldStart(name);
    json.writeStringField("dtype", tensor.dtype().name());
    json.writeFieldName("shape");
    json.writeArray(shape.dims(), 0, shape.rank());
    json.writeFieldName("data_offsets");
    json.writeArray(new long[] {begin, end}, 0, 2);
    json.writeEndObject();
    return end;
  }

  private static String checkText(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException(
          "safetensors: half a surrogate pair in " + SafetensorsException.shown(text));
    }
    return text;
  }

  private static void write(FileChannel channel, Tensor tensor) throws IOException {
    // In a scope of its own, and out of any tape's sight: a view is copied to lie row-major.
    try (var _ = TensorScope.open()) {
      Tensor rowMajor = Interpreter.eager().during(tensor::contiguous);
      rowMajor.read(
          operand -> {
            writeAll(channel, operand.elements());
            return rowMajor;
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static void writeAll(FileChannel channel, MemorySegment bytes) {
    try {
      for (long at = 0; at < bytes.byteSize(); at += CHUNK_BYTES) {
        long length = Math.min(CHUNK_BYTES, bytes.byteSize() - at);
        writeAll(channel, bytes.asSlice(at, length).asByteBuffer());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) channel.write(bytes);
  }
}
