package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.DType.BF16;
import static dev.ashlar.tensor.DType.BOOL;
import static dev.ashlar.tensor.DType.F32;
import static dev.ashlar.tensor.DType.F64;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.simd.blocks.Along;
import dev.ashlar.tensor.simd.elementwise.Casts;
import dev.ashlar.tensor.simd.elementwise.Choices;
import dev.ashlar.tensor.simd.elementwise.Comparisons;
import dev.ashlar.tensor.simd.elementwise.DoubleLoops;
import dev.ashlar.tensor.simd.elementwise.Elementwise;
import dev.ashlar.tensor.simd.elementwise.FloatLoops;
import dev.ashlar.tensor.simd.elementwise.IntLoops;
import dev.ashlar.tensor.simd.elementwise.LongLoops;
import dev.ashlar.tensor.simd.index.GatherKernels;
import dev.ashlar.tensor.simd.index.OrderKernel;
import dev.ashlar.tensor.simd.index.RowKernels;
import dev.ashlar.tensor.simd.index.ScatterKernels;
import dev.ashlar.tensor.simd.lanes.Floats;
import dev.ashlar.tensor.simd.matmul.MatMulKernel;
import dev.ashlar.tensor.simd.move.MoveKernels;
import dev.ashlar.tensor.simd.move.PieceKernels;
import dev.ashlar.tensor.simd.move.RowMajor;
import dev.ashlar.tensor.simd.random.RandomKernel;
import dev.ashlar.tensor.simd.reduce.ArgumentKernel;
import dev.ashlar.tensor.simd.reduce.CumSumKernel;
import dev.ashlar.tensor.simd.reduce.ReduceKernel;
import dev.ashlar.tensor.simd.softmax.DoubleSoftmaxKernel;
import dev.ashlar.tensor.simd.softmax.SoftmaxColumns;
import dev.ashlar.tensor.simd.softmax.SoftmaxKernel;
import dev.ashlar.tensor.spi.Kernel;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Which operations have a vector kernel; loaded only where the Vector API is. */
final class VectorKernels {
  private VectorKernels() {}

  static String detail() {
    return "vectors of %d bits".formatted(Floats.S.vectorBitSize());
  }

  static Optional<Kernel> find(Op op, List<TensorSpec> inputs) {
    return switch (op) {
      case Op.Random random ->
          when(
              random.spec().dtype() == F32 || random.spec().dtype() == F64,
              () -> new RandomKernel(random));
      case Op.Sort sort ->
          when(isOfWords(inputs), () -> new OrderKernel(sort.axis(), sort.descending()));
      case Op.TopK topK ->
          when(isOfWords(inputs), () -> new OrderKernel(topK.axis(), topK.largest()));
      case Op.Fill fill -> Optional.of(MoveKernels.fill(fill.value()));
      case Op.Arange _ -> Optional.of(MoveKernels.arange());
      case Op.Copy _ -> Optional.of(MoveKernels.copy());
      case Op.Gather gather -> when(isOfWords(inputs), () -> GatherKernels.gather(gather));
      case Op.ScatterAdd add -> when(isReal(inputs), () -> ScatterKernels.scatterAdd(add));
      case Op.IndexSelect select -> when(isOfWords(inputs), () -> RowKernels.select(select));
      case Op.IndexAdd add -> when(isReal(inputs), () -> RowKernels.add(add));
      case Op.Concat concat -> Optional.of(PieceKernels.concat(concat));
      case Op.Pad pad -> when(pad.step() == 1, () -> PieceKernels.pad(pad));
      case Op.MatMul _ -> when(all(F32, inputs) || all(F64, inputs), MatMulKernel::new);
      default -> inOrder(op, inputs).map(RowMajor::of);
    };
  }

  /** Returns kernels that go through their inputs in row-major order. */
  private static Optional<Kernel> inOrder(Op op, List<TensorSpec> inputs) {
    return switch (op) {
      case Op.Unary unary -> unary(unary, inputs);
      case Op.Binary binary -> binary(binary, inputs);
      case Op.Compare compare ->
          Optional.of(Comparisons.of(compare.comparison(), inputs.getFirst().dtype()));
      case Op.Logical logical -> Optional.of(Elementwise.logical(logical.connective()));
      case Op.Not _ -> Optional.of(Elementwise.not());
      case Op.Clamp _ -> clamp(inputs.getFirst().dtype());
      case Op.Where _ -> where(inputs.getLast().dtype().byteSize());
      case Op.Cast cast -> cast(inputs.getFirst().dtype(), cast.dtype());
      case Op.Reduction reduction ->
          when(ReduceKernel.takes(inputs.getFirst()), () -> new ReduceKernel(reduction));
      case Op.CumSum sum ->
          when(
              isLong(sum.axis(), inputs.getFirst()),
              () -> new CumSumKernel(sum.axis(), sum.reverse()));
      case Op.ArgMax arg ->
          when(isLong(arg.axis(), inputs.getFirst()), () -> new ArgumentKernel(arg.axis(), false));
      case Op.ArgMin arg ->
          when(isLong(arg.axis(), inputs.getFirst()), () -> new ArgumentKernel(arg.axis(), true));
      case Op.Softmax softmax -> softmax(softmax.axis(), false, inputs.getFirst());
      case Op.LogSoftmax softmax -> softmax(softmax.axis(), true, inputs.getFirst());
      default -> Optional.empty();
    };
  }

  private static Optional<Kernel> unary(Op.Unary op, List<TensorSpec> inputs) {
    return switch (inputs.getFirst().dtype()) {
      case F32 -> Optional.of(Elementwise.map(FloatLoops.of(op)));
      case F64 -> Optional.of(Elementwise.map(DoubleLoops.of(op)));
      case I32 -> IntLoops.of(op).map(Elementwise::map);
      case I64 -> LongLoops.of(op).map(Elementwise::map);
      case BF16, BOOL -> Optional.empty();
    };
  }

  private static Optional<Kernel> binary(Op.Binary op, List<TensorSpec> inputs) {
    return switch (inputs.getFirst().dtype()) {
      case F32 -> Optional.of(Elementwise.zip(FloatLoops.of(op)));
      case F64 -> Optional.of(Elementwise.zip(DoubleLoops.of(op)));
      case I32 -> IntLoops.of(op).map(Elementwise::zip);
      case I64 -> LongLoops.of(op).map(Elementwise::zip);
      case BF16, BOOL -> Optional.empty();
    };
  }

  private static Optional<Kernel> clamp(DType dtype) {
    return switch (dtype) {
      case F32 -> Optional.of(Elementwise.clamp(FloatLoops::clamp));
      case F64 -> Optional.of(Elementwise.clamp(DoubleLoops::clamp));
      case I32 -> Optional.of(Elementwise.clamp(IntLoops::clamp));
      case I64 -> Optional.of(Elementwise.clamp(LongLoops::clamp));
      case BF16, BOOL -> Optional.empty();
    };
  }

  private static Optional<Kernel> where(int bytes) {
    return when(Choices.fit(bytes), () -> Choices.where(bytes));
  }

  private static Optional<Kernel> cast(DType from, DType to) {
    if (from == to) return Optional.of(MoveKernels.copy());
    if (from == BF16 || to == BF16) return Optional.empty();
    return Optional.of(to == BOOL ? Comparisons.toTruth(from) : Casts.of(from, to));
  }

  private static Optional<Kernel> when(boolean fits, Supplier<Kernel> kernel) {
    return fits ? Optional.of(kernel.get()) : Optional.empty();
  }

  private static boolean all(DType dtype, List<TensorSpec> inputs) {
    for (TensorSpec input : inputs) if (input.dtype() != dtype) return false;
    return true;
  }

  /** Returns whether the first input's elements have four or eight bytes. */
  private static boolean isOfWords(List<TensorSpec> inputs) {
    return inputs.getFirst().dtype().byteSize() >= 4;
  }

  private static boolean isReal(List<TensorSpec> inputs) {
    DType dtype = inputs.getFirst().dtype();
    return dtype == F32 || dtype == F64;
  }

  private static boolean isLong(int axis, TensorSpec input) {
    return input.dtype().isFloating() && !Along.isShort(input.shape(), axis);
  }

  private static Optional<Kernel> softmax(int axis, boolean logarithm, TensorSpec input) {
    boolean lines = Along.isNarrow(input.shape(), axis);
    Kernel columns = new SoftmaxColumns(axis, logarithm);
    return switch (input.dtype()) {
      case F32 -> Optional.of(lines ? new SoftmaxKernel(axis, logarithm) : columns);
      case F64 ->
          when(
              !Along.isShort(input.shape(), axis),
              () -> lines ? new DoubleSoftmaxKernel(axis, logarithm) : columns);
      case I32, I64, BOOL, BF16 -> Optional.empty();
    };
  }
}
