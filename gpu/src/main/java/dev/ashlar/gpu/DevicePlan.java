package dev.ashlar.gpu;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** An execution plan of TornadoVM. What it does is done under {@link #LOCK}. */
final class DevicePlan {
  /**
   * Held by whoever uses TornadoVM: programs run one after another, and what one left on the device
   * another may ask for.
   */
  static final ReentrantLock LOCK = new ReentrantLock();

  private final Graphs graphs;
  private final TornadoDevice device;
  private final String name;
  private final TornadoExecutionPlan plan;
  private final int count;
  // null before the first execution
  private @Nullable TornadoExecutionResult result;
  private long uploadedBytes;
  private long downloadedBytes;

  DevicePlan(Graphs graphs, TornadoDevice device, String name) {
    this.graphs = graphs;
    this.device = device;
    this.name = name;
    ImmutableTaskGraph[] built = guarded("(one of them)", () -> graphs.build(name));
    this.count = built.length;
    this.plan = plan(built, device);
  }

  private static TornadoExecutionPlan plan(ImmutableTaskGraph[] graphs, TornadoDevice device) {
    var plan = new TornadoExecutionPlan(graphs);
    plan.withDevice(device);
    // Without TornadoVM's own choice of flags, which lets the compiler disregard NaN.
    plan.withCompilerFlags(TornadoVMBackendType.OPENCL, "-cl-mad-enable -w");
    return plan;
  }

  /**
   * Compiles every kernel; closes this where one cannot be compiled.
   *
   * @throws DeviceException naming the kernel that the device cannot compile
   */
  void compile() {
    for (int part = 0; part < graphs.count(); part++) {
      try {
        compile(part);
      } catch (DeviceException e) {
        close();
        throw culprit(part, e);
      }
    }
  }

  private void compile(int part) {
    int number = graphs.number(part);
    try {
      plan.withGraph(number).withGridScheduler(graphs.grid()).withPreCompilation();
    } catch (RuntimeException | LinkageError e) {
      throw DeviceException.notCompiled(kernels(part), name, e);
    }
  }

  /**
   * Returns what is wrong with the one kernel of a graph that does not compile by itself either.
   */
  private DeviceException culprit(int part, DeviceException whole) {
    List<Task> tasks = graphs.tasks(part);
    for (Task task : tasks.size() < 2 ? List.<Task>of() : tasks) {
      try {
        new DevicePlan(graphs.alone(task), device, name).compile();
      } catch (DeviceException e) {
        return e;
      }
    }
    return whole;
  }

  /** Brings a resident array to the device. */
  void upload(int resident, TornadoNativeArray array) {
    execute(resident, "(transfer to the device)");
    // TornadoVM does not wait, and the memory here is about to be used for others.
    device.sync(plan.getId());
    uploadedBytes += array.getNumBytesOfSegment();
  }

  /** Runs all tasks; {@code freshBytes} come with them. */
  void run(long freshBytes) {
    for (int part = 0; part < graphs.count(); part++) execute(graphs.number(part), kernels(part));
    uploadedBytes += freshBytes;
  }

  private void execute(int number, String kernels) {
    result =
        guarded(kernels, () -> plan.withGraph(number).withGridScheduler(graphs.grid()).execute());
  }

  /** Copies an array from the device. */
  void download(TornadoNativeArray array) {
    TornadoExecutionResult ran = result;
    if (ran == null) throw new IllegalStateException("nothing was executed yet");
    guarded(
        "(transfer from the device)",
        () -> {
          plan.withGraph(graphs.owner(array));
          return ran.transferToHost(array);
        });
    downloadedBytes += array.getNumBytesOfSegment();
  }

  private <R> R guarded(String kernels, Supplier<R> body) {
    try {
      return body.get();
    } catch (DeviceException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw DeviceException.failed(kernels, name, e);
    }
  }

  /** Returns the names of a graph's kernels. */
  private String kernels(int part) {
    List<String> names = graphs.tasks(part).stream().map(Task::kernel).toList();
    Set<String> distinct = new LinkedHashSet<>(names);
    return String.join(", ", distinct);
  }

  /** Frees the device's memory: each graph what belongs to it. */
  void close() {
    guarded(
        "(release of memory)",
        () -> {
          for (int i = 0; i < count; i++) plan.withGraph(i).freeDeviceMemory();
          // TornadoVM notes this on the device, where it would keep other plans from running.
          device.getDeviceContext().setResetToFalse();
          return plan;
        });
  }

  /** Returns how many bytes of residents and other inputs went to the device. */
  long uploadedBytes() {
    return uploadedBytes;
  }

  /** Returns how many bytes came from the device. */
  long downloadedBytes() {
    return downloadedBytes;
  }
}
