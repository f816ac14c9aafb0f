package dev.ashlar.autodiff.nn;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * A fused operation beside the composition that says what it means, with inputs to try.
 *
 * @param inputs makes inputs of an element type for a number of rows and a row size
 */
public record FusedOp(Op.Custom op, Function<List<Tensor>, List<Tensor>> composed, Maker inputs) {

  /** Makes inputs. */
  @FunctionalInterface
  public interface Maker {
    /** Answers inputs of an element type for a number of rows and a row size. */
    List<Tensor> make(DType dtype, int rows, int width);
  }

  /** Returns every fused operation of layers and losses, and their backwards. */
  public static List<FusedOp> all() {
    var norm = new RmsNormOp(1e-5);
    var normBack = new RmsNormOp.Backward(norm);
    var layerNorm = new LayerNormOp(1e-5);
    var layerNormBack = new LayerNormOp.Backward(layerNorm);
    var gate = new SwiGluOp();
    var gateBack = new SwiGluOp.Backward();
    var loss = new CrossEntropyOp(OptionalLong.empty());
    var ignoring = new CrossEntropyOp(OptionalLong.of(-100));
    return List.of(
        new FusedOp(norm, norm::composed, (t, r, w) -> List.of(wide(1, t, r, w), wide(2, t, w))),
        new FusedOp(normBack, normBack::composed, FusedOp::normBackward),
        new FusedOp(
            layerNorm,
            layerNorm::composed,
            (t, r, w) -> List.of(wide(1, t, r, w), wide(2, t, w), wide(14, t, w))),
        new FusedOp(layerNormBack, layerNormBack::composed, FusedOp::layerNormBackward),
        new FusedOp(gate, gate::composed, (t, r, w) -> List.of(wide(3, t, r, w), wide(4, t, r, w))),
        new FusedOp(
            gateBack,
            gateBack::composed,
            (t, r, w) -> List.of(wide(3, t, r, w), wide(4, t, r, w), wide(5, t, r, w))),
        new FusedOp(loss, loss::composed, (t, r, w) -> List.of(wide(6, t, r, w), targets(r, w, 1))),
        new FusedOp(
            ignoring, ignoring::composed, (t, r, w) -> List.of(wide(6, t, r, w), targets(r, w, 3))),
        lossBackward(loss, 1),
        lossBackward(ignoring, 3),
        linearLoss(OptionalLong.empty(), false),
        linearLoss(OptionalLong.of(-100), true),
        linearLossAhead(OptionalLong.empty(), false, List.of(0, 1)),
        linearLossAhead(OptionalLong.of(-100), true, List.of(0, 1, 3)),
        linearLossAhead(OptionalLong.of(-100), true, List.of(1)));
  }

  private static FusedOp linearLoss(OptionalLong ignored, boolean biased) {
    var op = new LinearCrossEntropyOp(ignored);
    return new FusedOp(op, op::composed, (t, r, w) -> linearLoss(t, r, w, ignored, biased));
  }

  private static FusedOp linearLossAhead(
      OptionalLong ignored, boolean biased, List<Integer> wanted) {
    var op = new LinearCrossEntropyOp.WithGradients(new LinearCrossEntropyOp(ignored), wanted);
    return new FusedOp(op, op::composed, (t, r, w) -> linearLoss(t, r, w, ignored, biased));
  }

  private static List<Tensor> linearLoss(
      DType dtype, int rows, int classes, OptionalLong ignored, boolean biased) {
    int width = Math.min(classes, 40);
    Tensor hidden = wide(11, dtype, rows, width);
    Tensor weight = wide(12, dtype, classes, width).times(0.0625);
    Tensor targets = targets(rows, classes, ignored.isPresent() ? 3 : 1);
    return biased
        ? List.of(hidden, weight, targets, wide(13, dtype, classes))
        : List.of(hidden, weight, targets);
  }

  private static List<Tensor> normBackward(DType dtype, int rows, int width) {
    Tensor x = wide(1, dtype, rows, width);
    Tensor weight = wide(2, dtype, width);
    Tensor scale = new RmsNormOp(1e-5).composed(List.of(x, weight)).get(1);
    return List.of(x, weight, scale, wide(7, dtype, rows, width), wide(8, dtype, rows));
  }

  private static List<Tensor> layerNormBackward(DType dtype, int rows, int width) {
    Tensor x = wide(1, dtype, rows, width);
    Tensor weight = wide(2, dtype, width);
    List<Tensor> saved = new LayerNormOp(1e-5).composed(List.of(x, weight, weight)).subList(1, 3);
    return List.of(
        x,
        weight,
        saved.get(0),
        saved.get(1),
        wide(7, dtype, rows, width),
        wide(15, dtype, rows),
        wide(8, dtype, rows));
  }

  private static FusedOp lossBackward(CrossEntropyOp loss, int ignoredEvery) {
    var back = new CrossEntropyOp.Backward(loss);
    return new FusedOp(
        back,
        back::composed,
        (dtype, rows, width) -> {
          Tensor logits = wide(6, dtype, rows, width);
          Tensor targets = targets(rows, width, ignoredEvery);
          List<Tensor> saved = loss.composed(List.of(logits, targets)).subList(1, 3);
          Tensor dLoss = wide(9, dtype, rows);
          Tensor dLogSumExp = wide(10, dtype, rows);
          return List.of(logits, targets, saved.get(0), saved.get(1), dLoss, dLogSumExp);
        });
  }

  private static Tensor wide(long seed, DType dtype, int... dims) {
    // From the same doubles in every precision, exact as floats.
    return Tensor.normal(Key.of(seed), DType.F32, dims).times(2).toType(dtype);
  }

  private static Tensor targets(int rows, int width, int ignoredEvery) {
    long[] targets = new long[rows];
    for (int i = 0; i < rows; i++) {
      boolean ignored = ignoredEvery > 1 && i % ignoredEvery == 0;
      targets[i] = ignored ? -100 : Math.floorMod(7L * i + 3, width);
    }
    return Tensor.of(targets);
  }

  @Override
  public String toString() {
    return op.toString();
  }
}
