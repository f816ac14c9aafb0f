package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.gpu.AttentionRun.In;
import dev.ashlar.gpu.AttentionRun.Out;
import dev.ashlar.moba.ReferenceCase;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Compiled;
import java.util.function.Function;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernels of attention against vectors from the authors' implementation. */
@ExtendWith(NoLeaks.class)
final class AttentionReferenceTest {
  private final TornadoRunner runner = Devices.get("tornado:0:0");

  private static In inputs(ReferenceCase file) {
    Shape rows = file.shape("q").without(2);
    return new In(
        file.tensor("q", DType.F32),
        file.tensor("k", DType.F32),
        file.tensor("v", DType.F32),
        file.tensor("do", DType.F32),
        Tensor.zeros(DType.F32, rows.dims()));
  }

  @ParameterizedTest
  @MethodSource("dev.ashlar.moba.ReferenceCase#moba")
  void choosesTheSameBlocks(ReferenceCase file) {
    try (var compiled = Compiled.of(runner, AttentionRun.choice(file.packing(), file.config()))) {
      assertThat(compiled.call(inputs(file)).toInts()).isEqualTo(file.ints("selected"));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.ashlar.moba.ReferenceCase#all")
  void answersTheSame(ReferenceCase file) {
    Function<In, Out> attention =
        file.isDense()
            ? AttentionRun.dense(file.packing())
            : AttentionRun.moba(file.packing(), file.config());
    try (var compiled = Compiled.of(runner, attention)) {
      Out out = compiled.call(inputs(file));
      close(file, "o", out.out());
      close(file, "lse", out.logSumExp());
      close(file, "dq", out.dQuery());
      close(file, "dk", out.dKey());
      close(file, "dv", out.dValue());
    }
  }

  private static void close(ReferenceCase file, String name, Tensor got) {
    float[] wanted = file.floats(name);
    float[] numbers = got.toFloats();
    double worst = 0;
    for (int i = 0; i < wanted.length; i++) {
      worst = Math.max(worst, Math.abs(wanted[i] - numbers[i]));
    }
    assertThat(worst).as("%s of %s", name, file).isLessThanOrEqualTo(file.tolerance(name));
  }
}
