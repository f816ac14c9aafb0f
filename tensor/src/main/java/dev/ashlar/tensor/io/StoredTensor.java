package dev.ashlar.tensor.io;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.TensorSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tensor as a file's header describes it. The element type is the file's word for it: files may
 * hold types that no tensor here has.
 *
 * @param dims sizes of the axes
 * @param beginByte where the numbers begin, counted from the end of the header
 * @param endByte where they end
 */
public record StoredTensor(
    String name, String dtype, List<Long> dims, long beginByte, long endByte) {
  // https://github.com/huggingface/safetensors, enum Dtype
  private static final Map<String, Integer> BITS =
      Map.ofEntries(
          Map.entry("BOOL", 8),
          Map.entry("F4", 4),
          Map.entry("F6_E2M3", 6),
          Map.entry("F6_E3M2", 6),
          Map.entry("U8", 8),
          Map.entry("I8", 8),
          Map.entry("F8_E5M2", 8),
          Map.entry("F8_E4M3", 8),
          Map.entry("F8_E8M0", 8),
          Map.entry("F8_E4M3FNUZ", 8),
          Map.entry("F8_E5M2FNUZ", 8),
          Map.entry("I16", 16),
          Map.entry("U16", 16),
          Map.entry("F16", 16),
          Map.entry("BF16", 16),
          Map.entry("I32", 32),
          Map.entry("U32", 32),
          Map.entry("F32", 32),
          Map.entry("C64", 64),
          Map.entry("F64", 64),
          Map.entry("I64", 64),
          Map.entry("U64", 64));

  /** Returns the bytes the numbers take in the file. */
  public long byteSize() {
    return endByte - beginByte;
  }

  /** Returns whether this is IEEE 754 binary16, which is read as F32. */
  boolean isHalf() {
    return dtype.equals("F16");
  }

  /** Returns element type and shape of the tensor that reading gives. */
  TensorSpec spec(Path file) {
    return new TensorSpec(readAs(file), shape(file));
  }

  private DType readAs(Path file) {
    return switch (dtype) {
      case "F32", "F16" -> DType.F32;
      case "F64" -> DType.F64;
      case "I32" -> DType.I32;
      case "I64" -> DType.I64;
      case "BOOL" -> DType.BOOL;
      case "BF16" -> DType.BF16;
      default ->
          throw new SafetensorsException(
              file,
              name,
              "element type %s cannot be read; F32, F64, I32, I64, BOOL, BF16 and F16 can"
                  .formatted(SafetensorsException.shown(dtype)));
    };
  }

  private Shape shape(Path file) {
    int[] sizes = new int[dims.size()];
    for (int axis = 0; axis < sizes.length; axis++) {
      long size = dims.get(axis);
      if (size > Integer.MAX_VALUE) {
        throw new SafetensorsException(
            file, name, "axis %d of size %d is longer than 2^31 - 1".formatted(axis, size));
      }
      sizes[axis] = (int) size;
    }
    return Shape.of(sizes);
  }

  /** Says what is wrong with type, sizes and place as such, or null if nothing is. */
  @Nullable String problem() {
    if (beginByte < 0 || endByte < beginByte) {
      return "data_offsets [%d, %d] are no range".formatted(beginByte, endByte);
    }
    long elements = 1;
    for (long dim : dims) {
      if (dim < 0) return "shape %s has a negative size".formatted(dims);
      long product = elements * dim;
      if (Math.multiplyHigh(elements, dim) != 0 || product < 0) {
        return "shape %s has more elements than a file can hold".formatted(dims);
      }
      elements = product;
    }
    Integer bits = BITS.get(dtype);
    if (bits == null) return null; // Its size is anyone's guess; reading it is refused.
    if (elements > Long.MAX_VALUE / bits || elements * bits % 8 != 0) {
      return "shape %s of %s fills no whole number of bytes".formatted(dims, dtype);
    }
    long needed = elements * bits / 8;
    return needed == byteSize()
        ? null
        : "%s %s takes %d bytes, data_offsets [%d, %d] give it %d"
            .formatted(dtype, dims, needed, beginByte, endByte, byteSize());
  }
}
