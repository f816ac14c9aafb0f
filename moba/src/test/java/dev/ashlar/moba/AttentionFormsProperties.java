package dev.ashlar.moba;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.moba.AttentionInputs.Answers;
import dev.ashlar.moba.AttentionInputs.Qkv;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.TensorScope;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

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

  @Provide
  static Arbitrary<AttentionCase> cases() {
    return AttentionCases.upTo(9);
  }

  @Property(edgeCases = EdgeCasesMode.NONE) // All of them, of a million tries, would fill the heap.
  void fusedAndComposedAndMaskedAgree(@ForAll("cases") AttentionCase of) {
    AttentionInputs in = of.inputs();
    try (var _ = TensorScope.open(MEMORY)) {
      DType dtype = of.seed() % 2 == 0 ? DType.F64 : DType.F32;
      int[] selected = in.selected(dtype);
      AttentionCases.assertChosen(in, selected, dtype);
      MaskedLoops expected = MaskedLoops.over(in, selected);
      AttentionCases.assertClose("fused", expected, in.fused(dtype), dtype);
      AttentionCases.assertClose("composed", expected, composed(in, dtype), dtype);
    }
    assertThat(MEMORY.liveCount()).as("tensors left behind").isZero();
  }

  private static Answers composed(AttentionInputs in, DType dtype) {
    return in.answers(dtype, each -> attend(each, in.of()));
  }

  private static Attended attend(Qkv in, AttentionCase of) {
    return MobaReference.attend(in.query(), in.key(), in.value(), of.gate());
  }
}
