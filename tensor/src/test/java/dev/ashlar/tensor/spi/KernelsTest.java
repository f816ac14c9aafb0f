package dev.ashlar.tensor.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.reference.ReferenceKernels;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KernelsTest {
  private record Fake(String name, int rank, Availability availability) implements KernelProvider {
    static Fake ready(String name, int rank) {
      return new Fake(name, rank, new Availability.Ready("always"));
    }

    @Override
    public Optional<Kernel> find(Op op, List<TensorSpec> inputs) {
      return Optional.empty();
    }
  }

  private final KernelProvider reference = new ReferenceKernels();
  private final KernelProvider fast = Fake.ready("fast", 10);
  private final KernelProvider faster = Fake.ready("faster", 20);
  private final KernelProvider absent =
      new Fake("absent", 30, new Availability.Unavailable("no device", "plug one in"));

  @Test
  void ordersByRank() {
    assertThat(Kernels.choose(List.of(fast, reference, faster, absent), null))
        .containsExactly(faster, fast, reference);
  }

  @Test
  void forcesOneProviderAndTheReferenceBehindIt() {
    assertThat(Kernels.choose(List.of(fast, reference, faster), "fast"))
        .containsExactly(fast, reference);
    assertThat(Kernels.choose(List.of(fast, reference, faster), "reference"))
        .containsExactly(reference);
    assertThat(Kernels.choose(List.of(reference, absent), "absent")).containsExactly(reference);
    assertThatThrownBy(() -> Kernels.choose(List.of(fast, reference), "fats"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("-Dashlar.kernels=fats names no provider; there are [fast, reference]");
  }

  @Test
  void whatIsOffIsNotAsked() {
    KernelProvider off = new Fake("off", 40, new Availability.Off("say so"));
    assertThat(Kernels.choose(List.of(off, fast, reference), null))
        .containsExactly(fast, reference);
    assertThat(Kernels.choose(List.of(off, fast, reference), "off")).containsExactly(reference);
  }

  @Test
  void theReferenceIsAlwaysThere() {
    assertThat(Kernels.choose(List.of(fast), null))
        .hasSize(2)
        .last()
        .isInstanceOf(ReferenceKernels.class);
  }

  @Test
  void equalRanksAreAnError() {
    assertThatThrownBy(
            () -> Kernels.choose(List.of(fast, Fake.ready("other", 10), reference), null))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("have the same rank 10; give one another");
  }

  @Test
  void everyOperationFindsAKernel() {
    assertThat(Kernels.providers()).last().isInstanceOf(ReferenceKernels.class);
    var spec = new TensorSpec(DType.I64, Shape.of(2));
    assertThat(Kernels.find(new Op.Plus(), List.of(spec, spec))).isNotNull();
  }
}
