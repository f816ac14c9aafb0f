package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.simd.MicroKernels.LANES;
import static dev.ashlar.tensor.simd.MicroKernels.S;

import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.List;
import jdk.incubator.vector.FloatVector;

/** Softmax of F32 along the last axis, or its logarithm; sums are in double precision. */
record SoftmaxKernel(boolean logarithm) implements Kernel {
  private static final int GRAIN = 16_384;

  @Override
  public void run(List<Operand> inputs, List<Operand> outputs) {
    Operand y = outputs.getFirst();
    if (y.size() == 0) return;
    int width = y.shape().dim(-1);
    // Whole vectors, and what a fold may write beyond them.
    int padded = (width + 4 * LANES - 1) / (4 * LANES) * (4 * LANES);
    Window x = Window.of(inputs.getFirst(), y.shape());
    Parallel.range(
        y.size() / width,
        Math.max(1, GRAIN / width),
        (from, to) -> {
          Scratch scratch = Scratch.own();
          float[] line = scratch.rows(padded);
          float[] powers = scratch.sums(padded);
          for (long row = from; row < to; row++) {
            x.read(row * width, line, width);
            softmax(line, powers, width);
            Blocks.write(y, row * width, logarithm ? line : powers, width);
          }
        });
  }

  private void softmax(float[] x, float[] powers, int width) {
    float max = (float) Folds.MAX.line(x, width);
    exp(x, powers, max, width);
    double sum = Folds.SUM.line(powers, width);
    if (logarithm) subtract(x, max, (float) StrictMath.log(sum), width);
    else divide(powers, (float) sum, width);
  }

  private static void exp(float[] x, float[] y, float max, int count) {
    for (int i = 0; i < count; i += LANES) {
      VectorMath.expFlushed(FloatVector.fromArray(S, x, i).sub(max)).intoArray(y, i);
    }
  }

  private static void divide(float[] y, float sum, int count) {
    for (int i = 0; i < count; i += LANES) FloatVector.fromArray(S, y, i).div(sum).intoArray(y, i);
  }

  private static void subtract(float[] y, float max, float log, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector.fromArray(S, y, i).sub(max).sub(log).intoArray(y, i);
    }
  }
}
