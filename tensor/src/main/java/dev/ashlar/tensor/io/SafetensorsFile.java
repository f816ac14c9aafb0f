package dev.ashlar.tensor.io;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorBytes;
import dev.ashlar.tensor.TensorSpec;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SequencedSet;

/**
 * One safetensors file, mapped into memory for reading. Whoever cuts the file short while it is
 * mapped makes the JVM throw an InternalError at the next read; files written by {@link
 * Safetensors#write} are replaced whole instead.
 */
public final class SafetensorsFile implements TensorFile {
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path path;
  private final SafetensorsHeader header;
  private final MemorySegment data;
  private final SharedMap map;

  private SafetensorsFile(Path path, SafetensorsHeader header, MemorySegment data, SharedMap map) {
    this.path = path;
    this.header = header;
    this.data = data;
    this.map = map;
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws SafetensorsException if the file breaks a rule of the format
   * @throws IOException if it cannot be read at all
   */
  public static SafetensorsFile open(Path path) throws IOException {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new UnsupportedOperationException("safetensors: needs a little-endian machine");
    }
    Arena arena = Arena.ofShared();
    try {
      return open(path, arena);
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  private static SafetensorsFile open(Path path, Arena arena) throws IOException {
    MemorySegment file = map(path, arena);
    long size = file.byteSize();
    if (size < Long.BYTES) {
      throw new SafetensorsException(path, "%d bytes are no safetensors file".formatted(size));
    }
    long length = file.get(LENGTH, 0);
    if (length < 0 || length > size - Long.BYTES) {
      throw new SafetensorsException(
          path,
          "the header claims %s bytes of a file of %d"
              .formatted(Long.toUnsignedString(length), size));
    }
    if (length > SafetensorsHeader.MAX_BYTES) {
      throw new SafetensorsException(
          path, "the header of %d bytes exceeds 100 MB".formatted(length));
    }
    if (length == 0 || file.get(ValueLayout.JAVA_BYTE, Long.BYTES) != '{') {
      throw new SafetensorsException(path, "the header does not begin with {");
    }
    MemorySegment data = file.asSlice(Long.BYTES + length);
    InputStream text = new BufferInput(file.asSlice(Long.BYTES, length).asByteBuffer());
    var header = SafetensorsHeader.parse(path, text, data.byteSize());
    return new SafetensorsFile(path, header, data, new SharedMap(arena));
  }

  private static MemorySegment map(Path path, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
  }

  @Override
  public SequencedSet<String> names() {
    return header.tensors().sequencedKeySet();
  }

  @Override
  public StoredTensor stored(String name) {
    StoredTensor stored = header.tensors().get(name);
    if (stored == null) {
      throw new SafetensorsException(
          path, name, "not in this file of %d tensors".formatted(header.tensors().size()));
    }
    return stored;
  }

  @Override
  public TensorSpec spec(String name) {
    return stored(name).spec(path);
  }

  @Override
  public Tensor tensor(String name) {
    StoredTensor stored = stored(name);
    TensorSpec spec = stored.spec(path);
    map.retain(path);
    boolean handedOver = false;
    try {
      MemorySegment bytes = data.asSlice(stored.beginByte(), stored.byteSize());
      if (spec.dtype() == DType.BOOL) checkTruthValues(stored, bytes);
      if (stored.isHalf()) return TensorBytes.filled(spec, memory -> widen(bytes, memory));
      if (!TensorBytes.isAligned(spec, bytes)) return TensorBytes.copyOf(spec, bytes);
      Tensor tensor = TensorBytes.wrap(spec, bytes, map::release);
      handedOver = true;
      return tensor;
    } finally {
      if (!handedOver) map.release();
    }
  }

  /** Kernels count on 0 and 1, so that adding up truth values counts them. */
  private void checkTruthValues(StoredTensor stored, MemorySegment bytes) {
    for (long i = 0; i < bytes.byteSize(); i++) {
      byte value = bytes.get(ValueLayout.JAVA_BYTE, i);
      if (value != 0 && value != 1) {
        throw new SafetensorsException(
            path, stored.name(), "element %d of a BOOL tensor is %d".formatted(i, value));
      }
    }
  }

  private static void widen(MemorySegment halves, MemorySegment floats) {
    for (long i = 0; i < halves.byteSize() / Short.BYTES; i++) {
      float value = Float.float16ToFloat(halves.get(HALF, i * Short.BYTES));
      floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
    }
  }

  @Override
  public Map<String, String> metadata() {
    return header.metadata();
  }

  @Override
  public void close() {
    map.close();
  }

  @Override
  public String toString() {
    return path + " (" + header.tensors().size() + " tensors)";
  }

  /** A map that is undone when the file is closed and no tensor lies on it any more. */
  private static final class SharedMap {
    private final Arena arena;
    private int holders = 1;
    private boolean closed;

    SharedMap(Arena arena) {
      this.arena = arena;
    }

    synchronized void retain(Path path) {
      if (closed) throw new IllegalStateException(path + ": this file was closed; open it again");
      holders++;
    }

    synchronized void release() {
      if (--holders == 0) arena.close();
    }

    synchronized void close() {
      if (closed) return;
      closed = true;
      release();
    }
  }

  /** Reads a byte buffer as a stream: the header is parsed where it lies. */
  private static final class BufferInput extends InputStream {
    private final ByteBuffer buffer;

    BufferInput(ByteBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public int read() {
      return buffer.hasRemaining() ? buffer.get() & 0xFF : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      if (length == 0) return 0;
      if (!buffer.hasRemaining()) return -1;
      int count = Math.min(length, buffer.remaining());
      buffer.get(target, offset, count);
      return count;
    }
  }
}
