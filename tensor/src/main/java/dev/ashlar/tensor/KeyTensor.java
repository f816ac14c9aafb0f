package dev.ashlar.tensor;

/**
 * A {@link Key} as data: an input of a {@link dev.ashlar.tensor.program.Program}, which draws other
 * numbers every time it runs with another one. Equal keys give equal numbers in both forms.
 *
 * <pre>{@code
 * var step = Compiled.of((In in) -> dropout.forward(in.key().fold(3), in.x()));
 * step.call(new In(KeyTensor.of(key.fold(t)), x));     // one program for every t
 * }</pre>
 *
 * @param bits seed and stream, I64 [2]
 */
public record KeyTensor(Tensor bits) {
  private static final TensorSpec SPEC = new TensorSpec(DType.I64, Shape.of(2));

  /** Checks the shape; throws {@link ShapeException}. */
  public KeyTensor {
    if (!bits.spec().equals(SPEC)) {
      throw new ShapeException("key: seed and stream must be %s, got %s", SPEC, bits.spec());
    }
  }

  /** Returns a key as data, in the innermost {@link TensorScope}. */
  public static KeyTensor of(Key key) {
    return new KeyTensor(Tensor.of(key.seed(), key.stream()));
  }

  /** Returns the key of sub-stream {@code number}, as {@link Key#fold} does. */
  public KeyTensor fold(long number) {
    return new KeyTensor(Interpreter.call(new Op.FoldKey(number), bits));
  }
}
