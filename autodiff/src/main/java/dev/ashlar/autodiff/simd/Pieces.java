package dev.ashlar.autodiff.simd;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import dev.ashlar.tensor.spi.Rows;
import java.util.List;

/** Elementwise work on operands of one shape, in pieces that stay in the first-level cache. */
final class Pieces {
  private static final int SIZE = 1024;
  private static final int ELEMENTS_PER_CHUNK = 16_384;

  private Pieces() {}

  /** Computes a piece of each output from a piece of each input. */
  @FunctionalInterface
  interface Work {
    /** Handles whole vectors up to {@code size}; what lies beyond the piece's end is ignored. */
    void compute(float[][] in, float[][] out, int size);
  }

  static void run(List<Operand> in, List<Operand> out, Work work) {
    boolean flat =
        in.getFirst().size() <= Integer.MAX_VALUE
            && in.stream().allMatch(Operand::isContiguous)
            && out.stream().allMatch(Operand::isContiguous);
    Rows[] from = rows(in, flat);
    Rows[] to = rows(out, flat);
    int width = from[0].width();
    if (width == 0) return;
    int piecesPerRow = Math.ceilDiv(width, SIZE);
    long pieces = from[0].count() * piecesPerRow;
    long grain = Math.max(1, ELEMENTS_PER_CHUNK / Math.min(width, SIZE));
    Parallel.range(
        pieces,
        grain,
        (first, end) -> {
          float[][] inputs = new float[from.length][Lanes.padded(Math.min(width, SIZE))];
          float[][] outputs = new float[to.length][inputs[0].length];
          for (long piece = first; piece < end; piece++) {
            long row = piece / piecesPerRow;
            int start = (int) (piece % piecesPerRow) * SIZE;
            int size = Math.min(SIZE, width - start);
            for (int i = 0; i < from.length; i++) from[i].read(row, start, inputs[i], size);
            work.compute(inputs, outputs, Lanes.padded(size));
            for (int i = 0; i < to.length; i++) to[i].write(row, start, outputs[i], size);
          }
        });
  }

  private static Rows[] rows(List<Operand> operands, boolean flat) {
    return operands.stream().map(x -> Rows.of(flat ? flat(x) : x)).toArray(Rows[]::new);
  }

  private static Operand flat(Operand x) {
    Layout line = x.layout().reshape(Shape.of((int) x.size())).orElseThrow();
    return x.with(line);
  }
}
