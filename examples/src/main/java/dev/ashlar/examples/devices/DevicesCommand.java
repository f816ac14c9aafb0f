package dev.ashlar.examples.devices;

import dev.ashlar.tensor.program.DeviceInfo;
import dev.ashlar.tensor.program.DeviceProblem;
import dev.ashlar.tensor.program.Runners;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ashlar devices}: what programs can run on, and what is missing. */
@Command(
    name = "devices",
    mixinStandardHelpOptions = true,
    description = {
      "Lists what --device can name, and what is missing for more, with the line that mends it.",
      "",
      "The processor is always there. Other devices are reached through TornadoVM: its SDK, named"
          + " by TORNADOVM_HOME when Ashlar is built and when it runs, and a driver such as OpenCL.",
      ""
    })
public final class DevicesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec; // picocli sets it

  @Option(names = "--json", description = "Print one JSON object instead of a table.")
  private boolean json;

  /** Makes the command; picocli fills it in. */
  public DevicesCommand() {}

  @Override
  public Integer call() {
    List<DeviceInfo> devices = new ArrayList<>(List.of(Processor.info()));
    devices.addAll(Runners.devices());
    List<DeviceProblem> problems = Runners.problems();
    PrintWriter out = spec.commandLine().getOut();
    if (json) out.println(DeviceTable.json(devices, problems));
    else DeviceTable.lines(devices, problems).forEach(out::println);
    out.flush();
    return 0;
  }
}
