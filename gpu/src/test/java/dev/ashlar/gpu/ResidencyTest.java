package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.program.Compiled;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What goes to a device and what comes back, and when. */
@ExtendWith(NoLeaks.class)
final class ResidencyTest {
  private static final int LARGE = 2048;
  private static final long BYTES = LARGE * 4L;

  private final TornadoRunner runner = Devices.get("tornado:0:0");

  private static Tensor numbers(long seed, int... dims) {
    return SampleData.numbers(DType.F32, seed, dims);
  }

  private <A, B> TornadoExecutable executable(Compiled<A, B> traced, A inputs) {
    return (TornadoExecutable) runner.compile(traced.program(inputs));
  }

  @Test
  void anInputThatComesAgainIsNotSentAgain() {
    Function<Tensor, Tensor> twice = x -> x.plus(x);
    Tensor x = numbers(1, LARGE);
    Tensor other = numbers(2, LARGE);
    try (var traced = Compiled.of(twice);
        var program = executable(traced, x)) {
      for (int i = 0; i < 3; i++) program.run(List.of(x));
      assertThat(program.uploadedBytes()).isEqualTo(BYTES);
      Tensor answer = program.run(List.of(other)).getFirst();
      assertThat(program.uploadedBytes()).isEqualTo(2 * BYTES);
      Close.assertClose(List.of(answer), List.of(twice.apply(other)), 1e-6);
      Close.assertClose(program.run(List.of(x)), List.of(twice.apply(x)), 1e-6);
      // A view of the same memory is another input.
      Tensor turned = numbers(3, 32, 64);
      try (var tracedMatrix = Compiled.of(twice);
          var matrix = executable(tracedMatrix, turned)) {
        matrix.run(List.of(turned));
        Tensor view = turned.reshape(64, 32).permute(1, 0);
        Close.assertClose(matrix.run(List.of(view)), List.of(twice.apply(view)), 1e-6);
      }
    }
  }

  @Test
  void answersAreFetchedWhenReadAndNeverIfNobodyDoes() {
    Tensor x = numbers(1, LARGE);
    try (var traced = Compiled.of((Tensor in) -> List.of(in.times(2), in.times(3)))) {
      TornadoExecutable program = executable(traced, x);
      try (var _ = TensorScope.open()) {
        program.run(List.of(x));
      }
      List<Tensor> first = program.run(List.of(x));
      assertThat(program.downloadedBytes()).isZero();
      Close.assertClose(List.of(first.get(1)), List.of(x.times(3)), 1e-6);
      assertThat(program.downloadedBytes()).isEqualTo(BYTES);
      // The next run takes the place of what was not read yet.
      Tensor other = numbers(2, LARGE);
      List<Tensor> second = program.run(List.of(other));
      assertThat(program.downloadedBytes()).isEqualTo(2 * BYTES);
      Close.assertClose(first, List.of(x.times(2), x.times(3)), 1e-6);
      program.close();
      Close.assertClose(second, List.of(other.times(2), other.times(3)), 1e-6);
    }
  }

  @Test
  void anAnswerGoesFromOneProgramToAnother() {
    Tensor x = numbers(1, LARGE);
    try (var doubled = Compiled.of(runner, (Tensor in) -> in.times(2));
        var shifted = Compiled.of(runner, (Tensor in) -> in.plus(1))) {
      Tensor y = x;
      for (int i = 0; i < 3; i++) y = shifted.call(doubled.call(y));
      Tensor expected = x;
      for (int i = 0; i < 3; i++) expected = expected.times(2).plus(1);
      Close.assertClose(List.of(y), List.of(expected), 1e-5);
      assertThat(doubled.call(y).sum().toFloats()[0])
          .isCloseTo(expected.times(2).sum().toFloats()[0], offset(1e-1f));
    }
  }
}
