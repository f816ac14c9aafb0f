package dev.ashlar.examples.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever happens to the bytes of a file, the answer is a verdict or one line. */
class DamagedVectorsProperties {
  private static final byte[] WHOLE = VectorBytes.of("p03_shorter_than_block").bytes();

  @Property
  void damageIsAnsweredInOneLine(
      @ForAll @Size(min = 1, max = 4) List<@IntRange(max = 1_000_000) Integer> places,
      @ForAll byte value,
      @ForAll boolean inHeader,
      @ForAll @IntRange(max = 20) int cut)
      throws IOException {
    byte[] bytes = WHOLE.clone();
    int range = inHeader ? 1800 : bytes.length;
    for (int place : places) bytes[place % range] = value;
    if (cut == 1) bytes = Arrays.copyOf(bytes, bytes.length - places.getFirst() % bytes.length);
    Path file = Files.createTempFile("damaged", ".safetensors");
    try {
      Files.write(file, bytes);
      VerifyRun run = VerifyRun.of("--quiet", "--forms=fused", file);
      if (run.status() == 2) {
        assertThat(run.errors()).singleElement().asString().startsWith("ashlar: " + file + ": ");
        assertThat(run.out()).isEmpty();
      } else {
        assertThat(run.status()).isBetween(0, 1);
        assertThat(run.errors()).isEmpty();
        assertThat(run.out().lines()).hasSize(1);
      }
    } finally {
      Files.delete(file);
    }
  }
}
