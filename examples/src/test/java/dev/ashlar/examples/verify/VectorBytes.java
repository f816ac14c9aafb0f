package dev.ashlar.examples.verify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A safetensors file taken apart, to be put together wrongly; shares no code with the library. */
final class VectorBytes {
  /** A tensor as stored. */
  static final class Stored {
    String dtype;
    long[] shape;
    ByteBuffer data;

    Stored(String dtype, long[] shape, ByteBuffer data) {
      this.dtype = dtype;
      this.shape = shape;
      this.data = data;
    }
  }

  private static final ObjectMapper JSON = new ObjectMapper();

  final Map<String, Stored> tensors = new LinkedHashMap<>();
  final Map<String, Object> metadata = new LinkedHashMap<>();

  private VectorBytes() {}

  /** Returns the folder of the reference vectors. */
  static Path folder() {
    URL url = Objects.requireNonNull(VectorBytes.class.getResource("/reference"));
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Path reference(String name) {
    return folder().resolve(name + ".safetensors");
  }

  /** Returns the names of the reference files. */
  static List<String> names() {
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".safetensors"))
          .map(name -> name.substring(0, name.indexOf('.')))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static VectorBytes of(String name) {
    try {
      ByteBuffer bytes = little(Files.readAllBytes(reference(name)));
      byte[] header = new byte[Math.toIntExact(bytes.getLong())];
      bytes.get(header);
      return read((ObjectNode) JSON.readTree(header), bytes.slice());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static VectorBytes read(ObjectNode header, ByteBuffer data) {
    var out = new VectorBytes();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      JsonNode value = entry.getValue();
      if (entry.getKey().equals("__metadata__")) {
        value.properties().forEach(e -> out.metadata.put(e.getKey(), e.getValue().asText()));
        continue;
      }
      int begin = value.get("data_offsets").get(0).asInt();
      byte[] bytes = new byte[value.get("data_offsets").get(1).asInt() - begin];
      data.get(begin, bytes);
      long[] shape = new long[value.get("shape").size()];
      for (int i = 0; i < shape.length; i++) shape[i] = value.get("shape").get(i).asLong();
      out.tensors.put(
          entry.getKey(), new Stored(value.get("dtype").asText(), shape, little(bytes)));
    }
    return out;
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Changes this and returns it. */
  VectorBytes with(Consumer<VectorBytes> change) {
    change.accept(this);
    return this;
  }

  Stored tensor(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  /** Gives a tensor another shape, and as many bytes as that takes, all zero. */
  void reshape(String name, long... shape) {
    Stored stored = tensor(name);
    long count = 1;
    for (long size : shape) count *= size;
    stored.shape = shape;
    stored.data = little(new byte[(int) count * (stored.dtype.endsWith("64") ? 8 : 4)]);
  }

  int count(String tensor) {
    return tensor(tensor).data.capacity() / Float.BYTES;
  }

  float number(String tensor, int at) {
    return tensor(tensor).data.getFloat(at * Float.BYTES);
  }

  void number(String tensor, int at, float number) {
    tensor(tensor).data.putFloat(at * Float.BYTES, number);
  }

  void integer(String tensor, int at, int number) {
    tensor(tensor).data.putInt(at * Integer.BYTES, number);
  }

  int integer(String tensor, int at) {
    return tensor(tensor).data.getInt(at * Integer.BYTES);
  }

  byte[] bytes() {
    ObjectNode header = JSON.createObjectNode();
    if (!metadata.isEmpty()) header.set("__metadata__", JSON.valueToTree(metadata));
    long at = 0;
    for (Map.Entry<String, Stored> entry : tensors.entrySet()) {
      Stored stored = entry.getValue();
      ObjectNode json = header.putObject(entry.getKey());
      json.put("dtype", stored.dtype);
      ArrayNode shape = json.putArray("shape");
      for (long size : stored.shape) shape.add(size);
      json.putArray("data_offsets").add(at).add(at + stored.data.capacity());
      at += stored.data.capacity();
    }
    return file(header.toString(), (int) at);
  }

  private byte[] file(String header, int dataBytes) {
    byte[] text = header.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    ByteBuffer out = little(new byte[Long.BYTES + text.length + dataBytes]);
    out.putLong(text.length).put(text);
    for (Stored stored : tensors.values()) out.put(stored.data.array());
    return out.array();
  }
}
