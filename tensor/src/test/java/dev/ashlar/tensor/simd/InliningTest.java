package dev.ashlar.tensor.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.OwnJvm;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.spi.Parallel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;

/**
 * Holds loops of vectors to the size that C2 takes in as a whole: what a longer one calls behind
 * 18,000 nodes stays a call, for which its vectors become objects (ADR 14).
 */
final class InliningTest {
  private static final Pattern COMPILED =
      Pattern.compile("\\s*\\d+\\s+\\d+\\s+[%sbn! ]*\\s*([1-4])\\s+(\\S+::\\S+).*");

  @Test
  void noLoopIsTooLongForTheCompiler() throws IOException, InterruptedException {
    // Of shorter vectors the softmax of columns is too long yet.
    assumeThat(FloatVector.SPECIES_PREFERRED.vectorByteSize()).isGreaterThanOrEqualTo(32);
    var seen = new ArrayList<String>();
    var cut = new ArrayList<String>();
    // Compiles at once and says what it takes in.
    var jvm =
        OwnJvm.asThis(
            "-Xbatch",
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:+PrintCompilation",
            "-XX:+PrintInlining");
    OwnJvm.Ended ended = jvm.run(InliningTest.class);
    String method = "";
    for (String line : ended.lines()) {
      Matcher compiled = COMPILED.matcher(line);
      if (compiled.matches()) {
        method = compiled.group(1).equals("4") ? compiled.group(2) : "";
        seen.add(method);
      }
      boolean ours = method.startsWith(InliningTest.class.getPackageName());
      if (ours && line.contains("NodeCountInliningCutoff")) cut.add(method + line);
    }
    assertThat(ended.exitCode()).isZero();
    assertThat(seen).anyMatch(name -> name.endsWith("DoubleLoops::tanh"));
    assertThat(cut).isEmpty();
  }

  /** Calls every function until it is compiled. */
  public static void main(String[] none) {
    Parallel.threads(1);
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      try (var _ = TensorScope.open()) {
        Tensor x = Tensor.normal(Key.of(1), dtype, 64, 64);
        Tensor y = x.abs().plus(0.1);
        List<UnaryOperator<Tensor>> functions =
            List.of(
                Tensor::exp,
                Tensor::expm1,
                t -> y.log(),
                t -> y.log1p(),
                Tensor::sin,
                Tensor::cos,
                Tensor::tanh,
                Tensor::sigmoid,
                Tensor::silu,
                Tensor::erf,
                Tensor::gelu,
                Tensor::geluTanh,
                Tensor::round,
                t -> t.rem(y),
                y::pow,
                t -> t.softmax(0),
                t -> t.softmax(1),
                t -> t.logSoftmax(1),
                t -> t.logSumExp(0),
                t -> t.pow(3),
                t -> t.clamp(-1, 1),
                t -> t.cumSum(0),
                t -> t.cumSum(1),
                t -> t.sum(0),
                t -> t.max(0),
                t -> t.min(0),
                t -> t.max(1));
        for (UnaryOperator<Tensor> function : functions) untilCompiled(x, function);
      }
    }
  }

  private static void untilCompiled(Tensor x, UnaryOperator<Tensor> function) {
    for (int i = 0; i < 2000; i++) {
      try (var _ = TensorScope.open()) {
        function.apply(x);
      }
    }
  }
}
