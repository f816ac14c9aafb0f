package dev.ashlar.moba;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.moba.AttentionInputs.Answers;
import dev.ashlar.moba.AttentionInputs.Qkv;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorBytes;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;
import java.lang.foreign.MemorySegment;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * The three forms of block attention are one function: fused, composed of core operations, and
 * loops over the masked definition; values and gradients, in both precisions. One cheap property,
 * so that a million cases are a coffee break:
 *
 * <pre>
 * mvn -pl moba -am test -Dtest=AttentionFormsProperties -Dsurefire.failIfNoSpecifiedTests=false
 *     -Dashlar.tries=1000000
 * </pre>
 */
final class AttentionFormsProperties {
  private static final Memory MEMORY = Memory.withLimit(64 << 20);
  private static final int THREADS = Parallel.threads();

  /** Waking helpers would cost more than these cases do. */
  @BeforeContainer
  static void alone() {
    Parallel.threads(1);
  }

  @AfterContainer
  static void together() {
    Parallel.threads(THREADS);
  }

  @Provide
  static Arbitrary<AttentionCase> cases() {
    return AttentionCases.upTo(9);
  }

  // Of a million tries, edge cases would fill the heap; ranges so small reach them anyway.
  @Property(edgeCases = EdgeCasesMode.NONE)
  void fusedAndComposedAndMaskedAgree(@ForAll("cases") AttentionCase of) {
    AttentionInputs in = of.inputs();
    try (var _ = TensorScope.open(MEMORY)) {
      DType dtype = of.seed() % 2 == 0 ? DType.F64 : DType.F32;
      int[] selected = in.selected(dtype);
      AttentionCases.assertChosen(in, selected, dtype);
      assertThat(selected).as("as the plain kernel chooses").isEqualTo(plainlySelected(in, dtype));
      MaskedLoops expected = MaskedLoops.over(in, selected);
      AttentionCases.assertClose("fused", expected, in.fused(dtype), dtype);
      AttentionCases.assertClose("composed", expected, composed(in, dtype), dtype);
    }
    assertThat(MEMORY.liveCount()).as("tensors left behind").isZero();
  }

  private static int[] plainlySelected(AttentionInputs in, DType dtype) {
    Qkv tensors = in.tensors(dtype);
    BlockGate gate = in.of().gate();
    TensorSpec spec = gate.specs(List.of(tensors.query().spec(), tensors.key().spec())).getFirst();
    Tensor plain = TensorBytes.filled(spec, memory -> select(gate, tensors, spec, memory));
    return plain.toInts();
  }

  private static void select(BlockGate gate, Qkv in, TensorSpec spec, MemorySegment to) {
    var out = new Operand(spec.dtype(), Layout.contiguous(spec.shape()), to);
    in.query()
        .read(
            query ->
                in.key()
                    .read(
                        key -> {
                          gate.compute(List.of(query, key), List.of(out));
                          return out;
                        }));
  }

  private static Answers composed(AttentionInputs in, DType dtype) {
    return in.answers(dtype, each -> attend(each, in.of()));
  }

  private static Attended attend(Qkv in, AttentionCase of) {
    return MobaReference.attend(in.query(), in.key(), in.value(), of.gate());
  }
}
