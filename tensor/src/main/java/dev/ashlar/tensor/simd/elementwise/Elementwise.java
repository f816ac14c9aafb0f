package dev.ashlar.tensor.simd.elementwise;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.simd.blocks.Apart;
import dev.ashlar.tensor.simd.blocks.Blocks;
import dev.ashlar.tensor.simd.blocks.FloatBlocks;
import dev.ashlar.tensor.simd.blocks.Loops;
import dev.ashlar.tensor.simd.blocks.Window;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Operand;

/** Kernels that compute element by element, over broadcast inputs of any layout. */
public final class Elementwise {
  private Elementwise() {}

  /** y = f(x). */
  public static Kernel map(Loops.Map loop) {
    return (inputs, outputs) ->
        FloatBlocks.run(
            inputs,
            outputs,
            (in, out, count) ->
                Apart.compute(loop, in[0].data(), in[0].at(), out[0].data(), out[0].at(), count));
  }

  /** y = f(a, b). */
  public static Kernel zip(Loops.Zip loop) {
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

  /** y = min(max(x, low), high). */
  public static Kernel clamp(Loops.Clamp loop) {
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
                    in[2].data(),
                    in[2].at(),
                    out[0].data(),
                    out[0].at(),
                    count));
  }

  /** a and, or, xor b. */
  public static Kernel logical(Op.Connective connective) {
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      Window a = Window.of(inputs.get(0), y.shape());
      Window b = Window.of(inputs.get(1), y.shape());
      Blocks.forEach(
          y.size(),
          (from, count, scratch) -> {
            a.read(from, scratch.p, count);
            b.read(from, scratch.q, count);
            join(connective, scratch.p, scratch.q, Blocks.padded(count));
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
  public static Kernel not() {
    return (inputs, outputs) -> {
      Operand y = outputs.getFirst();
      Window x = Window.of(inputs.getFirst(), y.shape());
      Blocks.forEach(
          y.size(),
          (from, count, scratch) -> {
            x.read(from, scratch.p, count);
            negate(scratch.p, Blocks.padded(count));
            Blocks.write(y, from, scratch.p, count);
          });
    };
  }

  private static void negate(byte[] x, int count) {
    for (int i = 0; i < count; i++) x[i] ^= 1;
  }
}
