package dev.ashlar.gpu;

import dev.ashlar.tensor.Hold;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorAccess;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.program.CompileReport;
import dev.ashlar.tensor.program.Executable;
import dev.ashlar.tensor.program.Program;
import dev.ashlar.tensor.program.Program.Constant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** A program as an execution plan of TornadoVM. Runs of one plan come after one another. */
final class TornadoExecutable implements Executable {
  // TornadoVM 5.2 keeps 4,096 bytes of code per graph, which are full after some 27 tasks.
  private static final int TASKS_PER_GRAPH = 16;

  private final Program program;
  private final Lowering lowering;
  private final String device;
  private final Graphs graphs;
  // null where nothing is computed
  private final @Nullable TornadoExecutionPlan plan;
  private final long bytes;
  private double compileSeconds;
  private boolean closed;
  private boolean ran;

  TornadoExecutable(Program program, Lowering lowering, String name, TornadoDevice device) {
    long start = System.nanoTime();
    this.program = program;
    this.lowering = lowering;
    this.device = name;
    Tasks tasks = lowering.tasks();
    Set<TornadoNativeArray> fixed = new HashSet<>(tasks.constants());
    for (Constant constant : program.constants()) fixed.add(upload(constant));
    Set<TornadoNativeArray> fresh = new HashSet<>();
    program.inputs().forEach(input -> fresh.add(lowering.place(input.value()).array()));
    Set<TornadoNativeArray> wanted = new HashSet<>();
    lowering.outputs().forEach(place -> wanted.add(place.array()));
    if (tasks.hasFaults()) {
      fresh.add(tasks.faultNumbers());
      wanted.add(tasks.faultNumbers());
    }
    var given = new Graphs.Given(tasks.geometry().toArray(), fixed, fresh, wanted);
    this.graphs = new Graphs(tasks.all(), given, TASKS_PER_GRAPH);
    this.plan = graphs.count() == 0 ? null : plan(graphs.build(), device);
    Set<TornadoNativeArray> arrays = new HashSet<>(wanted);
    tasks.all().forEach(task -> arrays.addAll(task.writes()));
    this.bytes = arrays.stream().mapToLong(TornadoNativeArray::getNumBytesOfSegment).sum();
    this.compileSeconds = since(start);
  }

  private static double since(long start) {
    return (System.nanoTime() - start) * 1e-9;
  }

  private static TornadoExecutionPlan plan(ImmutableTaskGraph[] graphs, TornadoDevice device) {
    var plan = new TornadoExecutionPlan(graphs);
    plan.withDevice(device);
    // Without TornadoVM's own choice of flags, which lets the compiler disregard NaN.
    plan.withCompilerFlags(TornadoVMBackendType.OPENCL, "-cl-mad-enable -w");
    return plan;
  }

  private TornadoNativeArray upload(Constant constant) {
    TornadoNativeArray array = lowering.place(constant.value()).array();
    write(constant.tensor(), array);
    return array;
  }

  private static void write(Tensor tensor, TornadoNativeArray array) {
    try (var _ = TensorScope.open()) {
      Tensor rowMajor = Interpreter.eager().during(tensor::contiguous);
      DeviceArrays.write(rowMajor, array);
    }
  }

  @Override
  public synchronized List<Tensor> run(List<Tensor> inputs) {
    if (closed) throw new IllegalStateException("program on %s: closed".formatted(device));
    check(inputs);
    try (var hold = new Hold()) {
      inputs.forEach(hold::add);
      for (int i = 0; i < inputs.size(); i++) {
        write(inputs.get(i), lowering.place(program.inputs().get(i).value()).array());
      }
    }
    lowering.tasks().faultNumbers().init(0);
    long start = System.nanoTime();
    for (int part = 0; part < graphs.count(); part++) execute(part);
    // TornadoVM compiles a kernel when it first runs.
    if (!ran) compileSeconds += since(start);
    ran = true;
    lowering.tasks().throwFault();
    List<Tensor> outputs = new ArrayList<>();
    for (Place place : lowering.outputs()) outputs.add(read(place));
    return outputs;
  }

  private void execute(int part) {
    try {
      plan.withGraph(part).withGridScheduler(graphs.grid()).execute();
    } catch (RuntimeException | LinkageError e) {
      throw DeviceException.failed(graphs.kernels(part), device, e);
    }
  }

  private void check(List<Tensor> inputs) {
    if (inputs.size() != program.inputs().size()) {
      throw new IllegalArgumentException(
          "program: takes %d tensors, got %d".formatted(program.inputs().size(), inputs.size()));
    }
    for (int i = 0; i < inputs.size(); i++) {
      var wanted = program.inputs().get(i);
      if (!inputs.get(i).spec().equals(wanted.value().spec())) {
        throw new IllegalArgumentException(
            "program: input %s must be %s, got %s"
                .formatted(wanted.name(), wanted.value().spec(), inputs.get(i).spec()));
      }
      TensorAccess.checkAlive(inputs.get(i));
    }
  }

  /** Returns an array's numbers as a tensor of the innermost scope. */
  private static Tensor read(Place place) {
    Tensor tensor = TensorAccess.allocate(place.spec());
    DeviceArrays.read(place.array(), place.dtype(), TensorAccess.operand(tensor).elements());
    return tensor;
  }

  @Override
  public long plannedBytes() {
    return bytes;
  }

  @Override
  public synchronized CompileReport report() {
    List<Task> tasks = lowering.tasks().all();
    int kernels = (int) tasks.stream().map(Task::kernel).distinct().count();
    return new CompileReport(device, tasks.size(), kernels, bytes, compileSeconds);
  }

  @Override
  public synchronized void close() {
    if (closed) return;
    closed = true;
    if (plan == null) return;
    try {
      plan.close();
    } catch (TornadoExecutionPlanException e) {
      throw DeviceException.failed("(release of memory)", device, e);
    }
  }
}
