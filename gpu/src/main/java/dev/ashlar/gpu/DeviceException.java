package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.program.DeviceInfo;
import dev.ashlar.tensor.program.DeviceProblem;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import dev.ashlar.tensor.program.ProgramRunnerException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A device, or a program on one, that does not work; the message says which, why and what helps.
 */
public final class DeviceException extends ProgramRunnerException {
  private static final long serialVersionUID = 1;
  private static final Pattern COLOUR = Pattern.compile("\u001B\\[[0-9;]*m");

  private DeviceException(String message) {
    super(message);
  }

  private DeviceException(String message, Throwable cause) {
    super(message, cause);
  }

  static DeviceException unusable(DeviceProblem problem) {
    return new DeviceException(problem.toString());
  }

  static DeviceException unknown(String name, List<DeviceInfo> known) {
    return new DeviceException(
        "device %s: there is none; there are %s"
            .formatted(
                name, known.stream().map(DeviceInfo::name).collect(Collectors.joining(", "))));
  }

  static DeviceException noKernel(Step step, String device) {
    List<Value> values = step.inputs().isEmpty() ? step.outputs() : step.inputs();
    Set<DType> types = new LinkedHashSet<>(values.stream().map(v -> v.spec().dtype()).toList());
    String of = types.equals(Set.of(DType.F32)) ? "" : " of " + types;
    return new DeviceException(
        "no device kernel for op %s%s (device %s); run the program on the CPU"
            .formatted(step.op().label(), of, device));
  }

  static DeviceException noType(String what, DType dtype, String device) {
    return new DeviceException(
        "%s: no device kernel for %s (device %s); run the program on the CPU"
            .formatted(what, dtype, device));
  }

  static DeviceException tooManyItems(String kernel, long items, String device) {
    return new DeviceException(
        "kernel %s: takes %d work items, more than 2^31 - 1, which device %s cannot count"
            .formatted(kernel, items, device));
  }

  static DeviceException tooLarge(String what, TensorSpec spec, String device) {
    return new DeviceException(
        "%s: %s has more than 2^31 - 1 elements, which device %s cannot count"
            .formatted(what, spec, device));
  }

  static DeviceException tooLarge(String what, long size, long most, String device) {
    return new DeviceException(
        "%s: is %d, and its kernels reach to %d (device %s); run the program on the CPU"
            .formatted(what, size, most, device));
  }

  static DeviceException tooLittle(String device, long needed, long free) {
    return new DeviceException(
        "device %s: the program needs %,d bytes of its memory, %,d are free; close other programs, or use a smaller batch or model"
            .formatted(device, needed, free));
  }

  static DeviceException notCompiled(String kernels, String device, Throwable cause) {
    return new DeviceException(
        "kernel %s cannot be compiled for device %s: %s; run the program on the CPU"
            .formatted(kernels, device, reason(cause)),
        cause);
  }

  static DeviceException failed(String kernels, String device, Throwable cause) {
    return new DeviceException(
        "kernel %s failed on device %s: %s".formatted(kernels, device, reason(cause)), cause);
  }

  /** Returns what went wrong first, in one line without colours: TornadoVM adds stack traces. */
  static String reason(Throwable failure) {
    Throwable first = failure;
    while (first.getCause() != null && first.getCause().getMessage() != null) {
      first = first.getCause();
    }
    if (first.getMessage() == null) return first.toString();
    return COLOUR
        .matcher(first.getMessage())
        .replaceAll("")
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .takeWhile(line -> !line.startsWith("Stacktrace"))
        .collect(Collectors.joining("; "));
  }
}
