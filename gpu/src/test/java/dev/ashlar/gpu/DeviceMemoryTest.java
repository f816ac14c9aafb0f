package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.program.Compiled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class DeviceMemoryTest {
  private static final String DEVICE = "tornado:0:0";

  private final TornadoRunner runner = Devices.get(DEVICE);

  @Test
  void aProgramThatNeedsTooMuchIsRefusedAndOthersRun() {
    TornadoRunner small = runner.withMemoryLimit(100_000 + DeviceMemory.usedBytes(DEVICE));
    Tensor large = Tensor.zeros(DType.F32, 20_000);
    Tensor few = Tensor.zeros(DType.F32, 200);
    try (var compiled = Compiled.of(small, (Tensor in) -> in.plus(1))) {
      assertThatThrownBy(() -> compiled.call(large))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("needs 160,")
          .hasMessageContaining("100,000 are free");
      assertThat(compiled.call(few).toFloats()).hasSize(200).containsOnly(1);
    }
  }

  private static Tensor chain(Tensor x) {
    Tensor y = x;
    for (int i = 0; i < 12; i++) y = y.plus(x).tanh();
    return y;
  }

  @Test
  void memoryIsReusedAndGivenBack() {
    long before = DeviceMemory.usedBytes(DEVICE);
    Tensor x = Tensor.zeros(DType.F32, 10_000);
    try (var compiled = Compiled.of(runner.withoutFusion(), DeviceMemoryTest::chain)) {
      compiled.call(x);
      // The input, the result, and two between: what one step reads and what it writes.
      assertThat(DeviceMemory.usedBytes(DEVICE) - before).isBetween(120_000L, 170_000L);
    }
    assertThat(DeviceMemory.usedBytes(DEVICE)).isEqualTo(before);
  }

  @Test
  void whatFusedStepsComputeForEachOtherTakesNoMemory() {
    long before = DeviceMemory.usedBytes(DEVICE);
    Tensor x = Tensor.zeros(DType.F32, 10_000);
    try (var compiled = Compiled.of(runner, DeviceMemoryTest::chain)) {
      compiled.call(x);
      // The input and the result.
      assertThat(DeviceMemory.usedBytes(DEVICE) - before).isBetween(80_000L, 81_000L);
    }
  }

  /** Programs of 32 MB each, one after another. */
  @Test
  void fiftyProgramsTakeNoMoreMemoryThanOne() throws IOException {
    Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/status")));
    Tensor x = Tensor.zeros(DType.F32, 4_000_000);
    long afterTen = 0;
    for (int i = 0; i < 50; i++) {
      try (var _ = TensorScope.open();
          var compiled = Compiled.of(runner, (Tensor in) -> in.plus(in))) {
        compiled.call(x).sum();
      }
      System.gc();
      if (i == 9) afterTen = residentBytes();
    }
    assertThat(residentBytes() - afterTen).isLessThan(400L << 20);
  }

  private static long residentBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }
    throw new IOException("no VmRSS");
  }
}
