package dev.ashlar.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorLifetimeException;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(NoLeaks.class)
class SafetensorsTest {
  private static final Map<String, String> NO_METADATA = Map.of();

  @TempDir Path folder;

  @Test
  void readsWhatItWrote() throws IOException {
    Path path = folder.resolve("model.safetensors");
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("z", Tensor.of(Shape.of(2, 2), 1f, Float.NaN, -0f, Float.POSITIVE_INFINITY));
    tensors.put("a", Tensor.of(1.5, -2.5, Double.MIN_VALUE));
    tensors.put("flags", Tensor.of(true, false, true));
    tensors.put("ints", Tensor.of(Integer.MIN_VALUE, 7));
    tensors.put("longs", Tensor.of(Long.MAX_VALUE));
    tensors.put("nothing", Tensor.of(Shape.of(0, 3), new float[0]));
    tensors.put("one", Tensor.of(Shape.scalar(), 42f));

    Safetensors.write(path, tensors, Map.of("step", "12", "übung", "\"\n"));

    try (var file = SafetensorsFile.open(path)) {
      assertThat(file.metadata()).isEqualTo(Map.of("step", "12", "übung", "\"\n"));
      assertThat(file.names())
          .containsExactly("z", "a", "flags", "ints", "longs", "nothing", "one");
      tensors.forEach(
          (name, tensor) -> {
            assertThat(file.spec(name)).isEqualTo(tensor.spec());
            assertThat(file.tensor(name)).satisfies(read -> Bits.assertSame(read, tensor));
          });
    }
  }

  @Test
  void mappedTensorsOutliveTheFileObject() throws IOException {
    Path path = write(Map.of("x", Tensor.of(1f, 2f, 3f)));
    Tensor inner;
    try (var _ = TensorScope.open()) {
      try (var file = SafetensorsFile.open(path)) {
        inner = file.tensor("x");
      }
      Files.delete(path);
      assertThat(inner.toFloats()).containsExactly(1, 2, 3);
    }
    assertThatThrownBy(inner::toFloats)
        .isInstanceOf(TensorLifetimeException.class)
        .hasMessageContaining("use after free");
  }

  @Test
  void mappedTensorsTakeNoMemory() throws IOException {
    Path path = write(Map.of("x", Tensor.of(new float[100_000])));
    Memory memory = TensorScope.current().memory();
    long before = memory.usedBytes();
    try (var file = SafetensorsFile.open(path)) {
      file.tensor("x");
    }
    assertThat(memory.usedBytes()).isEqualTo(before);
  }

  @Test
  void numbersBeginningAtAnOddByteAreCopied() throws IOException {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("flag", Tensor.of(true));
    tensors.put("x", Tensor.of(1f, 2f));
    Map<String, Tensor> read = Safetensors.read(write(tensors));
    assertThat(read.get("x").toFloats()).containsExactly(1, 2);
  }

  @Test
  void aClosedFileSaysSo() throws IOException {
    Path path = write(Map.of("x", Tensor.of(1f)));
    var file = SafetensorsFile.open(path);
    file.close();
    file.close();
    assertThatThrownBy(() -> file.tensor("x"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void readsHalfPrecisionAsSingle() throws IOException {
    Path path =
        RawFile.header("{'h':{'dtype':'F16','shape':[3],'data_offsets':[0,6]}}")
            .data(0x00, 0x3C, 0x00, 0xC0, 0x01, 0x00)
            .write(folder);
    try (var file = SafetensorsFile.open(path)) {
      assertThat(file.spec("h")).isEqualTo(new TensorSpec(DType.F32, Shape.of(3)));
      assertThat(file.stored("h").dtype()).isEqualTo("F16");
      assertThat(file.tensor("h").toFloats()).containsExactly(1f, -2f, 0x1p-24f);
    }
  }

  @Test
  void listsElementTypesItCannotRead() throws IOException {
    Path path =
        RawFile.header(
                "{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2]},"
                    + "'b':{'dtype':'F99','shape':[2],'data_offsets':[2,5]}}")
            .data(1, 2, 3, 4, 5)
            .write(folder);
    try (var file = SafetensorsFile.open(path)) {
      assertThat(file.names()).containsExactly("a", "b");
      assertThat(file.stored("a")).isEqualTo(new StoredTensor("a", "U8", List.of(2L), 0, 2));
      assertThatThrownBy(() -> file.tensor("a"))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining(path.toString())
          .hasMessageContaining("tensor 'a'")
          .hasMessageContaining("'U8'");
      assertThatThrownBy(() -> file.spec("b")).hasMessageContaining("'F99'");
    }
  }

  @Test
  void readsTheAuthorsVectors() throws Exception {
    Path path = Path.of(getClass().getResource("p01_tiny.safetensors").toURI());
    try (var file = Safetensors.open(path)) {
      assertThat(file.names())
          .contains("q", "k", "v", "o", "do", "dq", "dk", "dv", "lse", "selected", "cu_seqlens");
      assertThat(file.metadata()).containsEntry("block_size", "4").containsEntry("topk", "2");
      assertThat(file.spec("q")).isEqualTo(new TensorSpec(DType.F32, Shape.of(16, 1, 8)));
      assertThat(file.tensor("cu_seqlens").toInts()).containsExactly(0, 16);
      assertThat(file.tensor("q").toFloats()).hasSize(128).doesNotContain(Float.NaN);
    }
  }

  @Test
  void readsShardsByTheirIndex() throws IOException {
    Safetensors.write(folder.resolve("m-1.safetensors"), Map.of("a", Tensor.of(1f)), NO_METADATA);
    Safetensors.write(folder.resolve("m-2.safetensors"), Map.of("b", Tensor.of(2f)), NO_METADATA);
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        """
        {"metadata": {"total_size": 8, "nested": {"x": [1]}}, "other": [1, {}],
         "weight_map": {"b": "m-2.safetensors", "a": "m-1.safetensors"}}
        """);
    try (TensorFile file = Safetensors.open(folder)) {
      assertThat(file.names()).containsExactly("b", "a");
      assertThat(file.metadata()).isEqualTo(Map.of("total_size", "8"));
      assertThat(file.tensor("a").item()).isEqualTo(1);
      assertThat(file.tensor("b").item()).isEqualTo(2);
      assertThatThrownBy(() -> file.tensor("c"))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("'c'");
    }
  }

  @Test
  void anIndexReachesNoOtherFolder() throws IOException {
    Path index = folder.resolve("model.safetensors.index.json");
    for (String name : List.of("../m", "/etc/passwd", "..", "a\\\\b", "", "C:x", "\\ud800")) {
      Files.writeString(index, "{\"weight_map\": {\"a\": \"%s\"}}".formatted(name));
      assertThatThrownBy(() -> Safetensors.open(index))
          .isInstanceOf(SafetensorsException.class)
          .hasMessageContaining("plain file name");
    }
  }

  @Test
  void anIndexMustNameATensorOfItsFile() throws IOException {
    Safetensors.write(folder.resolve("m.safetensors"), Map.of("a", Tensor.of(1f)), NO_METADATA);
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(index, "{\"weight_map\": {\"b\": \"m.safetensors\"}}");
    assertThatThrownBy(() -> Safetensors.open(index))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining("tensor 'b': not in this file");
    Files.writeString(index, "{\"weight_map\": [");
    assertThatThrownBy(() -> Safetensors.open(index)).isInstanceOf(SafetensorsException.class);
    Files.writeString(index, "{\"weight_map\": {\"a\": \"m.safetensors\"}} {}");
    assertThatThrownBy(() -> Safetensors.open(index))
        .isInstanceOf(SafetensorsException.class)
        .hasMessageContaining("goes on after its JSON object");
  }

  @Test
  void aFailedWriteLeavesTheOldFile() throws IOException {
    Path path = write(Map.of("x", Tensor.of(1f)));
    Tensor freed;
    try (var _ = TensorScope.open()) {
      freed = Tensor.of(2f);
    }
    assertThatThrownBy(() -> Safetensors.write(path, Map.of("y", freed), NO_METADATA))
        .isInstanceOf(TensorLifetimeException.class);
    assertThat(Safetensors.read(path)).containsOnlyKeys("x");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(path);
    }
  }

  @Test
  void refusesNamesThatCannotBeRead() {
    Path path = folder.resolve("x.safetensors");
    for (String name : List.of("__metadata__", "\uD800")) {
      assertThatThrownBy(() -> Safetensors.write(path, Map.of(name, Tensor.of(1f)), NO_METADATA))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void numbersBeginAtAMultipleOfEightBytes() throws IOException {
    for (String name : List.of("a", "ab", "abc", "abcd", "abcde", "abcdefghijkl")) {
      byte[] bytes = Files.readAllBytes(write(Map.of(name, Tensor.of(1f))));
      assertThat((bytes.length - 4) % 8).isZero();
      assertThat(bytes[bytes.length - 5]).isIn((byte) ' ', (byte) '}');
    }
  }

  private Path write(Map<String, Tensor> tensors) throws IOException {
    Path path = folder.resolve("x.safetensors");
    Safetensors.write(path, tensors, NO_METADATA);
    return path;
  }
}
