package dev.ashlar.moba;

import dev.ashlar.autodiff.Call;
import dev.ashlar.autodiff.DifferentiableOp;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import dev.ashlar.tensor.spi.Rows;
import java.util.List;
import java.util.Optional;

/**
 * Rotary position embedding (arXiv 2104.09864) of [T, H, D], in the "rotate half" convention of the
 * Hugging Face Llama models: numbers i and i + D/2 of a head turn by the angle position ·
 * theta^(-2i/D). Positions restart at every sequence. The gradient is the rotation back, so there
 * are any number of derivatives.
 *
 * @param start the position of each sequence's first row
 * @param theta the base of the frequencies, 10000 in the first Llama models
 * @param inverse whether to turn back
 */
public record Rope(Packing packing, int start, double theta, boolean inverse)
    implements DifferentiableOp {
  /** Checks the numbers; throws {@link IllegalArgumentException} naming the wrong one. */
  public Rope {
    if (start < 0 || (long) start + packing.maxLength() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "rope: positions must lie in 0 .. 2^31 - 1, got a start of " + start);
    }
    if (!(theta > 0) || Double.isInfinite(theta)) {
      throw new IllegalArgumentException("rope: theta must be positive and finite, got " + theta);
    }
  }

  /** Returns x [T, H, D] turned by its positions, which count from 0 in every sequence. */
  public static Tensor rotate(Tensor x, Packing packing, double theta) {
    return Interpreter.call(new Rope(packing, 0, theta, false), x);
  }

  /** Returns x [T, H, D], one sequence whose first row has the position {@code start}, turned. */
  public static Tensor rotateFrom(Tensor x, int start, double theta) {
    AttentionShapes.axes("rope", "x", "[T, H, D]", x.shape());
    return Interpreter.call(new Rope(Packing.of(x.dim(0)), start, theta, false), x);
  }

  @Override
  public List<TensorSpec> specs(List<TensorSpec> inputs) {
    AttentionShapes.count(label(), 1, inputs);
    TensorSpec x = inputs.getFirst();
    if (!x.dtype().isFloating()) {
      throw new ShapeException("rope: x must be F32 or F64, got %s; cast it with toType(...)", x);
    }
    AttentionShapes.axes(label(), "x", "[T, H, D]", x.shape());
    packing.fits(label(), "x", x.shape());
    if (x.shape().dim(2) % 2 != 0) {
      throw new ShapeException(
          "rope: x %s must have an even head size (axis 2): numbers turn in pairs", x.shape());
    }
    return inputs;
  }

  /**
   * What every row's pairs turn by, as kernels for devices read it: [T, D/2] each, row-major,
   * rounded from double; the sines of the turn forward.
   */
  public record Angles(float[] cosines, float[] sines) {}

  /** Returns the angles of heads of size {@code headDim}, which must be even. */
  public Angles angles(int headDim) {
    int pairs = headDim / 2;
    RopeTable table = RopeTable.of(theta, headDim, start, packing.maxLength());
    int[] positions = packing.positions();
    float[] cosines = new float[Math.multiplyExact(positions.length, pairs)];
    float[] sines = new float[cosines.length];
    for (int row = 0; row < positions.length; row++) {
      int from = table.at(start + positions[row]);
      System.arraycopy(table.floatCos(), from, cosines, row * pairs, pairs);
      System.arraycopy(table.floatSin(), from, sines, row * pairs, pairs);
    }
    return new Angles(cosines, sines);
  }

  /** Turns in the input's own precision; sines and cosines are rounded from double. */
  @Override
  public void compute(List<Operand> inputs, List<Operand> outputs) {
    Operand x = inputs.getFirst();
    if (x.size() == 0) return;
    RopeTable table = RopeTable.of(theta, x.shape().dim(2), start, packing.maxLength());
    int[] positions = packing.positions();
    int heads = x.shape().dim(1);
    Rows in = Rows.of(x);
    Rows out = Rows.of(outputs.getFirst());
    Parallel.range(
        positions.length,
        16,
        (from, to) -> {
          for (long row = from * heads; row < to * heads; row++) {
            int angles = table.at(start + positions[(int) (row / heads)]);
            if (x.dtype() == DType.F32) turnFloats(in, out, row, table, angles);
            else turnDoubles(in, out, row, table, angles);
          }
        });
  }

  private void turnFloats(Rows x, Rows out, long row, RopeTable table, int angles) {
    int half = x.width() / 2;
    float sign = inverse ? -1 : 1;
    float[] cos = table.floatCos();
    float[] sin = table.floatSin();
    float[] numbers = new float[x.width()];
    x.read(row, 0, numbers, numbers.length);
    for (int i = 0; i < half; i++) {
      float a = numbers[i];
      float b = numbers[i + half];
      float s = sign * sin[angles + i];
      numbers[i] = a * cos[angles + i] - b * s;
      numbers[i + half] = b * cos[angles + i] + a * s;
    }
    out.write(row, 0, numbers, numbers.length);
  }

  private void turnDoubles(Rows x, Rows out, long row, RopeTable table, int angles) {
    int half = x.width() / 2;
    double[] numbers = new double[x.width()];
    x.read(row, numbers);
    for (int i = 0; i < half; i++) {
      double a = numbers[i];
      double b = numbers[i + half];
      double cos = table.cos(angles + i);
      double sin = inverse ? -table.sin(angles + i) : table.sin(angles + i);
      numbers[i] = a * cos - b * sin;
      numbers[i + half] = b * cos + a * sin;
    }
    out.write(row, numbers);
  }

  @Override
  public List<Optional<Tensor>> vjp(Call call, List<Tensor> dOutputs) {
    var back = new Rope(packing, start, theta, !inverse);
    return List.of(Optional.of(Interpreter.call(back, dOutputs.getFirst())));
  }
}
