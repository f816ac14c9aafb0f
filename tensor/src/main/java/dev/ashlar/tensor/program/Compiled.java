package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorAccess;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.TensorTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A function of tensors that runs as a program: traced when it is first called with tensors of
 * these types and shapes, and run from then on. Inputs and results are structures: a tensor, or a
 * record, list or map of such.
 *
 * <pre>{@code
 * try (var step = Compiled.of(Training::step)) {
 *   for (Batch batch : batches) state = step.call(new Input(state, batch)).state();
 * }
 * }</pre>
 *
 * <p>It answers what the function would, bit for bit, under the rules of {@link Tracer}: what is no
 * tensor is frozen as it was when the function was traced. What is no tensor among the inputs (a
 * size, a {@link dev.ashlar.tensor.Key}) is part of the choice of a program: equal values run the
 * same program, and another value is another program. What changes at every call should therefore
 * be a tensor, a {@link dev.ashlar.tensor.KeyTensor} say. Of more than {@link #MOST_PROGRAMS},
 * those longest unused are closed.
 *
 * <p>Called inside a gradient or while another program is traced, it simply calls the function.
 *
 * <p>Usable by several threads at once. Programs keep their constants and a slab of memory until
 * {@link #close}, which must come before that of the {@link dev.ashlar.tensor.Memory} they ran in.
 *
 * @param <A> the structure of the inputs
 * @param <B> the structure of the result
 */
public final class Compiled<A, B> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Compiled.class);
  private static final int SUSPICIOUSLY_MANY = 16;

  /** How many programs a function has at most; then those longest unused are closed. */
  public static final int MOST_PROGRAMS = 64;

  private final ProgramRunner runner;
  private final Function<? super A, ? extends B> function;
  // Stand for tensors in the keys of programs: one object per spec, so that structures compare.
  private final Map<TensorSpec, Tensor> stands = new HashMap<>();
  // In order of use.
  private final Map<Kind, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
  private int made;
  private boolean closed;

  private Compiled(ProgramRunner runner, Function<? super A, ? extends B> function) {
    this.runner = runner;
    this.function = function;
  }

  /** Returns the function as programs for the CPU. */
  public static <A, B> Compiled<A, B> of(Function<? super A, ? extends B> function) {
    return of(ProgramExecutor.cpu(), function);
  }

  /** Returns the function as programs for another runner. */
  public static <A, B> Compiled<A, B> of(
      ProgramRunner runner, Function<? super A, ? extends B> function) {
    return new Compiled<>(runner, function);
  }

  /**
   * Returns the function's result, in the innermost scope. Tensors that the function updates in
   * place cannot be used afterwards, as if it had been called itself.
   *
   * @throws dev.ashlar.tensor.TracingException if the function cannot be traced, naming the place
   */
  public B call(A inputs) {
    if (Interpreter.current() != Interpreter.eager()) return function.apply(inputs);
    return using(
        inputs, ready -> ready.trace.result(ready.executable.run(TensorTree.leaves(inputs))));
  }

  /** Returns the simplified program that runs for such inputs, compiling it if it is the first. */
  public Program program(A inputs) {
    return using(inputs, Ready::program);
  }

  /** Returns what the program for such inputs needs of memory, beside what eager calls need. */
  public MemoryReport memory(A inputs) {
    return using(
        inputs,
        ready -> new MemoryReport(ready.trace.eagerPeakBytes(), ready.executable.plannedBytes()));
  }

  /** Returns what became of the program for such inputs where it runs. */
  public CompileReport report(A inputs) {
    return using(inputs, ready -> ready.executable.report());
  }

  /** Returns how many programs there are: compiled and not closed since. */
  public synchronized int programCount() {
    return (int) entries.values().stream().filter(entry -> entry.ready != null).count();
  }

  private <R> R using(A inputs, Function<Ready<B>, R> use) {
    Entry entry = take(inputs);
    try {
      return use.apply(entry.ready(inputs));
    } finally {
      entry.letGo();
    }
  }

  /** Returns the program for such inputs; it stays open until it is let go. */
  private Entry take(A inputs) {
    List<Entry> unused = new ArrayList<>();
    try {
      synchronized (this) {
        if (closed) throw closed();
        Entry entry = entries.computeIfAbsent(kind(inputs), _ -> made());
        entry.users++;
        while (entries.size() > MOST_PROGRAMS) unused.add(removeEldest());
        return entry;
      }
    } finally {
      unused.forEach(Entry::letGo);
    }
  }

  private Entry made() {
    if (++made == SUSPICIOUSLY_MANY) {
      LOG.warn(
          "compiled: {} programs of one function; if its inputs contain a number that changes from"
              + " call to call, make that a tensor",
          SUSPICIOUSLY_MANY);
    }
    return new Entry();
  }

  private Entry removeEldest() {
    var eldest = entries.entrySet().iterator();
    Entry entry = eldest.next().getValue();
    eldest.remove();
    return entry;
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("compiled: called after close()");
  }

  /**
   * What inputs must have alike to run the same program.
   *
   * @param inputs with one and the same tensor for every spec
   * @param form in which order maps name their tensors: equal maps may be filled in another
   */
  private record Kind(@Nullable Object inputs, TensorTree.Form form) {}

  private Kind kind(A inputs) {
    try (var _ = TensorScope.open()) {
      A standing =
          TensorTree.map(inputs, tensor -> stands.computeIfAbsent(tensor.spec(), this::stand));
      return new Kind(standing, TensorTree.form(inputs));
    }
  }

  private Tensor stand(TensorSpec spec) {
    return TensorAccess.withoutMemory(spec.dtype(), Layout.contiguous(spec.shape()), () -> {});
  }

  /** Lets go of programs, constants and slabs; calls in progress on other threads still end. */
  @Override
  public void close() {
    List<Entry> all;
    synchronized (this) {
      closed = true;
      all = new ArrayList<>(entries.values());
      entries.clear();
    }
    all.forEach(Entry::letGo);
  }

  /** A traced function, its program and what runs it. */
  private record Ready<B>(Trace<B> trace, Program program, Executable executable) {}

  /** The program for one kind of inputs: compiled by the first thread that needs it. */
  private final class Entry {
    private volatile @Nullable Ready<B> ready;
    // Calls in progress, and the map of entries; guarded by the Compiled.
    private int users = 1;

    Ready<B> ready(A inputs) {
      Ready<B> now = ready;
      return now != null ? now : compile(inputs);
    }

    private synchronized Ready<B> compile(A inputs) {
      if (ready == null) ready = make(inputs);
      return ready;
    }

    private Ready<B> make(A inputs) {
      Trace<B> trace = Tracer.trace(inputs, function);
      try {
        Program program = Passes.simplify(trace.program());
        return new Ready<>(trace, program, runner.compile(program));
      } catch (RuntimeException | Error e) {
        trace.close();
        throw e;
      }
    }

    /** Closes the program if nobody else uses it. */
    void letGo() {
      synchronized (Compiled.this) {
        if (--users > 0) return;
      }
      Ready<B> last = ready;
      if (last == null) return;
      last.executable.close();
      last.trace.close();
    }
  }
}
