package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PANEL;

import dev.ashlar.moba.BlockGate;
import dev.ashlar.moba.FlashAttention;
import dev.ashlar.moba.FlashAttentionBackward;
import dev.ashlar.moba.MobaAttention;
import dev.ashlar.moba.MobaAttentionBackward;
import dev.ashlar.moba.Packing;
import dev.ashlar.moba.Rope;
import dev.ashlar.moba.model.CachedAttention;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Availability;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.KernelProvider;
import dev.ashlar.tensor.spi.Operand;
import java.util.List;
import java.util.Optional;

/**
 * Attention and RoPE in F32 by the Vector API, and attention in F64. Inputs with an infinity or a
 * NaN are left to the plain kernels, which read exactly what each query may see: tiles also
 * multiply hidden keys, by 0.
 */
public final class MobaKernels implements KernelProvider {
  private static final String VECTOR_API = "jdk.incubator.vector";

  /**
   * Up to so many times the keys that a query sees, a sequence in F64 is computed as a whole: by
   * products, which run at some fifteen times the pace of plain loops.
   */
  private static final int SHORT = 16;

  @Override
  public String name() {
    return "moba-simd";
  }

  @Override
  public int rank() {
    return 30;
  }

  @Override
  public Availability availability() {
    if (ModuleLayer.boot().findModule(VECTOR_API).isEmpty()) {
      return new Availability.Unavailable(
          "the Vector API is not there", "start the JVM with --add-modules " + VECTOR_API);
    }
    return new Availability.Ready(Products.LANES + " lanes");
  }

  @Override
  public Optional<Kernel> find(Op op, List<TensorSpec> inputs) {
    return switch (op) {
      case BlockGate gate when fits(inputs) -> Optional.of((in, out) -> run(gate, in, out));
      case FlashAttention flash when fits(flash, inputs) ->
          Optional.of((in, out) -> run(flash, in, out));
      case FlashAttentionBackward back when fits(back.forward(), inputs) ->
          Optional.of((in, out) -> run(back, in, out));
      case MobaAttention moba when fits(moba, inputs) ->
          Optional.of((in, out) -> run(moba, in, out));
      case MobaAttentionBackward back when fits(back.forward(), inputs) ->
          Optional.of((in, out) -> run(back, in, out));
      case FlashAttention flash when isDouble(inputs) ->
          Optional.of((in, out) -> runInF64(flash, in, out));
      case FlashAttentionBackward back when isDouble(inputs) ->
          Optional.of((in, out) -> runInF64(back, in, out));
      case MobaAttention moba when isDouble(inputs) && isShort(moba) ->
          Optional.of((in, out) -> runInF64(moba, in, out));
      case MobaAttentionBackward back when isDouble(inputs) && isShort(back.forward()) ->
          Optional.of((in, out) -> runInF64(back, in, out));
      case CachedAttention cached when fits(inputs) ->
          Optional.of((in, out) -> CachedRows.run(cached, in, out));
      case Rope rope
          when inputs.getFirst().dtype() == DType.F32 && RopeRows.fits(inputs.getFirst()) ->
          Optional.of((in, out) -> run(rope, in, out));
      default -> Optional.empty();
    };
  }

  private static void run(Rope op, List<Operand> in, List<Operand> out) {
    boolean done = RopeRows.run(op, in.getFirst(), out.getFirst());
    if (!done) op.compute(in, out);
  }

  private static boolean fits(List<TensorSpec> inputs) {
    TensorSpec query = inputs.getFirst();
    return query.dtype() == DType.F32;
  }

  private static boolean fits(FlashAttention op, List<TensorSpec> inputs) {
    TensorSpec query = inputs.getFirst();
    long rows = PaddedRows.count(Packing.of(op.packing().maxLength()), PANEL);
    return query.dtype() == DType.F32 && PanelRows.fits(rows, query.shape());
  }

  private static boolean fits(MobaAttention op, List<TensorSpec> inputs) {
    TensorSpec query = inputs.getFirst();
    long rows = PaddedRows.count(op.packing(), op.config().blockSize());
    return query.dtype() == DType.F32 && PanelRows.fits(rows, query.shape());
  }

  private static boolean isDouble(List<TensorSpec> inputs) {
    return inputs.getFirst().dtype() == DType.F64;
  }

  /** Tells whether masked products are faster than plain loops over the chosen blocks alone. */
  private static boolean isShort(MobaAttention op) {
    long seen = (long) op.config().blockSize() * op.config().topK();
    return op.packing().maxLength() <= SHORT * seen;
  }

  private static void runInF64(FlashAttention op, List<Operand> in, List<Operand> out) {
    boolean done = DoubleAttention.of(op, in).forward(out.get(0), out.get(1));
    if (!done) op.compute(in, out);
  }

  private static void runInF64(FlashAttentionBackward op, List<Operand> in, List<Operand> out) {
    boolean done = DoubleAttention.of(op.forward(), in).backward(in.subList(3, 7), out);
    if (!done) op.compute(in, out);
  }

  private static void runInF64(MobaAttention op, List<Operand> in, List<Operand> out) {
    boolean done = DoubleAttention.of(op, in).forward(out.get(0), out.get(1));
    if (!done) op.compute(in, out);
  }

  private static void runInF64(MobaAttentionBackward op, List<Operand> in, List<Operand> out) {
    boolean done = DoubleAttention.of(op.forward(), in).backward(in.subList(4, 8), out);
    if (!done) op.compute(in, out);
  }

  private static void run(BlockGate op, List<Operand> in, List<Operand> out) {
    boolean done = Gate.run(op.packing(), op.config().blockSize(), in, out.getFirst());
    if (!done) op.compute(in, out);
  }

  private static void run(FlashAttention op, List<Operand> in, List<Operand> out) {
    if (!DenseForward.run(op, in, out)) op.compute(in, out);
  }

  private static void run(FlashAttentionBackward op, List<Operand> in, List<Operand> out) {
    if (!DenseBackward.run(op.forward(), in, out)) op.compute(in, out);
  }

  private static void run(MobaAttention op, List<Operand> in, List<Operand> out) {
    if (!BlockForward.run(op, in, out)) op.compute(in, out);
  }

  private static void run(MobaAttentionBackward op, List<Operand> in, List<Operand> out) {
    if (!BlockBackward.run(op, in, out)) op.compute(in, out);
  }
}
