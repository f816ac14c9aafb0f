package dev.ashlar.gpu;

import dev.ashlar.gpu.Lowering.Output;
import dev.ashlar.tensor.Hold;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorAccess;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.program.CallChecks;
import dev.ashlar.tensor.program.CompileReport;
import dev.ashlar.tensor.program.Executable;
import dev.ashlar.tensor.program.Program;
import dev.ashlar.tensor.program.Program.Constant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A program as an execution plan of TornadoVM. Large inputs stay on the device from run to run: one
 * that comes again, or comes back as the result that was written over it, is not sent. Outputs lie
 * on the device until they are read.
 */
final class TornadoExecutable implements Executable {
  private static final Logger LOG = LoggerFactory.getLogger(TornadoExecutable.class);
  // So many take seconds, in which nothing else is to be seen.
  private static final int WORTH_TELLING = 24;
  // TornadoVM 5.2 keeps 8,192 bytes per graph of what its tasks are called with, 90 of a task's.
  private static final int TASKS_PER_GRAPH = 64;
  // And of its code 4,096 bytes, which are full after some 27 tasks, unless it is told otherwise.
  private static final int TASKS_PER_SMALL_GRAPH = 16;

  private final Program program;
  private final Lowering lowering;
  private final String device;
  // null where nothing is computed
  private final @Nullable DevicePlan plan;
  private final List<Integer> residents;
  private final Occupants occupants = new Occupants();
  private final long bytes;
  private final double compileSeconds;
  private boolean closed;

  TornadoExecutable(Program program, Lowering lowering, TornadoRunner runner) {
    long start = System.nanoTime();
    this.program = program;
    this.lowering = lowering;
    this.device = runner.info().name();
    this.residents = List.copyOf(lowering.residents().keySet());
    Graphs graphs = graphs();
    this.bytes =
        graphs.arrays().stream()
            .mapToLong(TornadoNativeArray::getNumBytesOfSegmentWithHeader)
            .sum();
    if (graphs.count() == 0) {
      this.plan = null;
    } else {
      DeviceMemory.take(device, bytes, runner.memoryLimitBytes());
      this.plan = compiled(graphs, runner.device());
    }
    this.compileSeconds = (System.nanoTime() - start) * 1e-9;
  }

  private Graphs graphs() {
    Tasks tasks = lowering.tasks();
    Set<TornadoNativeArray> fixed = Lowering.identities();
    fixed.addAll(tasks.constants());
    for (Constant constant : program.constants()) {
      TornadoNativeArray array = lowering.place(constant.value()).array();
      write(constant.tensor(), array);
      fixed.add(array);
    }
    Set<TornadoNativeArray> fresh = Lowering.identities();
    lowering.passing().values().forEach(place -> fresh.add(place.array()));
    if (tasks.hasFaults()) fresh.add(tasks.faultNumbers());
    List<TornadoNativeArray> staying = new ArrayList<>();
    lowering.residents().values().forEach(place -> staying.add(place.array()));
    var given = new Graphs.Given(fixed, fresh, staying);
    boolean large = Integer.getInteger(Devices.CODE_SIZE_PROPERTY, 0) >= Devices.CODE_SIZE;
    return new Graphs(tasks.all(), given, large ? TASKS_PER_GRAPH : TASKS_PER_SMALL_GRAPH);
  }

  private DevicePlan compiled(Graphs graphs, TornadoDevice on) {
    int tasks = lowering.tasks().all().size();
    if (tasks >= WORTH_TELLING) LOG.info("{}: compiling {} tasks", device, tasks);
    DevicePlan.LOCK.lock();
    try {
      var made = new DevicePlan(graphs, on, device);
      made.compile();
      return made;
    } catch (RuntimeException | Error e) {
      DeviceMemory.giveBack(device, bytes);
      throw e;
    } finally {
      DevicePlan.LOCK.unlock();
    }
  }

  private static void write(Tensor tensor, TornadoNativeArray array) {
    try (var _ = TensorScope.open()) {
      Tensor rowMajor = Interpreter.eager().during(tensor::contiguous);
      DeviceArrays.write(rowMajor, array);
    }
  }

  @Override
  public List<Tensor> run(List<Tensor> inputs) {
    CallChecks.checkInputs(program, inputs);
    CallChecks.checkOverwritten(program, lowering.overwritten(), inputs);
    DevicePlan.LOCK.lock();
    try (var hold = new Hold()) {
      if (closed) throw new IllegalStateException("program on %s: closed".formatted(device));
      inputs.forEach(hold::add);
      List<Tensor> now = new ArrayList<>(inputs);
      if (plan != null) compute(plan, inputs, now);
      List<Tensor> outputs = new ArrayList<>();
      for (Output output : lowering.outputs()) outputs.add(answer(output, now));
      return outputs;
    } finally {
      DevicePlan.LOCK.unlock();
    }
  }

  /** Runs the plan, and puts what was written over an input in its place in {@code now}. */
  private void compute(DevicePlan on, List<Tensor> inputs, List<Tensor> now) {
    for (Output output : lowering.outputs()) {
      if (output.input() < 0) occupants.vacate(output.place().array());
    }
    bringResidents(on, inputs);
    long freshBytes = writeFresh(inputs);
    try {
      on.run(freshBytes);
    } catch (DeviceException e) {
      lowering.overwritten().keySet().forEach(i -> occupants.lose(resident(i), e));
      throw e;
    }
    lowering.overwritten().forEach((i, op) -> now.set(i, replaced(on, inputs.get(i), i, op)));
    throwFault(on);
  }

  private void bringResidents(DevicePlan on, List<Tensor> inputs) {
    for (int number = 0; number < residents.size(); number++) {
      Tensor input = inputs.get(residents.get(number));
      TornadoNativeArray array = resident(residents.get(number));
      if (occupants.holds(array, input)) continue;
      occupants.vacate(array);
      write(input, array);
      on.upload(number, array);
      occupants.copied(array, input);
    }
  }

  private TornadoNativeArray resident(int input) {
    return lowering.residents().get(input).array();
  }

  /** Writes the inputs that come with every run, and returns their bytes. */
  private long writeFresh(List<Tensor> inputs) {
    long sum = 0;
    for (Map.Entry<Integer, Place> entry : lowering.passing().entrySet()) {
      TornadoNativeArray array = entry.getValue().array();
      write(inputs.get(entry.getKey()), array);
      sum += array.getNumBytesOfSegment();
    }
    lowering.tasks().faultNumbers().init(0);
    return sum;
  }

  /** Ends an input that was written over, and returns the tensor that takes its place. */
  private Tensor replaced(DevicePlan on, Tensor input, int number, Op by) {
    Place place = lowering.residents().get(number);
    occupants.drop(place.array());
    boolean rowMajor = input.layout().isContiguous();
    Tensor next = TensorAccess.donated(by, input);
    // One that did not lie row-major has its copy on the device, and that was written over.
    if (!rowMajor) next = TensorAccess.allocate(place.spec());
    occupants.become(place, next, on);
    return next;
  }

  private void throwFault(DevicePlan on) {
    Tasks tasks = lowering.tasks();
    if (!tasks.hasFaults()) return;
    on.download(tasks.faultNumbers());
    tasks.throwFault();
  }

  private Tensor answer(Output output, List<Tensor> now) {
    if (output.input() >= 0) return now.get(output.input());
    Tensor tensor = TensorAccess.allocate(output.place().spec());
    if (plan != null && output.place().size() > 0) occupants.become(output.place(), tensor, plan);
    return tensor;
  }

  @Override
  public long plannedBytes() {
    return bytes;
  }

  @Override
  public CompileReport report() {
    List<Task> tasks = lowering.tasks().all();
    int kernels = (int) tasks.stream().map(Task::kernel).distinct().count();
    return new CompileReport(device, tasks.size(), kernels, bytes, compileSeconds);
  }

  /** Returns how many bytes of inputs went to the device so far. */
  long uploadedBytes() {
    return plan == null ? 0 : plan.uploadedBytes();
  }

  /** Returns how many bytes came from the device so far. */
  long downloadedBytes() {
    return plan == null ? 0 : plan.downloadedBytes();
  }

  /** {@inheritDoc} What was answered and not yet read is fetched before. */
  @Override
  public void close() {
    DevicePlan.LOCK.lock();
    try {
      if (closed) return;
      closed = true;
      if (plan == null) return;
      try {
        occupants.vacateAll();
      } finally {
        plan.close();
        DeviceMemory.giveBack(device, bytes);
      }
    } finally {
      DevicePlan.LOCK.unlock();
    }
  }
}
