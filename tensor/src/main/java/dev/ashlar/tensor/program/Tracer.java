package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Hold;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.ShapeRules;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorAccess;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.TensorTree;
import dev.ashlar.tensor.TracingException;
import dev.ashlar.tensor.Views;
import dev.ashlar.tensor.program.Program.Constant;
import dev.ashlar.tensor.program.Program.Input;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Records a function of tensors as a {@link Program} instead of computing it. The function is
 * called once, with tensors that have shapes and lifetimes but no numbers; what it does to them is
 * the program.
 *
 * <ul>
 *   <li>Java's control flow is recorded as it went: loops are unrolled, of a branch one side is
 *       kept. Reading a number throws {@link TracingException}.
 *   <li>Tensors from outside, and those made of Java numbers on the way, become constants: frozen
 *       as they are.
 *   <li>So do other values, a {@link dev.ashlar.tensor.Key} above all: of one, a program draws the
 *       same random numbers every time it runs, of a {@link dev.ashlar.tensor.KeyTensor} among its
 *       inputs others.
 *   <li>Gradients are taken while the function is recorded: forward and backward pass are one
 *       program.
 *   <li>Operations that update tensors in place end those tensors here too, and may do so to the
 *       program's inputs, but not to constants.
 * </ul>
 */
public final class Tracer implements Interpreter {
  private final Thread owner = Thread.currentThread();
  private final Map<Tensor, Value> values = new IdentityHashMap<>();
  private final List<Input> inputs = new ArrayList<>();
  private final List<Constant> constants = new ArrayList<>();
  // Constants and what is viewed of them: must not be written to.
  private final Set<Value> fixed = new HashSet<>();
  private final List<Step> steps = new ArrayList<>();
  private final Hold held = new Hold();
  private int count;
  private long liveBytes;
  private long peakBytes;

  private Tracer() {}

  /**
   * Returns the trace of {@code function} on tensors of the types and shapes of {@code inputs}: a
   * tensor, or a record, list or map of such. The inputs are laid out row-major to the function,
   * whatever their layout.
   *
   * @throws TracingException naming the place where the function reads a number, writes to a tensor
   *     from outside, or uses a tensor of another trace
   */
  public static <A, B> Trace<B> trace(A inputs, Function<? super A, ? extends B> function) {
    var tracer = new Tracer();
    try (var _ = TensorScope.open()) {
      return tracer.record(inputs, function);
    } catch (RuntimeException | Error e) {
      tracer.held.close();
      throw e;
    }
  }

  private <A, B> Trace<B> record(A structure, Function<? super A, ? extends B> function) {
    A symbolic = TensorTree.mapNamed(structure, this::input);
    B result = during(() -> function.apply(symbolic));
    List<Value> outputs = TensorTree.leaves(result).stream().map(this::output).toList();
    return new Trace<>(new Program(inputs, constants, steps, outputs), result, peakBytes, held);
  }

  private Tensor input(String path, Tensor like) {
    Value value = define(like.spec());
    inputs.add(new Input(path, value));
    Tensor input =
        TensorAccess.withoutMemory(like.dtype(), Layout.contiguous(like.shape()), () -> {});
    values.put(input, value);
    return input;
  }

  private Value define(TensorSpec spec) {
    return new Value(count++, spec);
  }

  /** Returns the value the program answers for a tensor: never a constant's own memory. */
  private Value output(Tensor tensor) {
    TensorAccess.checkAlive(tensor);
    Value value = value("the result", tensor);
    return fixed.contains(value)
        ? value("copy", interpret(new Op.Copy(), List.of(tensor)).getFirst())
        : value;
  }

  @Override
  public List<Tensor> interpret(Op op, List<Tensor> in) {
    if (Thread.currentThread() != owner) {
      throw new TracingException(
          "%s: a program is traced on the thread that began it (%s), not on %s",
          op.label(), owner.getName(), Thread.currentThread().getName());
    }
    in.forEach(TensorAccess::checkAlive);
    List<Value> from = in.stream().map(tensor -> value(op.label(), tensor)).toList();
    List<TensorSpec> specs = ShapeRules.infer(op, in.stream().map(Tensor::spec).toList());
    return op instanceof Op.View view
        ? List.of(view(view, in.getFirst(), from.getFirst(), specs.getFirst()))
        : results(op, in, from, specs);
  }

  private Value value(String op, Tensor tensor) {
    @Nullable Value known = values.get(tensor);
    if (known != null) return known;
    if (!TensorAccess.hasMemory(tensor)) {
      throw new TracingException(
          "%s: %s belongs to the trace of another program, or was made on another thread;"
              + " pass it in, or call the inner function directly",
          op, tensor.spec());
    }
    return constant(tensor);
  }

  private Value constant(Tensor tensor) {
    Value value = define(tensor.spec());
    held.add(tensor);
    constants.add(new Constant(value, tensor));
    fixed.add(value);
    values.put(tensor, value);
    return value;
  }

  private Tensor view(Op.View op, Tensor input, Value from, TensorSpec spec) {
    Optional<Layout> layout = Views.layout(op, input.layout());
    if (layout.isEmpty()) {
      Tensor copy = interpret(new Op.Copy(), List.of(input)).getFirst();
      return interpret(op, List.of(copy)).getFirst();
    }
    // A view of a constant must not have its numbers either.
    Tensor view =
        TensorAccess.hasMemory(input)
            ? TensorAccess.withoutMemory(spec.dtype(), layout.get(), () -> {})
            : TensorAccess.view(input, layout.get());
    Value value = define(spec);
    if (fixed.contains(from)) fixed.add(value);
    values.put(view, value);
    steps.add(new Step(op, List.of(from), List.of(value)));
    return view;
  }

  private List<Tensor> results(Op op, List<Tensor> in, List<Value> from, List<TensorSpec> specs) {
    List<Integer> donations = op instanceof Op.Custom custom ? custom.donations() : List.of();
    for (int i = 0; i < donations.size(); i++) {
      int donor = donations.get(i);
      if (donor >= 0) checkDonor(op, in, donor, specs.get(i));
    }
    List<Tensor> results = new ArrayList<>(specs.size());
    List<Value> to = new ArrayList<>(specs.size());
    for (int i = 0; i < specs.size(); i++) {
      int donor = i < donations.size() ? donations.get(i) : -1;
      Tensor result = donor < 0 ? allocate(specs.get(i)) : TensorAccess.donated(op, in.get(donor));
      Value value = define(specs.get(i));
      values.put(result, value);
      results.add(result);
      to.add(value);
    }
    steps.add(new Step(op, from, to));
    return results;
  }

  private void checkDonor(Op op, List<Tensor> in, int donor, TensorSpec out) {
    if (fixed.contains(values.get(in.get(donor)))) {
      throw new TracingException(
          "%s: would update in place %s, a constant of the program; pass it to the function as an"
              + " input, or pass copy() of it",
          op.label(), in.get(donor).spec());
    }
    TensorAccess.checkDonor(op, in, donor, out);
  }

  private Tensor allocate(TensorSpec spec) {
    long bytes = MemoryPlan.bytes(spec);
    liveBytes += bytes;
    peakBytes = Math.max(peakBytes, liveBytes);
    return TensorAccess.withoutMemory(
        spec.dtype(), Layout.contiguous(spec.shape()), () -> liveBytes -= bytes);
  }
}
