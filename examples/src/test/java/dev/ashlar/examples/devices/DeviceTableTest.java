package dev.ashlar.examples.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ashlar.tensor.program.DeviceInfo;
import dev.ashlar.tensor.program.DeviceInfo.Kind;
import dev.ashlar.tensor.program.DeviceProblem;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DeviceTableTest {
  private static final List<DeviceInfo> DEVICES =
      List.of(
          new DeviceInfo("cpu", Kind.CPU, "kernels simd", "amd64, 2 processors", 8L << 30, 0),
          new DeviceInfo("tornado:0:0", Kind.GPU, "OpenCL X", "Y 100", 12L << 30, 48 << 10));
  private static final List<DeviceProblem> PROBLEMS =
      List.of(new DeviceProblem("no driver", "install one"));

  @Test
  void columnsStandBelowTheirHeadings() {
    assertThat(DeviceTable.lines(DEVICES, PROBLEMS))
        .containsExactly(
            "name         kind  driver        device               memory      local memory",
            "cpu          cpu   kernels simd  amd64, 2 processors  8,192 MiB   -",
            "tornado:0:0  gpu   OpenCL X      Y 100                12,288 MiB  48 KiB",
            "",
            "missing: no driver",
            "remedy:  install one");
  }

  @Test
  void jsonHasTheSame() throws JsonProcessingException {
    JsonNode json = new ObjectMapper().readTree(DeviceTable.json(DEVICES, PROBLEMS));
    assertThat(json.at("/devices/1/name").asText()).isEqualTo("tornado:0:0");
    assertThat(json.at("/devices/1/memoryBytes").asLong()).isEqualTo(12L << 30);
    assertThat(json.at("/missing/0/remedy").asText()).isEqualTo("install one");
  }
}
