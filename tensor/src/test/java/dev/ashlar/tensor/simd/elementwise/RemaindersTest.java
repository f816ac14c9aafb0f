package dev.ashlar.tensor.simd.elementwise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.simd.Operands;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Remainders have the bits of Java's, whatever the quotient's size. */
final class RemaindersTest {
  private static final int SIZE = 100_000;

  @Test
  void areJavasForNumbersOfAnySizes() {
    check(7, 300);
  }

  @Test
  void areJavasForQuotientsThatAreAlmostWhole() {
    for (int most : new int[] {1, 3, 20, 24, 52}) check(8, most);
  }

  /** Dividends near a multiple of the divisor, or of either of up to {@code most} binary places. */
  private static void check(long seed, int most) {
    var random = new Random(seed);
    Operand a = Operands.empty(DType.F64, SIZE);
    Operand b = Operands.empty(DType.F64, SIZE);
    Operand floatA = Operands.empty(DType.F32, SIZE);
    Operand floatB = Operands.empty(DType.F32, SIZE);
    for (int i = 0; i < SIZE; i++) {
      double divisor = Math.scalb(random.nextGaussian(), random.nextInt(-most, most + 1));
      double times = Math.rint(Math.scalb(random.nextDouble(), random.nextInt(most + 1)));
      double dividend = i % 2 == 0 ? times * divisor : Math.scalb(random.nextGaussian(), most);
      b.setDouble(i, i % 5 == 0 ? Math.rint(divisor) : divisor);
      a.setDouble(i, i % 4 == 0 ? Math.nextUp(dividend) : dividend);
      floatB.setDouble(i, i % 7 == 0 ? -(float) divisor : divisor);
      float near = (float) times * (float) divisor;
      floatA.setDouble(i, i % 2 == 0 ? Math.nextDown(near) : i % 3 == 0 ? near : dividend);
    }
    Operand y = run(DoubleLoops.of(new Op.Rem()), a, b);
    Operand floatY = run(FloatLoops.of(new Op.Rem()), floatA, floatB);
    for (int i = 0; i < SIZE; i++) {
      double expected = a.getDouble(i) % b.getDouble(i);
      assertThat(Double.compare(y.getDouble(i), expected)).isZero();
      float single = (float) floatA.getDouble(i) % (float) floatB.getDouble(i);
      assertThat(Float.compare((float) floatY.getDouble(i), single)).isZero();
    }
  }

  private static Operand run(Loops.Zip loop, Operand a, Operand b) {
    Operand y = Operands.empty(a.dtype(), SIZE);
    Elementwise.zip(loop).run(List.of(a, b), List.of(y));
    return y;
  }
}
