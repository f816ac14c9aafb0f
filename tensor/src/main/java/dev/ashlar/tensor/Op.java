package dev.ashlar.tensor;

import dev.ashlar.tensor.spi.Operand;
import java.util.List;

/**
 * Everything a tensor program can say. A record holds an operation's attributes; tensors are passed
 * beside it. Each concern (result shape, plain kernel, gradient, device kernel) is one exhaustive
 * switch over this vocabulary, so the compiler lists what a new operation still lacks. Axes in
 * attributes count from the first and are never negative.
 */
public sealed interface Op {

  /** Returns the name that error messages use: the record's, beginning in lower case. */
  default String label() {
    String name = getClass().getSimpleName();
    return Character.toLowerCase(name.charAt(0)) + name.substring(1);
  }

  // ---- Sources: no inputs.

  /** An operation without inputs, whose result its attributes say. */
  sealed interface Source extends Op {
    /** Returns what the operation makes. */
    TensorSpec spec();
  }

  /** Every element is {@code value}. */
  record Fill(TensorSpec spec, double value) implements Source {}

  /** 0, 1, 2, … along the only axis. */
  record Arange(TensorSpec spec) implements Source {}

  // ---- Random numbers. Input: a key, I64 [2], as KeyTensor holds it.

  /** Numbers of a key's stream: element i is number i. */
  sealed interface Random extends Op {
    /** Returns what the operation makes. */
    TensorSpec spec();
  }

  /** Uniform in [0, 1). */
  record Uniform(TensorSpec spec) implements Random {}

  /** Standard normal. */
  record Normal(TensorSpec spec) implements Random {}

  /** The key of sub-stream {@code number}: I64 [2] -> I64 [2]. */
  record FoldKey(long number) implements Op {}

  // ---- Elementwise, one input.

  /** y[i] = f(x[i]), of the input's shape and element type. */
  sealed interface Unary extends Op {}

  /** -x. */
  record Negate() implements Unary {}

  /** |x|. */
  record Abs() implements Unary {}

  /** e^x. */
  record Exp() implements Unary {}

  /** e^x - 1, exact near 0. */
  record Expm1() implements Unary {}

  /** The natural logarithm. */
  record Log() implements Unary {}

  /** log(1 + x), exact near 0. */
  record Log1p() implements Unary {}

  /** x³. */
  record Cube() implements Unary {}

  /** The square root. */
  record Sqrt() implements Unary {}

  /** 1 / x. */
  record Reciprocal() implements Unary {}

  /** The sine of radians. */
  record Sin() implements Unary {}

  /** The cosine of radians. */
  record Cos() implements Unary {}

  /** The hyperbolic tangent. */
  record Tanh() implements Unary {}

  /** 1 / (1 + e^-x). */
  record Sigmoid() implements Unary {}

  /** max(x, 0); its derivative at 0 is taken as 0. */
  record Relu() implements Unary {}

  /** x · sigmoid(x). */
  record Silu() implements Unary {}

  /** The derivative of {@link Silu}. */
  record SiluSlope() implements Unary {}

  /** The error function, 2/√π times the integral of e^-t² from 0 to x. */
  record Erf() implements Unary {}

  /** x · Φ(x) with the distribution Φ of normal numbers, (1 + erf(x/√2)) / 2. */
  record Gelu() implements Unary {}

  /** The derivative of {@link Gelu}. */
  record GeluSlope() implements Unary {}

  /**
   * What comes near {@link Gelu}: x · sigmoid(u) with u = {@link #LINEAR} · x + {@link #CUBIC} ·
   * x³, which is x/2 · (1 + tanh u/2).
   */
  record GeluTanh() implements Unary {
    /** The factor of x. */
    public static final double LINEAR = 2 * Math.sqrt(2 / Math.PI);

    /** The factor of x³. */
    public static final double CUBIC = 0.044715 * LINEAR;
  }

  /** The derivative of {@link GeluTanh}. */
  record GeluTanhSlope() implements Unary {}

  /** The greatest whole number not above x. */
  record Floor() implements Unary {}

  /** The whole number nearest to x, ties to the even one. */
  record Round() implements Unary {}

  /** Logical negation of a BOOL. */
  record Not() implements Op {}

  /**
   * The same numbers as another element type; float to integer cuts towards 0, to BOOL is x != 0.
   */
  record Cast(DType dtype) implements Op {}

  // ---- Elementwise, two or three inputs, broadcast.

  /** y[i] = f(a[i], b[i]) over broadcast inputs of one number type. */
  sealed interface Binary extends Op {}

  /** a + b. */
  record Plus() implements Binary {}

  /** a - b. */
  record Minus() implements Binary {}

  /** a · b. */
  record Times() implements Binary {}

  /** a / b; of integers cut towards 0. */
  record Div() implements Binary {}

  /** The remainder of a / b, with the sign of a. */
  record Rem() implements Binary {}

  /** a^b. */
  record Pow() implements Binary {}

  /** The greater of a and b; NaN if either is. */
  record Maximum() implements Binary {}

  /** The lesser of a and b; NaN if either is. */
  record Minimum() implements Binary {}

  /** How two numbers can compare. */
  enum Comparison {
    EQUAL,
    NOT_EQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL
  }

  /** Whether a and b compare so, as BOOL; broadcast. */
  record Compare(Comparison comparison) implements Op {}

  /** How two truth values can be joined. */
  enum Connective {
    AND,
    OR,
    XOR
  }

  /** a and, or, xor b, all BOOL; broadcast. */
  record Logical(Connective connective) implements Op {}

  /**
   * (x, low, high): min(max(x, low), high) over broadcast inputs of one number type; NaN if one is.
   */
  record Clamp() implements Op {}

  /** condition ? a : b, over three broadcast inputs, the first BOOL. */
  record Where() implements Op {}

  // ---- Reductions.

  /**
   * A result of several elements: {@code axes} (ascending) shrink to 1, or vanish unless {@code
   * keepAxes}.
   */
  sealed interface Reduction extends Op {
    /** Returns the axes reduced, ascending. */
    List<Integer> axes();

    /** Returns whether reduced axes stay, with size 1. */
    boolean keepAxes();
  }

  /** The sum. F32 is accumulated in double precision. */
  record Sum(List<Integer> axes, boolean keepAxes) implements Reduction {}

  /** The greatest; NaN if one is NaN. */
  record Max(List<Integer> axes, boolean keepAxes) implements Reduction {}

  /** The least; NaN if one is NaN. */
  record Min(List<Integer> axes, boolean keepAxes) implements Reduction {}

  /**
   * Where along an axis the greatest stands, as I64; the lowest index of equals; NaN counts as
   * greatest.
   */
  record ArgMax(int axis, boolean keepAxis) implements Op {}

  /**
   * Where along an axis the least stands, as I64; the lowest index of equals; NaN counts as least.
   */
  record ArgMin(int axis, boolean keepAxis) implements Op {}

  // ---- Along one axis.

  /** e^x / sum of e^x along an axis, computed from x - max x. */
  record Softmax(int axis) implements Op {}

  /** The logarithm of the softmax along an axis. */
  record LogSoftmax(int axis) implements Op {}

  /** y[i] = x[0] + … + x[i] along an axis; from the other end if {@code reverse}. */
  record CumSum(int axis, boolean reverse) implements Op {}

  /** Values along an axis in order, and where they stood (I64). Stable; NaN counts as greatest. */
  record Sort(int axis, boolean descending) implements Op {}

  /**
   * The k greatest (or least) along an axis in order, and where they stood (I64). Of equals the
   * lowest index comes first; NaN counts as greatest.
   */
  record TopK(int axis, int k, boolean largest) implements Op {}

  // ---- Products.

  /** [..., M, K] @ [..., K, N] -> [..., M, N]; leading axes broadcast. */
  record MatMul() implements Op {
    /** Returns the name of the method, which the field writes as one word. */
    @Override
    public String label() {
      return "matmul";
    }
  }

  // ---- Views: no numbers move.

  /** The input's own memory in another layout; computed by {@link Views}, never by a kernel. */
  sealed interface View extends Op {}

  /**
   * The same elements in row-major order under another shape; copies where strides do not allow a
   * view.
   */
  record Reshape(Shape shape) implements View {}

  /** Axes in another order: axis i of the result is axis axes[i] of the input. */
  record Permute(List<Integer> axes) implements View {}

  /** Stretches axes of size 1. */
  record Expand(Shape shape) implements View {}

  /** Elements start, start + step, … below stop of an axis. */
  record Slice(int axis, int start, int stop, int step) implements View {}

  /** The same tensor under a new identity, as gradients need it. */
  record Alias() implements View {}

  /** The same tensor, as a constant to every gradient. */
  record StopGradient() implements View {}

  // ---- Moving numbers.

  /** The same numbers in memory of their own, row-major. */
  record Copy() implements Op {}

  /** Inputs side by side along an axis. */
  record Concat(int axis) implements Op {}

  /**
   * Zeros of size {@code size} along an axis, with the input at start, start + step, …: the adjoint
   * of Slice.
   */
  record Pad(int axis, int start, int step, int size) implements Op {}

  /**
   * (source, index): y[.., i, ..] = source[.., index[.., i, ..], ..] along an axis; index is I32 or
   * I64.
   */
  record Gather(int axis) implements Op {}

  /**
   * (into, index, source): a copy of into, with source[.., i, ..] added at index[.., i, ..]:
   * Gather's adjoint.
   */
  record ScatterAdd(int axis) implements Op {}

  /**
   * (source, index): slices of source along an axis, in the order of index, whose shape replaces
   * the axis.
   */
  record IndexSelect(int axis) implements Op {}

  /**
   * (into, index, source): a copy of into, with slices of source added at index: IndexSelect's
   * adjoint.
   */
  record IndexAdd(int axis) implements Op {}

  /** A last axis of size {@code classes}: 1 where the integer input names it, else 0. */
  record OneHot(int classes, DType dtype) implements Op {}

  // ---- The open door.

  /**
   * A fused operation defined outside this package, with its own shape rule and plain kernel.
   * Further kernels may be offered by any {@link dev.ashlar.tensor.spi.KernelProvider}.
   */
  non-sealed interface Custom extends Op {
    /**
     * Returns the results' element types and shapes; throws {@link ShapeException} for inputs it
     * cannot take.
     */
    List<TensorSpec> specs(List<TensorSpec> inputs);

    /** Computes the results by plain loops. Inputs may have any layout; results are contiguous. */
    void compute(List<Operand> inputs, List<Operand> outputs);

    /**
     * Returns, per result, which input gives up its memory to it, or -1. Such an input is read and
     * written by the kernel in one place and cannot be used afterwards. Only for operations without
     * a gradient.
     */
    default List<Integer> donations() {
      return List.of();
    }
  }
}
