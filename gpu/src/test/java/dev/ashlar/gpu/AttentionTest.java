package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.gpu.AttentionRun.In;
import dev.ashlar.gpu.AttentionRun.Out;
import dev.ashlar.moba.BlockGate;
import dev.ashlar.moba.MobaAttention;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Compiled;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention on the device against the CPU's kernels. */
@ExtendWith(NoLeaks.class)
final class AttentionTest {
  private final TornadoRunner runner = Devices.get("tornado:0:0");

  private record Case(Packing packing, int heads, int keyHeads, int headDim, MobaConfig config) {
    static Case of(Packing packing, int group, int headDim, int blockSize, int topK) {
      return new Case(packing, 2 * group, 2, headDim, new MobaConfig(blockSize, topK));
    }

    In random() {
      return In.random(packing, heads, keyHeads, headDim);
    }
  }

  /** Sequences just below, at and just above the sizes of tiles, groups and some blocks. */
  private static final Packing SIZES =
      Packing.of(7, 0, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 0, 127, 128, 129, 1);

  static Stream<Case> cases() {
    return Stream.of(
        Case.of(SIZES, 1, 16, 16, 3),
        Case.of(SIZES, 2, 33, 17, 2),
        Case.of(SIZES, 1, 5, 4, 9),
        Case.of(SIZES, 1, 64, 15, 1),
        Case.of(SIZES, 1, 24, 33, 4),
        Case.of(Packing.of(300, 129, 0, 64), 3, 127, 64, 2),
        Case.of(Packing.of(330), 1, 128, 65, 3),
        Case.of(Packing.of(150, 150), 1, 1, 1, 40));
  }

  static Stream<Case> denseCases() {
    return cases().skip(4);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void choosesTheBlocksOfTheCpu(Case of) {
    Function<In, Tensor> choice = AttentionRun.choice(of.packing, of.config);
    In in = of.random();
    try (var compiled = Compiled.of(runner, choice)) {
      assertThat(compiled.call(in).toInts()).isEqualTo(choice.apply(in).toInts());
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void attendsToChosenBlocks(Case of) {
    Function<In, Out> attention = AttentionRun.moba(of.packing, of.config);
    In in = of.random();
    try (var compiled = Compiled.of(runner, attention)) {
      Out device = compiled.call(in);
      Close.assertClose(device.numbers(), attention.apply(in).numbers(), 1e-5);
      // Bit for bit the same each time: nothing depends on which work item comes first.
      assertSameBits(compiled.call(in), device);
    }
  }

  private static void assertSameBits(Out actual, Out expected) {
    for (int i = 0; i < actual.numbers().size(); i++) {
      assertThat(actual.numbers().get(i).toFloats())
          .isEqualTo(expected.numbers().get(i).toFloats());
    }
  }

  @ParameterizedTest
  @MethodSource("denseCases")
  void attendsDensely(Case of) {
    Function<In, Out> attention = AttentionRun.dense(of.packing);
    In in = of.random();
    try (var compiled = Compiled.of(runner, attention)) {
      Close.assertClose(compiled.call(in).numbers(), attention.apply(in).numbers(), 1e-5);
    }
  }

  @Test
  void ofEqualBlocksTheFirstIsChosen() {
    Packing packing = Packing.of(96, 40);
    Tensor query = SampleData.numbers(DType.F32, 1, 136, 2, 8);
    Tensor zeros = Tensor.zeros(DType.F32, 136, 2, 8);
    Tensor same = SampleData.numbers(DType.F32, 2, 2, 8).plus(zeros);
    for (Tensor keys : List.of(zeros, same)) {
      Function<In, Tensor> gate = AttentionRun.choice(packing, new MobaConfig(8, 3));
      In in = new In(query, keys, zeros, zeros, zeros);
      try (var compiled = Compiled.of(runner, gate)) {
        assertThat(compiled.call(in).toInts()).isEqualTo(gate.apply(in).toInts());
      }
    }
  }

  /** A NaN reaches exactly the queries that may see it. */
  @Test
  void whatAQueryMayNotSeeHasNoPartInItsNumbers() {
    Packing packing = Packing.of(70, 20);
    In in = In.random(packing, 2, 1, 8);
    float[] key = in.key().toFloats();
    float[] value = in.value().toFloats();
    key[37 * 8 + 3] = Float.NaN;
    value[61 * 8 + 1] = Float.NaN;
    value[44 * 8 + 2] = Float.POSITIVE_INFINITY;
    In special =
        new In(
            in.query(),
            Tensor.of(in.key().shape(), key),
            Tensor.of(in.key().shape(), value),
            in.dOut(),
            in.dLogSumExp());
    Function<In, List<Tensor>> attention =
        x -> {
          Out dense = AttentionRun.dense(packing).apply(x);
          Out moba = AttentionRun.moba(packing, new MobaConfig(8, 3)).apply(x);
          return List.of(dense.out(), dense.logSumExp(), moba.out(), moba.logSumExp());
        };
    try (var compiled = Compiled.of(runner, attention)) {
      Close.assertClose(compiled.call(special), attention.apply(special), 1e-5);
    }
  }

  @Test
  void readsInputsOfAnyLayout() {
    Packing packing = Packing.of(50, 20);
    Function<In, Out> attention = AttentionRun.moba(packing, new MobaConfig(8, 2));
    Function<In, Out> turned =
        in ->
            attention.apply(
                new In(
                    in.query().permute(1, 0, 2),
                    in.key().permute(1, 0, 2),
                    in.value().permute(1, 0, 2),
                    in.dOut().permute(1, 0, 2),
                    in.dLogSumExp().permute(1, 0)));
    In in =
        new In(
            SampleData.numbers(DType.F32, 1, 4, 70, 8),
            SampleData.numbers(DType.F32, 2, 2, 70, 8),
            SampleData.numbers(DType.F32, 3, 2, 70, 8),
            SampleData.numbers(DType.F32, 4, 4, 70, 8),
            SampleData.numbers(DType.F32, 5, 4, 70));
    try (var compiled = Compiled.of(runner, turned)) {
      Close.assertClose(compiled.call(in).numbers(), turned.apply(in).numbers(), 1e-5);
    }
  }

  private record Chosen(Tensor query, Tensor key, Tensor value, Tensor blocks) {}

  @Test
  void aSelectionOfWhatCannotBeSeenIsAnError() {
    Packing packing = Packing.of(20);
    var op = new MobaAttention(new MobaConfig(4, 2), packing);
    In in = In.random(packing, 1, 1, 4);
    Function<Chosen, List<Tensor>> attention =
        x -> Interpreter.callAll(op, x.query, x.key, x.value, x.blocks);
    int[] blocks =
        new BlockGate(op.config(), packing).select(in.query(), in.key()).blocks().toInts();
    blocks[7 * 2] = 4;
    Tensor wrong = Tensor.of(Shape.of(20, 1, 2), blocks);
    try (var compiled = Compiled.of(runner, attention)) {
      assertThatThrownBy(() -> compiled.call(new Chosen(in.query(), in.key(), in.value(), wrong)))
          .isInstanceOf(IndexOutOfBoundsException.class)
          .hasMessageContaining("mobaAttention: selection names block 4");
    }
  }

  @Test
  void whatIsTooLargeOrNotF32IsRefused() {
    Packing packing = Packing.of(5);
    Function<In, Out> attention = AttentionRun.dense(packing);
    try (var compiled = Compiled.of(runner, attention)) {
      assertThatThrownBy(() -> compiled.call(In.random(packing, 1, 1, 129)))
          .isInstanceOf(DeviceException.class)
          .hasMessage(
              "flashAttention head size: is 129, and its kernels reach to 128 (device tornado:0:0);"
                  + " run the program on the CPU");
      Tensor x = SampleData.numbers(DType.F64, 1, 5, 1, 4);
      Tensor rows = SampleData.numbers(DType.F64, 2, 5, 1);
      assertThatThrownBy(() -> compiled.call(new In(x, x, x, x, rows)))
          .isInstanceOf(DeviceException.class)
          .hasMessageContaining("flashAttention: no device kernel for F64");
    }
  }
}
