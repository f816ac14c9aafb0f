package dev.ashlar.tensor.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;

class SafetensorsProperties {
  private Path path;

  @BeforeProperty
  void makeFile() throws IOException {
    path = Files.createTempFile("ashlar", ".safetensors");
  }

  @AfterProperty
  void deleteFile() throws IOException {
    Files.deleteIfExists(path);
  }

  @Property
  void readsWhatItWrote(@ForAll Random random, @ForAll @IntRange(max = 6) int count)
      throws IOException {
    try (var memory = Memory.withLimit(1 << 24);
        var _ = TensorScope.open(memory)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (int i = 0; i < count; i++) tensors.put(name(random) + i, RandomTensors.view(random));
      Map<String, String> metadata = random.nextBoolean() ? Map.of() : Map.of(name(random), "\0");

      Safetensors.write(path, tensors, metadata);

      try (var file = SafetensorsFile.open(path)) {
        assertThat(file.names()).containsExactlyElementsOf(tensors.keySet());
        assertThat(file.metadata()).isEqualTo(metadata);
        tensors.forEach((name, tensor) -> Bits.assertSame(file.tensor(name), tensor));
      }
    }
  }

  @Property
  void aDamagedFileIsRefusedOrStaysReadable(@ForAll Random random) throws IOException {
    try (var memory = Memory.withLimit(1 << 24);
        var _ = TensorScope.open(memory)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (int i = 0; i < 3; i++) tensors.put("t" + i, RandomTensors.plain(random));
      Safetensors.write(path, tensors, Map.of("k", "v"));
      Files.write(path, damaged(Files.readAllBytes(path), random));
      readEverything();
    }
  }

  /** Succeeds, or throws what the documentation promises. */
  private void readEverything() throws IOException {
    try (var file = SafetensorsFile.open(path)) {
      for (String name : file.names()) {
        try {
          Tensor tensor = file.tensor(name);
          assertThat(Bits.of(tensor)).hasSize(Math.toIntExact(bytes(tensor.spec())));
        } catch (SafetensorsException e) {
          assertThat(e).hasMessageStartingWith(path + ": tensor ");
        }
      }
    } catch (SafetensorsException e) {
      assertThat(e).hasMessageStartingWith(path + ": ");
      assertThat(e.getMessage()).doesNotContain("\n");
    }
  }

  private static long bytes(TensorSpec spec) {
    return spec.shape().size() * spec.dtype().byteSize();
  }

  private static byte[] damaged(byte[] bytes, Random random) {
    if (random.nextInt(4) == 0) return java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
    for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
      // Mostly in length and header, where a flipped bit changes what the numbers mean.
      int reach = random.nextInt(4) == 0 ? bytes.length : Math.min(bytes.length, 8 + 300);
      bytes[random.nextInt(reach)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private static String name(Random random) {
    String[] parts = {
      "layers.", "0", "ü", "\"", "\\", " ", "weight", "\u0001", "𝄞", "__metadata__"
    };
    var name = new StringBuilder();
    for (int i = random.nextInt(4); i >= 0; i--) name.append(parts[random.nextInt(parts.length)]);
    return name.toString();
  }
}
