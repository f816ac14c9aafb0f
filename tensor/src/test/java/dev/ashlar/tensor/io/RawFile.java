package dev.ashlar.tensor.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A safetensors file made by hand, right or wrong. Single quotes stand for double ones. */
record RawFile(long headerLength, byte[] header, byte[] data) {
  static RawFile header(String json) {
    return header(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  static RawFile header(byte[] header) {
    return new RawFile(header.length, header, new byte[0]);
  }

  RawFile claiming(long length) {
    return new RawFile(length, header, data);
  }

  RawFile data(int... bytes) {
    byte[] copy = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) copy[i] = (byte) bytes[i];
    return new RawFile(headerLength, header, copy);
  }

  Path write(Path folder) throws IOException {
    Path path = folder.resolve("raw.safetensors");
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + data.length);
    bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(headerLength).put(header).put(data);
    return Files.write(path, bytes.array());
  }
}
