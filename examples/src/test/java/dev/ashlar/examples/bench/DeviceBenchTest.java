package dev.ashlar.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.program.ProgramExecutor;
import dev.ashlar.tensor.program.ProgramRunner;
import dev.ashlar.tensor.program.ProgramRunnerException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class DeviceBenchTest {
  private static final DeviceBench.Sizes TINY =
      new DeviceBench.Sizes(
          new Effort(1, 0, 0, 1), List.of(8), List.of(32), new Sizes.Step(1, 16, 1, 2, 8, 32));

  /** A device without products of matrices. */
  private static final ProgramRunner LAME =
      program -> {
        if (program.steps().stream()
            .anyMatch(step -> step.op().label().equalsIgnoreCase("matmul"))) {
          throw new ProgramRunnerException("no kernel for matMul");
        }
        return ProgramExecutor.cpu().compile(program);
      };

  @Test
  void everyProgramHasARowOrAReason() throws IOException {
    List<String> refused = new ArrayList<>();
    List<DeviceBench.Row> rows = new DeviceBench("lame", LAME, TINY).rows(refused::add);
    assertThat(refused)
        .contains("ashlar: matrix product 8: no kernel for matMul")
        .anyMatch(line -> line.startsWith("ashlar: training step"));
    assertThat(rows).hasSize(4).allMatch(row -> row.millis() > 0 && row.report().tasks() > 0);
    assertThat(DeviceBench.table("lame", rows)).hasSize(6);
    JsonNode json = new ObjectMapper().readTree(DeviceBench.json("lame", rows));
    assertThat(json.at("/results/0/ranOn").asText()).isEqualTo("cpu");
    assertThat(json.at("/results")).hasSize(4);
  }

  @Test
  void aTrainingStepGoesOnFromTheLast() {
    List<DeviceBench.Row> rows =
        new DeviceBench("cpu", ProgramExecutor.cpu(), TINY)
            .rows(
                line -> {
                  throw new AssertionError(line);
                });
    assertThat(rows).extracting(DeviceBench.Row::name).anyMatch(n -> n.startsWith("training step"));
  }
}
