package dev.ashlar.moba;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.autodiff.Call;
import dev.ashlar.autodiff.DifferentiableOp;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fused operations against vectors from the authors' implementation. */
final class ReferenceVectorsTest {
  private TensorScope scope;

  @BeforeEach
  void open() {
    scope = TensorScope.open();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @ParameterizedTest
  @MethodSource("dev.ashlar.moba.ReferenceCase#moba")
  void choosesTheSameBlocks(ReferenceCase file) {
    for (DType dtype : List.of(DType.F64, DType.F32)) {
      assertThat(select(file, dtype).blocks().toInts()).isEqualTo(file.ints("selected"));
    }
  }

  private static Selection select(ReferenceCase file, DType dtype) {
    return new BlockGate(file.config(), file.packing())
        .select(file.tensor("q", dtype), file.tensor("k", dtype));
  }

  @ParameterizedTest
  @MethodSource("dev.ashlar.moba.ReferenceCase#all")
  void answersTheSameInFloat64(ReferenceCase file) {
    compare(file, DType.F64);
  }

  @ParameterizedTest
  @MethodSource("dev.ashlar.moba.ReferenceCase#all")
  void answersTheSameInFloat32(ReferenceCase file) {
    compare(file, DType.F32);
  }

  private static void compare(ReferenceCase file, DType dtype) {
    List<Tensor> in = new ArrayList<>();
    for (String name : List.of("q", "k", "v")) in.add(file.tensor(name, dtype));
    DifferentiableOp op = new FlashAttention(file.packing());
    if (!file.isDense()) {
      in.add(select(file, dtype).blocks());
      op = new MobaAttention(file.config(), file.packing());
    }
    List<Tensor> out = Interpreter.current().interpret(op, in);
    close(file, "o", out.get(0));
    close(file, "lse", out.get(1));
    var call = new Call(op, in, out, List.of(), Collections.nCopies(in.size(), true));
    List<Optional<Tensor>> gradients =
        op.vjp(call, List.of(file.tensor("do", dtype), out.get(1).zerosLike()));
    close(file, "dq", gradients.get(0).orElseThrow());
    close(file, "dk", gradients.get(1).orElseThrow());
    close(file, "dv", gradients.get(2).orElseThrow());
  }

  private static void close(ReferenceCase file, String name, Tensor got) {
    assertThat(got.shape()).isEqualTo(file.shape(name));
    float[] wanted = file.floats(name);
    double[] numbers = got.toDoubles();
    double worst = 0;
    for (int i = 0; i < wanted.length; i++) {
      worst = Math.max(worst, Math.abs(wanted[i] - numbers[i]));
    }
    assertThat(worst).as("%s of %s", name, file).isLessThanOrEqualTo(file.tolerance(name));
  }
}
