package dev.ashlar.tensor.simd.blocks;

import static dev.ashlar.tensor.DType.F32;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.simd.Operands;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

final class WindowTest {
  @Test
  void readsEveryPartOfEveryLayout() {
    Operand cube = Operands.random(1, F32, 3, 4, 5);
    check(cube, cube.shape());
    check(Operands.strided(2, F32, 3, 4, 5), cube.shape());
    check(permuted(cube, 2, 0, 1), Shape.of(5, 3, 4));
    check(permuted(cube, 1, 0, 2), Shape.of(4, 3, 5));
    check(Operands.random(3, F32, 5), cube.shape());
    check(Operands.random(4, F32, 4, 1), cube.shape());
    check(Operands.random(5, F32, 3, 1, 1), cube.shape());
    check(Operands.random(6, F32, 3, 1, 5), cube.shape());
    check(Operands.random(7, F32), cube.shape());
    check(Operands.random(8, F32), Shape.scalar());
    check(Operands.random(9, F32, 1, 7, 1), Shape.of(1, 7, 1));
  }

  private static Operand permuted(Operand operand, int... axes) {
    return operand.with(operand.layout().permute(axes));
  }

  private static void check(Operand operand, Shape shape) {
    Layout layout = operand.layout().expand(shape);
    double[] expected = Operands.values(operand.with(layout));
    Window window = Window.of(operand, shape);
    for (int from = 0; from < expected.length; from++) {
      float[] part = new float[expected.length - from];
      window.read(from, part, part.length);
      for (int i = 0; i < part.length; i++)
        assertThat((double) part[i]).isEqualTo(expected[from + i]);
      readsAndWrites(window, operand, from, part);
    }
  }

  private static void readsAndWrites(Window window, Operand operand, int from, float[] part) {
    try (var arena = Arena.ofConfined()) {
      MemorySegment copy = arena.allocate(ValueLayout.JAVA_FLOAT, part.length);
      window.read(from, copy, part.length);
      assertThat(copy.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(part);
      // The same numbers again: nothing may change.
      window.write(from, copy, part.length);
      window.read(from, copy, part.length);
      assertThat(copy.toArray(ValueLayout.JAVA_FLOAT)).isEqualTo(part);
    }
    for (int count = 1; count <= part.length; count++) {
      long direct = window.sideBySide(from, count);
      for (int i = 0; direct >= 0 && i < count; i++) {
        assertThat(operand.data().getAtIndex(ValueLayout.JAVA_FLOAT, direct + i))
            .isEqualTo(part[i]);
      }
    }
  }
}
