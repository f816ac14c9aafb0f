package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class OpSamplesTest {
  @Test
  void everyCoreOperationHasASample() {
    assertThat(OpSamples.covered()).containsExactlyInAnyOrderElementsOf(leaves(Op.class));
  }

  private static Set<Class<? extends Op>> leaves(Class<?> vocabulary) {
    Set<Class<? extends Op>> leaves = new LinkedHashSet<>();
    for (Class<?> part : vocabulary.getPermittedSubclasses()) {
      if (part == Op.Custom.class) continue;
      if (part.isRecord()) leaves.add(part.asSubclass(Op.class));
      else leaves.addAll(leaves(part));
    }
    return leaves;
  }

  @Test
  void everySampleIsAcceptedInDoublePrecision() {
    Stream.of(OpSamples.all(), OpSamples.large(), OpSamples.special())
        .flatMap(List::stream)
        .forEach(sample -> assertThat(sample.takes(DType.F64)).as(sample.name()).isTrue());
  }

  @Test
  void aSampleMakesTheSameInputsEachTime() {
    for (OpSample sample : OpSamples.all()) {
      List<Tensor> first = sample.inputs().apply(DType.F64);
      List<Tensor> second = sample.inputs().apply(DType.F64);
      for (int i = 0; i < first.size(); i++) {
        assertThat(first.get(i).toDoubles()).as(sample.name()).isEqualTo(second.get(i).toDoubles());
      }
    }
  }

  @Test
  void viewsHoldTheNumbersTheyWereMadeOf() {
    Tensor x = SampleData.numbers(DType.F32, 1, 2, 3, 4);
    for (Tensor view :
        List.of(SampleData.transposed(x), SampleData.strided(x), SampleData.offset(x))) {
      assertThat(view.layout().isContiguous()).isFalse();
      assertThat(view.toFloats()).isEqualTo(x.toFloats());
    }
  }
}
