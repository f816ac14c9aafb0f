package dev.ashlar.tensor.simd;

import static dev.ashlar.tensor.DType.F32;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Kernel;
import java.util.List;
import java.util.Optional;

/** Which operations have a vector kernel; loaded only where the Vector API is. */
final class VectorKernels {
  private VectorKernels() {}

  static String detail() {
    return "vectors of %d bits".formatted(MicroKernels.S.vectorBitSize());
  }

  static Optional<Kernel> find(Op op, List<TensorSpec> inputs) {
    return switch (op) {
      case Op.MatMul _ -> when(all(F32, inputs), new MatMulKernel());
      default -> Optional.empty();
    };
  }

  private static Optional<Kernel> when(boolean fits, Kernel kernel) {
    return fits ? Optional.of(kernel) : Optional.empty();
  }

  private static boolean all(DType dtype, List<TensorSpec> inputs) {
    return inputs.stream().allMatch(spec -> spec.dtype() == dtype);
  }
}
