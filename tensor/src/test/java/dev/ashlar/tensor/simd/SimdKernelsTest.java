package dev.ashlar.tensor.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Availability;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SimdKernelsTest {
  private final SimdKernels simd = new SimdKernels();

  @Test
  void isReadyWhereTheVectorApiIs() {
    assertThat(simd.availability()).isInstanceOf(Availability.Ready.class);
  }

  @Test
  void declinesWhatItHasNoKernelFor() {
    TensorSpec f32 = new TensorSpec(DType.F32, Shape.of(2, 3));
    assertThat(simd.find(new Op.Plus(), List.of(f32, f32))).isPresent();
    assertThat(simd.find(new Op.Plus(), List.of(f32.with(DType.F64), f32.with(DType.F64))))
        .isEmpty();
    assertThat(simd.find(new Op.Softmax(1), List.of(f32))).isPresent();
    assertThat(simd.find(new Op.Softmax(0), List.of(f32))).isEmpty();
  }

  @Test
  void withoutTheVectorApiTensorsWorkAndTheLogSaysWhatWouldBringItBack() throws Exception {
    String output = runWithoutTheVectorApi();
    assertThat(output)
        .contains("sum 55.0")
        .contains("simd not used: module jdk.incubator.vector is absent")
        .contains("start the JVM with --add-modules jdk.incubator.vector");
  }

  private static String runWithoutTheVectorApi() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** Adds a few numbers. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) {
      try (var _ = TensorScope.open()) {
        System.out.println("sum " + Tensor.of(1f, 4f, 9f, 16f, 25f).sum().item());
      }
    }
  }
}
