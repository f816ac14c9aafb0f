package dev.ashlar.gpu;

import dev.ashlar.autodiff.nn.SwiGluOp;
import dev.ashlar.autodiff.optim.AccumulateStep;
import dev.ashlar.autodiff.optim.AdamWStep;
import dev.ashlar.autodiff.optim.MomentumStep;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.lang.constant.ConstantDesc;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How one element of a result is computed: a function and what it is given. <b>The</b> table of
 * elementwise operations on devices.
 *
 * @param function one of {@link FloatElements}, {@link DoubleElements}, {@link IntElements}, {@link
 *     LongElements}, {@link RandomElements} or {@link CustomElements}
 * @param parts its arguments
 */
record ElementCode(Method function, List<Part> parts) {
  /** An argument. */
  sealed interface Part {}

  /** An element of an input of the step, broadcast to the shape of the result. */
  record Input(int number) implements Part {}

  /** One and the same element of an input of the step that is a vector. */
  record Entry(int number, int index) implements Part {}

  /** An element of a result of the step. */
  record Result(int number) implements Part {}

  /** The number of the element. */
  record Index() implements Part {}

  /** A number of the function's type. */
  record Constant(ConstantDesc value) implements Part {
    static Constant of(double value) {
      return new Constant((float) value);
    }
  }

  /** Two arguments: where {@linkplain Tasks#fault faults} are reported, and which this is. */
  record Fault(String what) implements Part {}

  /** Returns how each result of a step is computed, or empty where a step is not elementwise. */
  static Optional<List<ElementCode>> of(Step step) {
    boolean known =
        Stream.concat(step.inputs().stream(), step.outputs().stream())
            .allMatch(value -> value.spec().dtype() != DType.BF16);
    if (!known) return Optional.empty();
    return switch (step.op()) {
      case Op.Unary op -> core(step, op.label());
      case Op.Binary op -> core(step, op.label(), faults(step));
      case Op.Copy op -> core(step, op.label());
      case Op.Clamp op -> core(step, op.label());
      case Op.Where op -> core(step, op.label());
      case Op.Not op -> core(step, op.label());
      case Op.Cast cast -> core(step, "to" + cast.dtype());
      case Op.Logical op -> core(step, op.connective().name().toLowerCase(Locale.ROOT));
      case Op.Compare op -> core(step, name(op.comparison()));
      case Op.Arange(var spec) -> one(code(IntElements.class, "to" + spec.dtype(), new Index()));
      case Op.Random op -> one(random(op.label() + op.spec().dtype()));
      case Op.FoldKey op -> one(random(op.label(), new Constant(op.number())));
      case Op.Custom op when isF32(step) -> custom(op);
      default -> Optional.empty();
    };
  }

  private static boolean isF32(Step step) {
    return !step.inputs().isEmpty() && step.inputs().getFirst().spec().dtype() == DType.F32;
  }

  /** Returns whether a step takes single elements of this input for all of its results. */
  static boolean isVector(Step step, Value input) {
    return parts(step)
        .anyMatch(
            p -> p instanceof Entry(int number, _) && step.inputs().get(number).equals(input));
  }

  /** Returns whether a step may report a fault. */
  static boolean canFail(Step step) {
    return parts(step).anyMatch(part -> part instanceof Fault);
  }

  private static Stream<Part> parts(Step step) {
    return of(step).stream().flatMap(List::stream).flatMap(code -> code.parts.stream());
  }

  // ---- Core operations.

  private static String name(Op.Comparison comparison) {
    return switch (comparison) {
      case EQUAL -> "equal";
      case NOT_EQUAL -> "notEqual";
      case LESS -> "less";
      case LESS_OR_EQUAL -> "lessOrEqual";
      case GREATER -> "greater";
      case GREATER_OR_EQUAL -> "greaterOrEqual";
    };
  }

  /** Returns what an operation of integers may report. */
  private static Part[] faults(Step step) {
    Op op = step.op();
    if (!step.outputs().getFirst().spec().dtype().isInteger()) return new Part[0];
    return switch (op) {
      case Op.Div _, Op.Rem _ ->
          new Part[] {new Fault(op.label() + ": an integer is divided by 0")};
      case Op.Pow _ ->
          new Part[] {
            new Fault(op.label() + ": an integer has a negative exponent; cast with toType(F32)")
          };
      default -> new Part[0];
    };
  }

  /** Returns the function of all inputs that has a name, if there is one for their types. */
  private static Optional<List<ElementCode>> core(Step step, String name, Part... more) {
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < step.inputs().size(); i++) parts.add(new Input(i));
    parts.addAll(List.of(more));
    Class<?> functions = functions(step.inputs().getLast().spec().dtype());
    return find(functions, name).map(function -> List.of(new ElementCode(function, parts)));
  }

  /** Returns the code of an operation that draws by a key. */
  private static ElementCode random(String name, Part... more) {
    List<Part> parts = new ArrayList<>(List.of(new Entry(0, 0), new Entry(0, 1), new Index()));
    parts.addAll(List.of(more));
    return code(RandomElements.class, name, parts.toArray(Part[]::new));
  }

  private static Class<?> functions(DType dtype) {
    return switch (dtype) {
      case F32, BOOL -> FloatElements.class;
      case F64 -> DoubleElements.class;
      case I32 -> IntElements.class;
      case I64 -> LongElements.class;
      case BF16 -> throw new IllegalStateException("no kernel for " + dtype);
    };
  }

  /** Returns the type that numbers of an element type have in kernels. */
  static Class<?> type(DType dtype) {
    return switch (dtype) {
      case F32, BOOL -> float.class;
      case F64 -> double.class;
      case I32 -> int.class;
      case I64 -> long.class;
      case BF16 -> throw new IllegalStateException("no kernel for " + dtype);
    };
  }

  // ---- Layers and optimizers.

  private static Optional<List<ElementCode>> custom(Op.Custom op) {
    return switch (op) {
      case SwiGluOp _ -> one(custom("swiGlu", new Input(0), new Input(1)));
      case SwiGluOp.Backward _ ->
          Optional.of(
              List.of(
                  custom("swiGluGate", new Input(0), new Input(1), new Input(2)),
                  custom("swiGluUp", new Input(0), new Input(2))));
      case AdamWStep update -> Optional.of(adamW(update));
      case MomentumStep update -> Optional.of(momentum(update));
      case AccumulateStep update ->
          one(custom("accumulate", new Input(0), new Input(1), Constant.of(update.weight())));
      default -> Optional.empty();
    };
  }

  /** The parameter follows from the moments. */
  private static List<ElementCode> adamW(AdamWStep op) {
    return List.of(
        custom(
            "adamW",
            new Input(0),
            new Result(1),
            new Result(2),
            new Entry(4, 0),
            new Entry(4, 1),
            new Entry(4, 2),
            Constant.of(op.weightDecay()),
            Constant.of(op.epsilon())),
        custom(
            "moment",
            new Input(1),
            new Input(3),
            Constant.of(op.beta1()),
            Constant.of(1 - op.beta1())),
        custom(
            "squaredMoment",
            new Input(2),
            new Input(3),
            Constant.of(op.beta2()),
            Constant.of(1 - op.beta2())));
  }

  private static List<ElementCode> momentum(MomentumStep op) {
    var rate = Constant.of(op.rate());
    var momentum = Constant.of(op.momentum());
    return List.of(
        op.nesterov()
            ? custom("nesterov", new Input(0), new Result(1), new Input(2), rate, momentum)
            : custom("momentum", new Input(0), new Result(1), rate),
        custom("velocity", new Input(1), new Input(2), momentum));
  }

  private static ElementCode custom(String name, Part... parts) {
    return code(CustomElements.class, name, parts);
  }

  // ---- Functions by name.

  private static Optional<List<ElementCode>> one(ElementCode code) {
    return Optional.of(List.of(code));
  }

  private static ElementCode code(Class<?> functions, String name, Part... parts) {
    return new ElementCode(find(functions, name).orElseThrow(), List.of(parts));
  }

  /** Returns the function of a name, of which a class has one. */
  private static Optional<Method> find(Class<?> functions, String name) {
    return Stream.of(functions.getMethods())
        .filter(method -> method.getName().equals(name))
        .findFirst();
  }
}
