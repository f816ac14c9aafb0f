package dev.ashlar.tensor.reference;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.util.function.LongToDoubleFunction;

/** Constants, counting and random numbers: element i depends on i alone. */
final class Sources {
  private static final long GRAIN = 8_192;

  private Sources() {}

  static void source(Op.Source op, Operand y) {
    switch (op) {
      case Op.Fill fill -> fill(y, fill.value());
      case Op.Arange _ -> arange(y);
    }
  }

  static void random(Op.Random op, Operand key, Operand y) {
    switch (op) {
      case Op.Uniform _ -> uniform(Key.of(key), y);
      case Op.Normal _ -> each(y, Key.of(key)::normal);
    }
  }

  static void fold(Op.FoldKey op, Operand from, Operand to) {
    Key key = Key.of(from).fold(op.number());
    long start = to.layout().offsetElements();
    to.setLong(start, key.seed());
    to.setLong(start + 1, key.stream());
  }

  /** Stores one value in every element. */
  static void fill(Operand y, double value) {
    if (value == 0 && Double.doubleToRawLongBits(value) == 0) {
      y.elements().fill((byte) 0);
      return;
    }
    each(y, _ -> value);
  }

  private static void arange(Operand y) {
    for (long i = 0; i < y.size(); i++) y.setLong(y.layout().offsetElements() + i, i);
  }

  private static void uniform(Key key, Operand y) {
    if (y.dtype() == DType.F32) each(y, key::uniformFloat);
    else each(y, key::uniform);
  }

  private static void each(Operand y, LongToDoubleFunction value) {
    long start = y.layout().offsetElements();
    Parallel.range(
        y.size(),
        GRAIN,
        (from, to) -> {
          for (long i = from; i < to; i++) y.setDouble(start + i, value.applyAsDouble(i));
        });
  }
}
