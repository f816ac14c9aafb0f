package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Values of the public methods: making, reading, elementwise, comparing. */
@ExtendWith(NoLeaks.class)
class TensorTest {
  private static final DType F32 = DType.F32;
  private static final DType F64 = DType.F64;
  private static final DType I32 = DType.I32;
  private static final DType I64 = DType.I64;

  private static Tensor matrix() {
    return Tensor.arange(I32, 6).reshape(2, 3);
  }

  // ---- Making and reading.

  @Test
  void isMadeOfJavaArrays() {
    assertThat(Tensor.of(1f, 2f).spec()).hasToString("F32[2]");
    assertThat(Tensor.of(1.0, 2.0).dtype()).isEqualTo(F64);
    assertThat(Tensor.of(1, 2).dtype()).isEqualTo(I32);
    assertThat(Tensor.of(1L, 2L).dtype()).isEqualTo(I64);
    assertThat(Tensor.of(true, false).toBooleans()).containsExactly(true, false);
    assertThat(Tensor.of(Shape.of(2, 2), 1, 2, 3, 4)).hasToString("I32[2, 2] [[1, 2], [3, 4]]");
    assertThat(Tensor.of(Shape.of(2, 1), 1.5f, -0f)).hasToString("F32[2, 1] [[1.5], [-0.0]]");
    assertThat(Tensor.of(Shape.of(0, 2), new double[0])).hasToString("F64[0, 2] []");
    assertThat(Tensor.of(Shape.of(1), Long.MIN_VALUE).toLongs()).containsExactly(Long.MIN_VALUE);
    assertThat(Tensor.of(Shape.of(1, 1), true)).hasToString("BOOL[1, 1] [[true]]");
    assertThatThrownBy(() -> Tensor.of(Shape.of(2, 2), 1f))
        .isInstanceOf(ShapeException.class)
        .hasMessage("of: shape [2, 2] has 4 elements, got 1 numbers");
  }

  @Test
  void isMadeOfNothing() {
    assertThat(Tensor.scalar(F64, 2.5).item()).isEqualTo(2.5);
    assertThat(Tensor.full(I64, 7, 2).toLongs()).containsExactly(7, 7);
    assertThat(Tensor.zeros(F32, 2, 2).toFloats()).containsExactly(0, 0, 0, 0);
    assertThat(Tensor.ones(DType.BOOL, 2).toBooleans()).containsExactly(true, true);
    assertThat(matrix().zerosLike().spec()).hasToString("I32[2, 3]");
    assertThat(Tensor.arange(F32, 3).toFloats()).containsExactly(0, 1, 2);
    assertThat(Tensor.linspace(F64, 1, 2, 5).toDoubles()).containsExactly(1, 1.25, 1.5, 1.75, 2);
    assertThat(Tensor.linspace(F64, 3, 9, 1).toDoubles()).containsExactly(3);
    assertThat(Tensor.eye(F32, 2).toFloats()).containsExactly(1, 0, 0, 1);
    assertThatThrownBy(() -> Tensor.full(I32, 1.5, 2))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "fill: I32[2] cannot hold 1.5; cast the tensor with toType(F32) or toType(F64) first");
    assertThatThrownBy(() -> Tensor.full(I64, 0x1p63)).isInstanceOf(ShapeException.class);
    assertThat(Tensor.full(I64, -0x1p63).toLongs()).containsExactly(Long.MIN_VALUE);
  }

  @Test
  void linspaceBeginsAndEndsWhereItIsTold() {
    for (DType dtype : List.of(F32, F64, DType.BF16)) {
      for (int count : new int[] {2, 3, 7, 10, 50, 99, 1000}) {
        for (double[] ends : new double[][] {{0.1, 0.7}, {-3, 1e-3}, {1, 0.9}, {5, 5}}) {
          double[] all = Tensor.linspace(dtype, ends[0], ends[1], count).toDoubles();
          Tensor exact = Tensor.of(ends).toType(dtype);
          assertThat(new double[] {all[0], all[count - 1]}).isEqualTo(exact.toDoubles());
          for (int i = 0; i < count; i++) {
            double even = ends[0] + (ends[1] - ends[0]) * i / (count - 1);
            double ulp = dtype == F64 ? 1e-15 : dtype == F32 ? 1e-7 : 4e-3;
            assertThat(all[i]).isCloseTo(even, within(ulp * 5));
          }
        }
      }
    }
    double max = Double.MAX_VALUE;
    assertThat(Tensor.linspace(F64, -max, max, 2).toDoubles()).containsExactly(-max, max);
    assertThat(Tensor.linspace(F64, max, -max, 5).toDoubles())
        .containsExactly(max, max / 2, 0, -max / 2, -max);
    assertThat(Tensor.linspace(F32, -Float.MAX_VALUE, Float.MAX_VALUE, 3).toFloats())
        .containsExactly(-Float.MAX_VALUE, 0, Float.MAX_VALUE);
    assertThat(Tensor.linspace(F64, 1, 2, 0).size()).isZero();
    assertThatThrownBy(() -> Tensor.linspace(F64, 0, Double.POSITIVE_INFINITY, 3))
        .hasMessage("linspace: first and last must be finite, got 0.0 and Infinity");
  }

  @Test
  void linspaceOfIntegersNeedsWholeDistances() {
    assertThat(Tensor.linspace(I32, 9, 1, 5).toInts()).containsExactly(9, 7, 5, 3, 1);
    assertThat(Tensor.linspace(I64, 4, 9, 1).toLongs()).containsExactly(4);
    int max = Integer.MAX_VALUE;
    assertThat(Tensor.linspace(I32, -max, max, 3).toInts()).containsExactly(-max, 0, max);
    assertThat(Tensor.linspace(I64, -0x1p63, 0x1p62, 4).toLongs())
        .containsExactly(Long.MIN_VALUE, -1L << 62, 0, 1L << 62);
    assertThatThrownBy(() -> Tensor.linspace(I32, 0, 3, 3))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "linspace: 2 equal steps from 0 to 3 are no whole numbers, which I32[3] needs; make it"
                + " of F64 and round() it");
    assertThatThrownBy(() -> Tensor.linspace(I32, 0.5, 3, 3))
        .hasMessageStartingWith("linspace: I32[3] cannot hold 0.5");
    assertThatThrownBy(() -> Tensor.linspace(DType.BOOL, 0, 1, 3))
        .hasMessage("linspace: BOOL holds no numbers between two; make it of F32 and compare it");
  }

  @Test
  void randomNumbersAreTheKeys() {
    Key key = Key.of(5);
    assertThat(Tensor.uniform(key, F64, 2, 2).toDoubles())
        .containsExactly(key.uniform(0), key.uniform(1), key.uniform(2), key.uniform(3));
    assertThat(Tensor.uniform(key, F32, 2).toFloats())
        .containsExactly(key.uniformFloat(0), key.uniformFloat(1));
    assertThat(Tensor.normal(key, F64, 2).toDoubles())
        .containsExactly(new double[] {key.normal(0), key.normal(1)}, within(1e-14));
    assertThat(Tensor.dropoutMask(key, 1, 50).toBooleans()).doesNotContain(false);
    assertThat(Tensor.dropoutMask(key, 0, 50).toBooleans()).doesNotContain(true);
    double kept = Tensor.dropoutMask(key, 0.9, 10_000).toType(F32).mean().item();
    assertThat(kept).isCloseTo(0.9, within(0.015));
    assertThatThrownBy(() -> Tensor.dropoutMask(key, 1.1, 2)).hasMessageContaining("got 1.1");
  }

  @Test
  void isReadInRowMajorOrderWithoutAScopeOrAnOperation() {
    Tensor turned = matrix().transpose();
    int[] elsewhere = CompletableFuture.supplyAsync(turned::toInts).join();
    assertThat(elsewhere).containsExactly(0, 3, 1, 4, 2, 5);
    Interpreter none =
        (op, _) -> {
          throw new AssertionError(op);
        };
    assertThat(none.<int[]>during(turned::toInts)).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(none.<String>during(turned::toString))
        .isEqualTo("I32[3, 2] [[0, 3], [1, 4], [2, 5]]");
    assertThat(turned.toFloats()).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(turned.toDoubles()).containsExactly(0, 3, 1, 4, 2, 5);
    assertThat(turned.toBooleans()).containsExactly(false, true, true, true, true, true);
    assertThat(Tensor.of(-1.9, 2.9).toLongs()).containsExactly(-1, 2);
    assertThat(Tensor.of((1L << 53) + 1).toLongs()).containsExactly((1L << 53) + 1);
    assertThatThrownBy(() -> turned.item())
        .isInstanceOf(ShapeException.class)
        .hasMessage("item: needs exactly one element, got shape [3, 2]");
  }

  @Test
  void toIntsNamesWhatIsNoInt() {
    assertThat(Tensor.of(-1.9, 2.9).toInts()).containsExactly(-1, 2);
    assertThat(Tensor.of(true, false).toInts()).containsExactly(1, 0);
    assertThatThrownBy(() -> Tensor.of(1L, 1L << 40).toInts())
        .isInstanceOf(ArithmeticException.class)
        .hasMessage(
            "toInts: 1099511627776 at position 1 of I64[2] is not an int; read it with toLongs()");
    for (double no : new double[] {3e9, Double.NaN, Double.NEGATIVE_INFINITY}) {
      assertThatThrownBy(() -> Tensor.of(0, no).toInts())
          .isInstanceOf(ArithmeticException.class)
          .hasMessage(
              "toInts: %s at position 1 of F64[2] is not an int; read it with toDoubles()", no);
    }
  }

  @Test
  void handsOutReadOnlyMemory() {
    Tensor x = Tensor.of(1f, 2f);
    float second = x.read(operand -> operand.data().getAtIndex(ValueLayout.JAVA_FLOAT, 1));
    assertThat(second).isEqualTo(2);
    assertThatThrownBy(
            () ->
                x.read(
                    operand -> {
                      operand.setDouble(0, 9);
                      return operand;
                    }))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void describesLargeTensorsByTheirSpecAlone() {
    assertThat(Tensor.zeros(F32, 65)).hasToString("F32[65]");
    Tensor nothing = Tensor.zeros(F32, Integer.MAX_VALUE, 0);
    assertThat(nothing).hasToString("F32[2147483647, 0] []");
    assertThat(Tensor.zeros(F32, 1).expand(1 << 30, 64)).hasToString("F32[1073741824, 64]");
  }

  // ---- Elementwise.

  private static void check(
      UnaryOperator<Tensor> method, DoubleUnaryOperator expected, double... values) {
    double[] wanted = java.util.Arrays.stream(values).map(expected).toArray();
    assertThat(method.apply(Tensor.of(values)).toDoubles()).containsExactly(wanted, within(1e-14));
  }

  @Test
  void functionsOfOneNumber() {
    double[] any = {-2.5, -1, -0.3, 0, 0.5, 1.5, 2.5, 3};
    double[] positive = {0.1, 0.5, 1, 2, 9};
    check(Tensor::unaryMinus, x -> -x, any);
    check(Tensor::abs, Math::abs, any);
    check(Tensor::exp, Math::exp, any);
    check(Tensor::expm1, Math::expm1, any);
    check(Tensor::log, Math::log, positive);
    check(Tensor::log1p, Math::log1p, positive);
    check(Tensor::sqrt, Math::sqrt, positive);
    check(Tensor::rsqrt, x -> 1 / Math.sqrt(x), positive);
    check(Tensor::reciprocal, x -> 1 / x, positive);
    check(Tensor::sin, Math::sin, any);
    check(Tensor::cos, Math::cos, any);
    check(Tensor::tanh, Math::tanh, any);
    check(Tensor::sigmoid, x -> 1 / (1 + Math.exp(-x)), any);
    check(Tensor::silu, x -> x / (1 + Math.exp(-x)), any);
    check(Tensor::relu, x -> Math.max(x, 0), any);
    check(Tensor::square, x -> x * x, any);
    check(Tensor::floor, Math::floor, any);
    check(Tensor::round, Math::rint, any);
    check(x -> x.clamp(-1, 2), x -> Math.clamp(x, -1, 2), any);
    check(x -> x.clamp(2, -1), _ -> -1, any);
    check(x -> x.clamp(Double.NEGATIVE_INFINITY, 2), x -> Math.min(x, 2), any);
    check(x -> x.pow(3), x -> x * x * x, any);
    check(
        Tensor::geluTanh,
        x -> 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        any);
  }

  @Test
  void sigmoidIsExactAtItsEnds() {
    assertThat(Tensor.of(-800.0, 800, -700).sigmoid().toDoubles())
        .containsExactly(new double[] {0, 1, Math.exp(-700)}, within(1e-318));
  }

  @Test
  void errorFunctionAndGeluAreThoseOfTables() {
    // From mpmath 1.3, by 40 digits.
    double[] x = {-12, -3, -1, -0.1, 0, 1e-8, 0.5, 1, 2, 5.5};
    double[] erf = {
      -1.0,
      -0.9999779095030014,
      -0.8427007929497149,
      -0.1124629160182849,
      0.0,
      1.1283791670955126e-08,
      0.5204998778130465,
      0.8427007929497149,
      0.9953222650189527,
      0.9999999999999927
    };
    double[] gelu = {
      -2.1317785344932147e-32,
      -0.0040496940948902835,
      -0.15865525393145705,
      -0.0460172162722971,
      0.0,
      5.000000039894228e-09,
      0.34573123063700656,
      0.8413447460685429,
      1.9544997361036416,
      5.499999895557407
    };
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      Tensor in = Tensor.of(Shape.of(x.length), x).toType(dtype);
      double epsilon = dtype == DType.F32 ? 4e-7 : 1e-15;
      double[] erfs = in.erf().toDoubles();
      double[] gelus = in.gelu().toDoubles();
      for (int i = 0; i < x.length; i++) {
        double error = Math.abs(in.toDoubles()[i] - x[i]) + epsilon * Math.abs(erf[i]);
        assertThat(erfs[i]).isCloseTo(erf[i], within(2 * error));
        error = Math.abs(in.toDoubles()[i] - x[i]) + epsilon * Math.abs(gelu[i]);
        assertThat(gelus[i]).isCloseTo(gelu[i], within(2 * error));
      }
    }
  }

  @Test
  void gatesHaveTheirLimits() {
    double inf = Double.POSITIVE_INFINITY;
    for (DType dtype : List.of(DType.F32, DType.F64)) {
      Tensor x = Tensor.of(-inf, -1e30, 1e30, inf, Double.NaN).toType(dtype);
      double large = Tensor.of(1e30).toType(dtype).toDoubles()[0];
      for (Tensor y : List.of(x.silu(), x.gelu(), x.geluTanh())) {
        assertThat(y.toDoubles()).containsExactly(-0.0, -0.0, large, inf, Double.NaN);
      }
    }
  }

  private static void check(
      java.util.function.BinaryOperator<Tensor> method, DoubleBinaryOperator expected) {
    double[] a = {-2, 0.5, 3, 7.5};
    double[] b = {1.5, -2, 2};
    double[] out = method.apply(Tensor.of(Shape.of(4, 1), a), Tensor.of(b)).toDoubles();
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < b.length; j++) {
        assertThat(out[i * b.length + j]).isEqualTo(expected.applyAsDouble(a[i], b[j]));
      }
    }
  }

  @Test
  void functionsOfTwoNumbers() {
    check(Tensor::plus, (a, b) -> a + b);
    check(Tensor::minus, (a, b) -> a - b);
    check(Tensor::times, (a, b) -> a * b);
    check(Tensor::div, (a, b) -> a / b);
    check(Tensor::rem, (a, b) -> a % b);
    check((a, b) -> a.abs().pow(b), (a, b) -> StrictMath.pow(Math.abs(a), b));
    check(Tensor::maximum, Math::max);
    check(Tensor::minimum, Math::min);
  }

  @Test
  void numbersBesideATensor() {
    Tensor x = Tensor.of(1.0, -2.0, 5.0);
    assertThat(x.plus(1).toDoubles()).containsExactly(2, -1, 6);
    assertThat(x.minus(1).toDoubles()).containsExactly(0, -3, 4);
    assertThat(x.times(3).toDoubles()).containsExactly(3, -6, 15);
    assertThat(x.div(2).toDoubles()).containsExactly(0.5, -1, 2.5);
    assertThat(x.rem(3).toDoubles()).containsExactly(1, -2, 2);
    assertThat(x.pow(2).toDoubles()).containsExactly(1, 4, 25);
    assertThatThrownBy(() -> Tensor.of(1, 2).plus(0.5))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("cannot hold 0.5; cast the tensor with toType(F32)");
    assertThatThrownBy(() -> Tensor.of(1, 2).times(1e10)).isInstanceOf(ShapeException.class);
  }

  @Test
  void wholeNumbersBesideATensorAreExact() {
    long odd = (1L << 53) + 1;
    Number number = odd;
    Tensor x = Tensor.of(odd, odd - 1, 0);
    assertThat(x.plus(number).toLongs()).containsExactly(2 * odd, 2 * odd - 1, odd);
    assertThat(x.minus(number).toLongs()).containsExactly(0, -1, -odd);
    assertThat(x.times(number).toLongs()).containsExactly(odd * odd, odd * (odd - 1), 0);
    assertThat(x.div(number).toLongs()).containsExactly(1, 0, 0);
    assertThat(x.rem(number).toLongs()).containsExactly(0, odd - 1, 0);
    assertThat(x.pow((Number) 2).toLongs()).containsExactly(odd * odd, (odd - 1) * (odd - 1), 0);
    assertThat(x.clamp((Number) odd, odd).toLongs()).containsOnly(odd);
    assertThat(x.equalTo(number).toBooleans()).containsExactly(true, false, false);
    assertThat(x.notEqualTo(number).toBooleans()).containsExactly(false, true, true);
    assertThat(x.less(number).toBooleans()).containsExactly(false, true, true);
    assertThat(x.lessOrEqual(number).toBooleans()).containsExactly(true, true, true);
    assertThat(x.greater(number).toBooleans()).containsExactly(false, false, false);
    assertThat(x.greaterOrEqual(number).toBooleans()).containsExactly(true, false, false);
    Tensor first = Tensor.of(true, false, false);
    assertThat(x.maskedFill(first, (Number) Long.MAX_VALUE).toLongs())
        .containsExactly(Long.MAX_VALUE, odd - 1, 0);
    for (long n : new long[] {odd, -odd, Long.MAX_VALUE, Long.MIN_VALUE, -1L << 32, 1L << 53, 7}) {
      assertThat(Tensor.of(0L).plus(Long.valueOf(n)).toLongs()).containsExactly(n);
      assertThat(Tensor.of(0L).plus(BigInteger.valueOf(n)).toLongs()).containsExactly(n);
      assertThat(Tensor.full(I64, n, 2).toLongs()).containsExactly(n, n);
      assertThat(Tensor.scalar(F32, n).toFloats()).containsExactly(n);
      assertThat(Tensor.of(0f).plus(Long.valueOf(n)).toFloats()).containsExactly(n);
    }
    // Rounded once: by way of a double this would become 2^60.
    long between = (1L << 60) + (1L << 36) + 1;
    assertThat(Tensor.full(F32, between).toFloats()).containsExactly(between);
  }

  @Test
  void numbersThatAnIntegerWouldLoseAreRefused() {
    Tensor x = Tensor.of(1L, 2);
    assertThatThrownBy(() -> x.equalTo((double) ((1L << 53) + 1)))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "equalTo: a double from 2^53 on, 9.007199254740992E15, may have been another whole"
                + " number, which I64[2] would hold; give it as a Long, as in Long.valueOf(n)");
    assertThatThrownBy(() -> x.plus(BigInteger.ONE.shiftLeft(63)))
        .hasMessageStartingWith("plus: I64[2] cannot hold 9.2");
    assertThatThrownBy(() -> x.pow(0.5))
        .hasMessage(
            "pow: I64[2] cannot hold 0.5; cast the tensor with toType(F32) or toType(F64) first");
    assertThatThrownBy(() -> x.less(Double.NaN)).hasMessageStartingWith("less: I64[2] cannot hold");
    assertThatThrownBy(() -> Tensor.of(1).times(Long.valueOf(1L << 31)))
        .hasMessageStartingWith("times: I32[1] cannot hold 2147483648;");
    assertThatThrownBy(() -> Tensor.full(I32, 1L << 31))
        .hasMessageStartingWith("fill: I32[] cannot hold 2147483648;");
  }

  @Test
  void integersAreExactAndWrapAround() {
    Tensor x = Tensor.of(Integer.MAX_VALUE, Integer.MIN_VALUE, -7);
    assertThat(x.plus(1).toInts()).containsExactly(Integer.MIN_VALUE, Integer.MIN_VALUE + 1, -6);
    assertThat(x.abs().toInts()).containsExactly(Integer.MAX_VALUE, Integer.MIN_VALUE, 7);
    assertThat(x.div(Tensor.of(2, -1, 2)).toInts())
        .containsExactly(Integer.MAX_VALUE / 2, Integer.MIN_VALUE, -3);
    assertThat(x.rem(Tensor.of(2, -1, 2)).toInts()).containsExactly(1, 0, -1);
    Tensor large = Tensor.of(Long.MAX_VALUE, (1L << 53) + 1);
    assertThat(large.times(Tensor.of(2L)).toLongs()).containsExactly(-2, (1L << 54) + 2);
    assertThat(large.maximum(Tensor.of(1L << 53)).toLongs())
        .containsExactly(Long.MAX_VALUE, (1L << 53) + 1);
    assertThat(large.minimum(Tensor.of(0L)).toLongs()).containsExactly(0, 0);
    assertThat(large.greater(Tensor.of(Long.MAX_VALUE - 1)).toBooleans())
        .containsExactly(true, false);
    assertThat(Tensor.of(3, -2, 0).pow(Tensor.of(4, 3, 0)).toInts()).containsExactly(81, -8, 1);
    assertThat(Tensor.of(-3, 4).relu().unaryMinus().toInts()).containsExactly(0, -4);
  }

  @Test
  void integerDivisionByZeroNamesTheOperation() {
    assertThatThrownBy(() -> Tensor.of(7, 1).div(Tensor.of(1, 0)))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage("div: the integer 1 is divided by 0");
    assertThatThrownBy(() -> Tensor.of(7L).rem(Tensor.of(0L)))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage("rem: the integer 7 is divided by 0");
    assertThatThrownBy(() -> Tensor.of(7L).pow(Tensor.of(-1L)))
        .isInstanceOf(ArithmeticException.class)
        .hasMessageContaining("pow: the integer 7 has the negative exponent -1");
    assertThat(Tensor.of(1.0).div(0).item()).isInfinite();
  }

  @Test
  void casts() {
    double[] odd = {1.9, -1.9, Double.NaN, 1e300, 0, -0.0};
    Tensor x = Tensor.of(odd);
    assertThat(x.toType(I32).toInts()).containsExactly(1, -1, 0, Integer.MAX_VALUE, 0, 0);
    assertThat(x.toType(I64).toLongs()).containsExactly(1, -1, 0, Long.MAX_VALUE, 0, 0);
    assertThat(x.toType(F32).toFloats())
        .containsExactly(1.9f, -1.9f, Float.NaN, Float.POSITIVE_INFINITY, 0, -0f);
    assertThat(x.toType(DType.BOOL).toBooleans())
        .containsExactly(true, true, true, true, false, false);
    assertThat(x.toType(F64)).isSameAs(x);
    assertThat(Tensor.of((1L << 32) + 5).toType(I32).toInts()).containsExactly(5);
    // Rounded once: by way of a double this would become 2^60.
    long between = (1L << 60) + (1L << 36) + 1;
    assertThat(Tensor.of(between).toType(F32).toFloats()).containsExactly((float) between);
    assertThat(Tensor.of(true, false).toType(F32).toFloats()).containsExactly(1, 0);
  }

  @Test
  void bf16KeepsEightBitsOfFractionAndRoundsToEven() {
    float[] values = {
      1, 1.0078125f, 1.00390625f, 1.01171875f, Float.NaN, Float.POSITIVE_INFINITY, 3e38f, -0f
    };
    assertThat(Tensor.of(values).toType(DType.BF16).toFloats())
        .containsExactly(
            1, 1.0078125f, 1, 1.015625f, Float.NaN, Float.POSITIVE_INFINITY, 0x1.C4p127f, -0f);
    // Just above the middle of two, and just below: rounded to F32 first, both are the middle.
    double[] near = {1.00390625 + 0x1p-40, 1.01171875 - 0x1p-40, -0x1.01p0 - 0x1p-52, 1e300};
    double[] nearest = {1.0078125, 1.0078125, -1.0078125, Double.POSITIVE_INFINITY};
    assertThat(Tensor.of(near).toType(DType.BF16).toDoubles()).containsExactly(nearest);
    for (int i = 0; i < near.length; i++)
      assertThat(Tensor.full(DType.BF16, near[i]).item()).isEqualTo(nearest[i]);
    long whole = (1L << 62) + (1L << 54) + 1;
    Tensor wholes = Tensor.of(whole, whole - 1, -whole, Long.MAX_VALUE, Long.MIN_VALUE);
    assertThat(wholes.toType(DType.BF16).toDoubles())
        .containsExactly(0x1.02p62, 0x1p62, -0x1.02p62, 0x1p63, -0x1p63);
    assertThat(Tensor.full(DType.BF16, whole).item()).isEqualTo(0x1.02p62);
    Tensor x = Tensor.of(1f, 2f, 3f, 4f).toType(DType.BF16).reshape(2, 2);
    assertThat(x.transpose().copy().toFloats()).containsExactly(1, 3, 2, 4);
    assertThat(Tensor.concat(0, x, x).dim(0)).isEqualTo(4);
    assertThatThrownBy(() -> x.plus(x))
        .isInstanceOf(ShapeException.class)
        .hasMessage("plus: needs F32, F64, I32 or I64, got BF16[2, 2]; cast it with toType(...)");
  }

  // ---- Comparing and choosing.

  @Test
  void compares() {
    Tensor x = Tensor.of(1f, 2f, Float.NaN);
    Tensor y = Tensor.of(2f, 2f, Float.NaN);
    assertThat(x.equalTo(y).toBooleans()).containsExactly(false, true, false);
    assertThat(x.notEqualTo(y).toBooleans()).containsExactly(true, false, true);
    assertThat(x.less(y).toBooleans()).containsExactly(true, false, false);
    assertThat(x.lessOrEqual(y).toBooleans()).containsExactly(true, true, false);
    assertThat(x.greater(y).toBooleans()).containsExactly(false, false, false);
    assertThat(x.greaterOrEqual(y).toBooleans()).containsExactly(false, true, false);
    assertThat(x.equalTo(2).toBooleans()).containsExactly(false, true, false);
    assertThat(x.less(2).toBooleans()).containsExactly(true, false, false);
    assertThat(x.lessOrEqual(1).toBooleans()).containsExactly(true, false, false);
    assertThat(x.greater(1).toBooleans()).containsExactly(false, true, false);
    assertThat(x.greaterOrEqual(1).toBooleans()).containsExactly(true, true, false);
    assertThat(Tensor.of(0f).equalTo(Tensor.of(-0f)).toBooleans()).containsExactly(true);
  }

  @Test
  void joinsTruthValues() {
    Tensor x = Tensor.of(true, true, false, false);
    Tensor y = Tensor.of(true, false, true, false);
    assertThat(x.and(y).toBooleans()).containsExactly(true, false, false, false);
    assertThat(x.or(y).toBooleans()).containsExactly(true, true, true, false);
    assertThat(x.xor(y).toBooleans()).containsExactly(false, true, true, false);
    assertThat(x.not().toBooleans()).containsExactly(false, false, true, true);
    assertThat(x.any().item()).isEqualTo(1);
    assertThat(x.all().item()).isZero();
    assertThat(x.reshape(2, 2).all(1).toBooleans()).containsExactly(true, false);
    assertThat(y.reshape(2, 2).any(0).toBooleans()).containsExactly(true, false);
    assertThatThrownBy(() -> Tensor.of(0.5f).any())
        .isInstanceOf(ShapeException.class)
        .hasMessage("any: needs BOOL, got F32[1]; cast it with toType(...)");
  }

  @Test
  void chooses() {
    Tensor mask = Tensor.of(true, false, true);
    assertThat(mask.where(Tensor.of(1, 2, 3), Tensor.of(-1)).toInts()).containsExactly(1, -1, 3);
    assertThat(Tensor.of(1f, 2f, 3f).maskedFill(mask, -9).toFloats()).containsExactly(-9, 2, -9);
  }
}
