package dev.ashlar.gpu;

import dev.ashlar.autodiff.optim.AccumulateStep;
import dev.ashlar.autodiff.optim.AdamWStep;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How one element of a result is computed: a function of {@link Elements} and what it is given.
 *
 * @param function the function
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

  /** A number. */
  record Constant(float value) implements Part {}

  /** Returns how each result of a step is computed, or empty where a step is not elementwise. */
  static Optional<List<ElementCode>> of(Step step) {
    boolean known =
        Stream.concat(step.inputs().stream(), step.outputs().stream())
            .allMatch(value -> value.spec().dtype() != DType.BF16);
    if (!known) return Optional.empty();
    return switch (step.op()) {
      case Op.Unary op -> function(step, op.label());
      case Op.Binary op -> function(step, op.label());
      case Op.Copy op -> function(step, op.label());
      case Op.Where op -> function(step, op.label());
      case Op.Not op -> function(step, op.label());
      case Op.Cast cast -> function(step, "to" + cast.dtype());
      case Op.Logical op -> function(step, op.connective().name().toLowerCase(Locale.ROOT));
      case Op.Compare op -> function(step, name(op.comparison()));
      case AdamWStep op when isF32(step) -> Optional.of(adamW(op));
      case AccumulateStep op when isF32(step) ->
          Optional.of(
              List.of(
                  new ElementCode(
                      named("accumulate"),
                      List.of(new Input(0), new Input(1), new Constant((float) op.weight())))));
      default -> Optional.empty();
    };
  }

  private static boolean isF32(Step step) {
    return step.inputs().getFirst().spec().dtype() == DType.F32;
  }

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

  /** Returns the function of all inputs that has a name, if there is one for their types. */
  private static Optional<List<ElementCode>> function(Step step, String name) {
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < step.inputs().size(); i++) parts.add(new Input(i));
    Class<?>[] types =
        step.inputs().stream().map(Value::spec).map(s -> type(s.dtype())).toArray(Class[]::new);
    try {
      return Optional.of(List.of(new ElementCode(Elements.class.getMethod(name, types), parts)));
    } catch (NoSuchMethodException _) {
      return Optional.empty();
    }
  }

  /** Moments first, since the parameter follows from them. */
  private static List<ElementCode> adamW(AdamWStep op) {
    var beta1 = new Constant((float) op.beta1());
    var rest1 = new Constant((float) (1 - op.beta1()));
    var beta2 = new Constant((float) op.beta2());
    var rest2 = new Constant((float) (1 - op.beta2()));
    List<Part> first = List.of(new Input(1), new Input(3), beta1, rest1);
    List<Part> second = List.of(new Input(2), new Input(3), beta2, rest2);
    List<Part> parameter =
        List.of(
            new Input(0),
            new Result(1),
            new Result(2),
            new Entry(4, 0),
            new Entry(4, 1),
            new Entry(4, 2),
            new Constant((float) op.weightDecay()),
            new Constant((float) op.epsilon()));
    return List.of(
        new ElementCode(named("adamW"), parameter),
        new ElementCode(named("moment"), first),
        new ElementCode(named("squaredMoment"), second));
  }

  private static Method named(String name) {
    return Stream.of(Elements.class.getMethods())
        .filter(method -> method.getName().equals(name))
        .findFirst()
        .orElseThrow();
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
}
