package dev.ashlar.moba;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** One file of vectors computed by the authors' implementation in float64, with its inputs. */
public record ReferenceCase(String name, JsonNode header, ByteBuffer data) {
  private static final List<String> NAMES =
      List.of(
          "d01_dense",
          "d02_dense_packed_gqa",
          "d03_dense_large_logits",
          "p01_tiny",
          "p02_tail",
          "p03_shorter_than_block",
          "p04_topk1",
          "p05_dense_equiv",
          "p06_packed",
          "p07_packed_odd",
          "p08_headdim128",
          "p09_large_logits",
          "p10_many_blocks",
          "p11_heads8",
          "p12_n512",
          "p13_gqa",
          "t01_ties_duplicate_blocks");

  /** Returns every file. */
  public static Stream<ReferenceCase> all() {
    return NAMES.stream().map(ReferenceCase::read);
  }

  /** Returns the files of block attention. */
  public static Stream<ReferenceCase> moba() {
    return all().filter(each -> !each.isDense());
  }

  private static ReferenceCase read(String name) {
    String path = "/reference/" + name + ".safetensors";
    try (InputStream in = ReferenceCase.class.getResourceAsStream(path)) {
      var bytes = ByteBuffer.wrap(Objects.requireNonNull(in, path).readAllBytes());
      bytes.order(ByteOrder.LITTLE_ENDIAN);
      int length = Math.toIntExact(bytes.getLong());
      byte[] json = new byte[length];
      bytes.get(json);
      ByteBuffer data = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
      return new ReferenceCase(name, new ObjectMapper().readTree(json), data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns whether the file is of dense attention. */
  public boolean isDense() {
    return name.startsWith("d");
  }

  private String meta(String key) {
    return header.get("__metadata__").get(key).asText();
  }

  /** Returns how blocks are chosen. */
  public MobaConfig config() {
    return new MobaConfig(Integer.parseInt(meta("block_size")), Integer.parseInt(meta("topk")));
  }

  /** Returns where the sequences lie. */
  public Packing packing() {
    return new Packing(Arrays.stream(ints("cu_seqlens")).boxed().toList());
  }

  /** Returns the shape of a tensor. */
  public Shape shape(String tensor) {
    JsonNode dims = header.get(tensor).get("shape");
    int[] sizes = new int[dims.size()];
    for (int i = 0; i < sizes.length; i++) sizes[i] = dims.get(i).asInt();
    return Shape.of(sizes);
  }

  private int offset(String tensor) {
    return header.get(tensor).get("data_offsets").get(0).asInt();
  }

  /** Returns the numbers of a tensor. */
  public float[] floats(String tensor) {
    float[] out = new float[(int) shape(tensor).size()];
    data.duplicate()
        .order(ByteOrder.LITTLE_ENDIAN)
        .position(offset(tensor))
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(out);
    return out;
  }

  /** Returns the whole numbers of a tensor. */
  public int[] ints(String tensor) {
    int[] out = new int[(int) shape(tensor).size()];
    data.duplicate()
        .order(ByteOrder.LITTLE_ENDIAN)
        .position(offset(tensor))
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN)
        .asIntBuffer()
        .get(out);
    return out;
  }

  /** Returns a tensor as F32 or F64. */
  public Tensor tensor(String tensor, DType dtype) {
    float[] numbers = floats(tensor);
    if (dtype == DType.F32) return Tensor.of(shape(tensor), numbers);
    double[] wide = new double[numbers.length];
    for (int i = 0; i < wide.length; i++) wide[i] = numbers[i];
    return Tensor.of(shape(tensor), wide);
  }

  /** Ten times the error of the authors' own float32 run, and at least 1e-6: the files' rule. */
  public double tolerance(String tensor) {
    // The numbers of a file are rounded to float32, which alone is this much of the greatest.
    double atLeast = 1e-6 * Math.max(1, greatest(floats(tensor)));
    JsonNode errors = header.get("__metadata__").get("official_f32_max_abs_err");
    if (errors == null) return atLeast;
    try {
      JsonNode error = new ObjectMapper().readTree(errors.asText()).get(tensor);
      return error == null ? atLeast : Math.max(1e-6, 10 * error.asDouble());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double greatest(float[] numbers) {
    double greatest = 0;
    for (float number : numbers) greatest = Math.max(greatest, Math.abs(number));
    return greatest;
  }

  @Override
  public String toString() {
    return name;
  }
}
