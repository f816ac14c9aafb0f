package dev.ashlar.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.gpu.AttentionRun.In;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.SampleData;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.program.Passes;
import dev.ashlar.tensor.program.Program;
import dev.ashlar.tensor.program.Tracer;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What several steps need is made once. */
@ExtendWith(NoLeaks.class)
final class SharedTasksTest {
  private static <A> List<Task> tasks(A inputs, Function<A, ?> function) {
    try (var trace = Tracer.trace(inputs, function)) {
      Program program = Passes.simplify(trace.program());
      return new Lowering(program, "nowhere", CoreRules::of).tasks().all();
    }
  }

  private static long count(List<Task> tasks, String kernel) {
    return tasks.stream().filter(task -> task.kernel().equals(kernel)).count();
  }

  @Test
  void theGradientOfBlockAttentionTakesTheListsOfTheForwardPass() {
    Packing packing = Packing.of(40, 9);
    var attention = AttentionRun.moba(packing, new MobaConfig(8, 2));
    List<Task> tasks = tasks(In.random(packing, 4, 2, 8), attention);
    assertThat(count(tasks, "lists")).isEqualTo(1);
    assertThat(count(tasks, "count")).isEqualTo(1);
  }

  @Test
  void selectionsOfTheirOwnHaveListsOfTheirOwn() {
    Packing packing = Packing.of(40, 9);
    var attention = AttentionRun.moba(packing, new MobaConfig(8, 2));
    List<In> two = List.of(In.random(packing, 4, 2, 8), In.random(packing, 4, 2, 8));
    List<Task> tasks = tasks(two, in -> in.stream().map(attention).toList());
    assertThat(count(tasks, "lists")).isEqualTo(2);
  }

  /** Where its tensors lie is compiled into no kernel, so that equal steps have equal ones. */
  @Test
  void equalStepsShareTheirGeometry() {
    Tensor x = SampleData.numbers(DType.F32, 1, 6, 6);
    List<Task> tasks = tasks(x, in -> in.matmul(in.transpose()).matmul(in.transpose()));
    assertThat(tasks).hasSize(2);
    assertThat(tasks.get(0).geometry().array()).isSameAs(tasks.get(1).geometry().array());
  }
}
