package dev.ashlar.tensor.simd.softmax;

import static dev.ashlar.tensor.simd.lanes.DoubleVectors.LANES;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.load;
import static dev.ashlar.tensor.simd.lanes.DoubleVectors.store;

import dev.ashlar.tensor.simd.blocks.Along;
import dev.ashlar.tensor.simd.blocks.Apart;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.simd.blocks.Scratch;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.simd.lanes.DoubleVectors;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Softmax of F64 along an axis, or its logarithm, line by line, each in memory of the thread's. */
public record DoubleSoftmaxKernel(int axis, boolean logarithm) implements Kernel {
  private static final int GRAIN = 16_384;
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE;

  @Override
  public void run(List<Operand> inputs, List<Operand> outputs) {
    Operand y = Along.last(outputs.getFirst(), axis);
    if (y.size() == 0) return;
    Window from = Window.of(Along.last(inputs.getFirst(), axis), y.shape());
    Window to = Window.of(y, y.shape());
    int width = y.shape().rank() == 0 ? 1 : y.shape().dim(-1);
    int padded = DoubleVectors.wholeVectors(width);
    Parallel.range(
        y.size() / width,
        Math.max(1, GRAIN / width),
        (first, end) -> {
          var line = new Line(padded);
          for (long row = first; row < end; row++) {
            from.read(row * width, line.x, width);
            for (int i = width; i < padded; i++) {
              line.x.setAtIndex(DOUBLE, i, Double.NEGATIVE_INFINITY);
            }
            line.softmax(logarithm);
            to.write(row * width, line.x, width);
          }
        });
  }

  /** A line at work, filled up to whole vectors; each loop is compiled by itself. */
  private static final class Line {
    private final MemorySegment x;
    private final int count;
    private final Loops.Map greatest = this::greatest;
    private final Loops.Map sum = this::sum;
    private final Loops.Map exp = this::exp;
    private final Loops.Map scale = this::scale;
    private final Loops.Map subtract = this::subtract;
    private double max;
    private double total;

    Line(int count) {
      this.x = Scratch.own().line(0, count * (Double.BYTES / Float.BYTES));
      this.count = count;
    }

    void softmax(boolean logarithm) {
      run(greatest);
      run(logarithm ? sum : exp);
      run(logarithm ? subtract : scale);
    }

    private void run(Loops.Map loop) {
      Apart.compute(loop, x, 0, x, 0, count);
    }

    private void greatest(MemorySegment x, long at, MemorySegment y, long to, int count) {
      max = DoubleSoftmax.max(x, at, count);
    }

    private void sum(MemorySegment x, long at, MemorySegment y, long to, int count) {
      total = DoubleSoftmax.sumExp(x, at, max, count);
    }

    private void exp(MemorySegment x, long at, MemorySegment y, long to, int count) {
      total = DoubleSoftmax.exp(x, at, max, count);
    }

    private void scale(MemorySegment x, long at, MemorySegment y, long to, int count) {
      double share = 1 / total;
      for (int i = 0; i < count; i += LANES) store(load(x, at + i * 8L).mul(share), y, to + i * 8L);
    }

    private void subtract(MemorySegment x, long at, MemorySegment y, long to, int count) {
      double log = StrictMath.log(total);
      for (int i = 0; i < count; i += LANES) {
        store(load(x, at + i * 8L).sub(max).sub(log), y, to + i * 8L);
      }
    }
  }
}
