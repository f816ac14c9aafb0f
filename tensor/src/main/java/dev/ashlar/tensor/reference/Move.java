package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;

/** Operations that move numbers bit by bit, of any element type. */
final class Move {
  private Move() {}

  static void copy(Operand x, Operand y) {
    Walk walk = Walk.of(x.layout(), y.layout());
    walk.parallel(
        () -> (at, count) -> Elements.move(x, at[0], walk.step(0), y, at[1], walk.step(1), count));
  }

  static void concat(Op.Concat op, List<Operand> in, List<Operand> out) {
    Operand y = out.get(0);
    int from = 0;
    for (Operand part : in) {
      int to = from + part.shape().dim(op.axis());
      copy(part, y.with(y.layout().slice(op.axis(), from, to, 1)));
      from = to;
    }
  }

  static void pad(Op.Pad op, List<Operand> in, List<Operand> out) {
    Operand y = out.get(0);
    Sources.fill(y, 0);
    int count = in.get(0).shape().dim(op.axis());
    if (count == 0) return;
    int stop = op.start() + (count - 1) * op.step() + 1;
    Layout inside = y.layout().slice(op.axis(), op.start(), stop, op.step());
    copy(in.get(0), y.with(inside));
  }
}
