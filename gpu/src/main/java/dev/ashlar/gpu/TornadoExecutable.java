package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Hold;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorAccess;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.program.CompileReport;
import dev.ashlar.tensor.program.Executable;
import dev.ashlar.tensor.program.Program;
import dev.ashlar.tensor.program.Program.Constant;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

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
    Set<FloatArray> fixed = new HashSet<>();
    for (Constant constant : program.constants()) fixed.add(upload(constant));
    this.graphs = new Graphs(lowering, fixed, TASKS_PER_GRAPH);
    this.plan = graphs.count() == 0 ? null : plan(graphs.build(), device);
    Set<FloatArray> arrays = new HashSet<>(lowering.outputs());
    lowering.tasks().forEach(task -> arrays.add(task.writes()));
    this.bytes = arrays.stream().mapToLong(FloatArray::getNumBytesOfSegment).sum();
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

  private FloatArray upload(Constant constant) {
    FloatArray array = lowering.place(constant.value()).array();
    Tensor tensor = constant.tensor();
    try (var _ = TensorScope.open()) {
      Interpreter.eager().during(() -> write(tensor.contiguous(), array));
    }
    return array;
  }

  @Override
  public synchronized List<Tensor> run(List<Tensor> inputs) {
    if (closed) throw new IllegalStateException("program on %s: closed".formatted(device));
    check(inputs);
    try (var hold = new Hold();
        var _ = TensorScope.open()) {
      inputs.forEach(hold::add);
      for (int i = 0; i < inputs.size(); i++) {
        FloatArray array = lowering.place(program.inputs().get(i).value()).array();
        Tensor input = inputs.get(i);
        Interpreter.eager().during(() -> write(input.contiguous(), array));
      }
    }
    long start = System.nanoTime();
    for (int part = 0; part < graphs.count(); part++) execute(part);
    // TornadoVM compiles a kernel when it first runs.
    if (!ran) compileSeconds += since(start);
    ran = true;
    List<Tensor> outputs = new ArrayList<>();
    for (int i = 0; i < program.outputs().size(); i++) {
      outputs.add(read(lowering.outputs().get(i), program.outputs().get(i).spec()));
    }
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

  /** Copies a row-major tensor into an array. */
  private static boolean write(Tensor tensor, FloatArray array) {
    MemorySegment from = TensorAccess.operand(tensor).elements();
    if (tensor.dtype() == DType.F32) {
      MemorySegment.copy(from, 0, array.getSegment(), 0, from.byteSize());
    } else {
      for (int i = 0; i < from.byteSize(); i++) array.set(i, from.get(ValueLayout.JAVA_BYTE, i));
    }
    return true;
  }

  /** Returns an array's numbers as a tensor of the innermost scope. */
  private static Tensor read(FloatArray array, TensorSpec spec) {
    Tensor tensor = TensorAccess.allocate(spec);
    MemorySegment to = TensorAccess.operand(tensor).elements();
    if (spec.dtype() == DType.F32) {
      MemorySegment.copy(array.getSegment(), 0, to, 0, to.byteSize());
    } else {
      for (int i = 0; i < to.byteSize(); i++) {
        to.set(ValueLayout.JAVA_BYTE, i, (byte) (array.get(i) != 0 ? 1 : 0));
      }
    }
    return tensor;
  }

  @Override
  public long plannedBytes() {
    return bytes;
  }

  @Override
  public synchronized CompileReport report() {
    int kernels = (int) lowering.tasks().stream().map(Task::kernel).distinct().count();
    return new CompileReport(device, lowering.tasks().size(), kernels, bytes, compileSeconds);
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
