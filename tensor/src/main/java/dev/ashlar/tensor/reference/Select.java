package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;

/** Comparison, and choice by a truth value. NaN is unequal to everything, itself included. */
final class Select {
  private Select() {}

  static void compare(Op.Compare op, List<Operand> in, List<Operand> out) {
    Operand a = in.get(0);
    Operand b = in.get(1);
    Operand y = out.get(0);
    Walk walk = Walk.of(a.layout().expand(y.shape()), b.layout().expand(y.shape()), y.layout());
    if (a.dtype().isInteger()) walk.parallel(() -> longs(op.comparison(), walk, a, b, y));
    else walk.parallel(() -> doubles(op.comparison(), walk, a, b, y));
  }

  private static Walk.Block doubles(Op.Comparison how, Walk walk, Operand a, Operand b, Operand y) {
    double[] left = new double[walk.blockSize()];
    double[] right = new double[walk.blockSize()];
    return (at, count) -> {
      Elements.read(a, at[0], walk.step(0), left, count);
      Elements.read(b, at[1], walk.step(1), right, count);
      for (int i = 0; i < count; i++) left[i] = holds(how, left[i], right[i]) ? 1 : 0;
      Elements.write(y, at[2], walk.step(2), left, count);
    };
  }

  private static Walk.Block longs(Op.Comparison how, Walk walk, Operand a, Operand b, Operand y) {
    long[] left = new long[walk.blockSize()];
    long[] right = new long[walk.blockSize()];
    return (at, count) -> {
      Elements.read(a, at[0], walk.step(0), left, count);
      Elements.read(b, at[1], walk.step(1), right, count);
      for (int i = 0; i < count; i++) left[i] = holds(how, left[i], right[i]) ? 1 : 0;
      Elements.write(y, at[2], walk.step(2), left, count);
    };
  }

  private static boolean holds(Op.Comparison how, double a, double b) {
    return switch (how) {
      case EQUAL -> a == b;
      case NOT_EQUAL -> a != b;
      case LESS -> a < b;
      case LESS_OR_EQUAL -> a <= b;
      case GREATER -> a > b;
      case GREATER_OR_EQUAL -> a >= b;
    };
  }

  private static boolean holds(Op.Comparison how, long a, long b) {
    return switch (how) {
      case EQUAL -> a == b;
      case NOT_EQUAL -> a != b;
      case LESS -> a < b;
      case LESS_OR_EQUAL -> a <= b;
      case GREATER -> a > b;
      case GREATER_OR_EQUAL -> a >= b;
    };
  }

  static void where(List<Operand> in, List<Operand> out) {
    Operand condition = in.get(0);
    Operand yes = in.get(1);
    Operand no = in.get(2);
    Operand y = out.get(0);
    Walk walk =
        Walk.of(
            condition.layout().expand(y.shape()),
            yes.layout().expand(y.shape()),
            no.layout().expand(y.shape()),
            y.layout());
    walk.parallel(
        () -> {
          long[] chosen = new long[walk.blockSize()];
          return (at, count) -> {
            Elements.read(condition, at[0], walk.step(0), chosen, count);
            for (int i = 0; i < count; i++) {
              int from = chosen[i] != 0 ? 1 : 2;
              Operand source = from == 1 ? yes : no;
              Elements.move(
                  source, at[from] + i * walk.step(from), 1, y, at[3] + i * walk.step(3), 0, 1);
            }
          };
        });
  }
}
