package dev.ashlar.tensor.simd;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;

/** Kernels that compute element by element, over broadcast inputs of any layout. */
final class Elementwise {
  private Elementwise() {}

  /** y = f(x). */
  static Kernel map(FloatLoops.Map loop) {
    return (inputs, outputs) ->
        FloatBlocks.run(
            inputs,
            outputs,
            (in, out, count) ->
                Apart.compute(loop, in[0].data(), in[0].at(), out[0].data(), out[0].at(), count));
  }

  /** y = f(a, b). */
  static Kernel zip(FloatLoops.Zip loop) {
    return (inputs, outputs) ->
        FloatBlocks.run(
            inputs,
            outputs,
            (in, out, count) ->
                Apart.compute(
                    loop,
                    in[0].data(),
                    in[0].at(),
                    in[1].data(),
                    in[1].at(),
                    out[0].data(),
                    out[0].at(),
                    count));
  }

  /** Whether a and b, in F32, compare so. */
  static Kernel compare(Op.Comparison comparison) {
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      Window a = Window.of(inputs.get(0), y.shape());
      Window b = Window.of(inputs.get(1), y.shape());
      Blocks.forEach(
          y.size(),
          (from, count, scratch) -> {
            a.read(from, scratch.a, count);
            b.read(from, scratch.b, count);
            compare(comparison, scratch.a, scratch.b, scratch.p, count);
            Blocks.write(y, from, scratch.p, count);
          });
    };
  }

  private static void compare(Op.Comparison comparison, float[] a, float[] b, byte[] y, int count) {
    switch (comparison) {
      case EQUAL -> {
        for (int i = 0; i < count; i++) y[i] = (byte) (a[i] == b[i] ? 1 : 0);
      }
      case NOT_EQUAL -> {
        for (int i = 0; i < count; i++) y[i] = (byte) (a[i] != b[i] ? 1 : 0);
      }
      case LESS -> {
        for (int i = 0; i < count; i++) y[i] = (byte) (a[i] < b[i] ? 1 : 0);
      }
      case LESS_OR_EQUAL -> {
        for (int i = 0; i < count; i++) y[i] = (byte) (a[i] <= b[i] ? 1 : 0);
      }
      case GREATER -> {
        for (int i = 0; i < count; i++) y[i] = (byte) (a[i] > b[i] ? 1 : 0);
      }
      case GREATER_OR_EQUAL -> {
        for (int i = 0; i < count; i++) y[i] = (byte) (a[i] >= b[i] ? 1 : 0);
      }
    }
  }

  /** a and, or, xor b. */
  static Kernel logical(Op.Connective connective) {
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      Window a = Window.of(inputs.get(0), y.shape());
      Window b = Window.of(inputs.get(1), y.shape());
      Blocks.forEach(
          y.size(),
          (from, count, scratch) -> {
            a.read(from, scratch.p, count);
            b.read(from, scratch.q, count);
            join(connective, scratch.p, scratch.q, count);
            Blocks.write(y, from, scratch.p, count);
          });
    };
  }

  private static void join(Op.Connective connective, byte[] a, byte[] b, int count) {
    switch (connective) {
      case AND -> {
        for (int i = 0; i < count; i++) a[i] &= b[i];
      }
      case OR -> {
        for (int i = 0; i < count; i++) a[i] |= b[i];
      }
      case XOR -> {
        for (int i = 0; i < count; i++) a[i] ^= b[i];
      }
    }
  }

  /** Logical negation. */
  static Kernel not() {
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      Window x = Window.of(inputs.getFirst(), y.shape());
      Blocks.forEach(
          y.size(),
          (from, count, scratch) -> {
            x.read(from, scratch.p, count);
            for (int i = 0; i < count; i++) scratch.p[i] ^= 1;
            Blocks.write(y, from, scratch.p, count);
          });
    };
  }

  /** condition ? a : b for elements of four bytes. */
  static Kernel where() {
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      Window condition = Window.of(inputs.get(0), y.shape());
      Window a = Window.of(inputs.get(1), y.shape());
      Window b = Window.of(inputs.get(2), y.shape());
      Blocks.forEach(
          y.size(),
          (from, count, scratch) -> {
            condition.read(from, scratch.p, count);
            a.read(from, scratch.i, count);
            b.read(from, scratch.j, count);
            choose(scratch.p, scratch.k, scratch.i, scratch.j, count);
            Blocks.write(y, from, scratch.i, count);
          });
    };
  }

  /**
   * Replaces a by b where the condition is 0, without a branch that a random mask would mislead.
   */
  private static void choose(byte[] condition, int[] all, int[] a, int[] b, int count) {
    // Two loops, for C2 makes vectors of either but not of both in one.
    for (int i = 0; i < count; i++) all[i] = -condition[i];
    for (int i = 0; i < count; i++) a[i] = a[i] & all[i] | b[i] & ~all[i];
  }

  /** BOOL as F32. */
  static Kernel toFloat() {
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      Window x = Window.of(inputs.getFirst(), y.shape());
      Blocks.forEach(
          y.size(),
          (from, count, scratch) -> {
            x.read(from, scratch.p, count);
            for (int i = 0; i < count; i++) scratch.a[i] = scratch.p[i];
            Blocks.write(y, from, scratch.a, count);
          });
    };
  }
}
