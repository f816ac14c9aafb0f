package dev.ashlar.autodiff;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Notes what a computation chose on its way: indices and truth values that were made from real
 * numbers, and on which side of its kink each operation was. Two runs that chose alike lie on one
 * smooth piece of the function. Choices inside a fused operation that it does not answer are not
 * seen.
 */
final class Choices implements Interpreter {
  private final Interpreter inner = Interpreter.current();
  private final @Nullable Choices frozen;
  private final List<String> operations = new ArrayList<>();
  private final List<Long> prints = new ArrayList<>();
  private final List<List<Tensor>> results = new ArrayList<>();
  private boolean keeping;

  private Choices(@Nullable Choices frozen) {
    this.frozen = frozen;
  }

  /** Returns a watch that notes choices. */
  static Choices noting() {
    return new Choices(null);
  }

  /** Returns a watch that keeps the indices and truth values themselves, for others to repeat. */
  static Choices keeping() {
    var choices = new Choices(null);
    choices.keeping = true;
    return choices;
  }

  /** Returns a watch under which indices and truth values are those of a run that kept them. */
  static Choices repeating(Choices kept) {
    return new Choices(kept);
  }

  /** Returns the operation that first chose otherwise than in another run; null if none did. */
  @Nullable String firstChange(Choices other) {
    for (int i = 0; i < Math.min(prints.size(), other.prints.size()); i++) {
      if (!prints.get(i).equals(other.prints.get(i))) return operations.get(i);
    }
    return prints.size() == other.prints.size() ? null : "the course of the function";
  }

  @Override
  public List<Tensor> interpret(Op op, List<Tensor> inputs) {
    boolean chooses = !(op instanceof Op.View) && inputs.stream().anyMatch(Choices::isReal);
    if (!chooses) return compute(op, inputs);
    int number = prints.size();
    List<Tensor> out = repeated(op, number);
    if (out == null) out = compute(op, inputs);
    Long print = print(op, inputs, out);
    if (print == null) return out;
    operations.add(op.label());
    prints.add(print);
    results.add(keeping ? out : List.of());
    return out;
  }

  private List<Tensor> compute(Op op, List<Tensor> inputs) {
    return inner.during(() -> inner.interpret(op, inputs));
  }

  private @Nullable List<Tensor> repeated(Op op, int number) {
    if (frozen == null || number >= frozen.results.size()) return null;
    List<Tensor> kept = frozen.results.get(number);
    boolean same = frozen.operations.get(number).equals(op.label());
    return same && !kept.isEmpty() && kept.stream().noneMatch(Choices::isReal) ? kept : null;
  }

  private static boolean isReal(Tensor tensor) {
    return tensor.dtype().isFloating() || tensor.dtype() == DType.BF16;
  }

  /** Returns what tells one choice of an operation from another; null if it makes none. */
  private static @Nullable Long print(Op op, List<Tensor> in, List<Tensor> out) {
    try (var _ = TensorScope.open()) {
      return Interpreter.eager()
          .during(
              () -> {
                Tensor side = side(op, in, out);
                if (side != null) return print(side);
                Long print = null;
                for (Tensor each : out) {
                  if (!isReal(each)) print = 31 * (print == null ? 7 : print) + print(each);
                }
                return print;
              });
    }
  }

  /** Returns on which side of its kink or jump an operation is, element by element. */
  private static @Nullable Tensor side(Op op, List<Tensor> in, List<Tensor> out) {
    return switch (op) {
      case Op.Relu _ -> in.get(0).greater(0);
      case Op.Abs _ -> in.get(0).greater(0);
      case Op.Maximum _ -> in.get(0).greater(in.get(1));
      case Op.Minimum _ -> in.get(0).less(in.get(1));
      case Op.Clamp _ -> clamped(in.get(0), in.get(1), in.get(2));
      case Op.Floor _ -> out.get(0);
      case Op.Round _ -> out.get(0);
      case Op.Rem _ -> in.get(0).minus(out.get(0)).div(in.get(1)).round();
      case Op.Max max -> attained(max, in.get(0), out.get(0));
      case Op.Min min -> attained(min, in.get(0), out.get(0));
      default -> null;
    };
  }

  /** Returns which of the three the result is. */
  private static Tensor clamped(Tensor x, Tensor low, Tensor high) {
    Tensor above = x.maximum(low).greater(high);
    return x.less(low).toType(DType.I32).maskedFill(above, 2);
  }

  private static Tensor attained(Op.Reduction op, Tensor x, Tensor extremum) {
    var kept = x.shape();
    for (int axis : op.axes()) kept = kept.with(axis, 1);
    return x.equalTo(extremum.reshape(kept));
  }

  private static long print(Tensor choice) {
    long print = 1;
    for (double each : choice.toDoubles()) {
      print = (print ^ Double.doubleToLongBits(each + 0.0)) * 0x9E3779B97F4A7C15L;
      print ^= print >>> 29;
    }
    return print;
  }
}
