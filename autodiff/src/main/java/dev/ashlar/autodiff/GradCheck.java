package dev.ashlar.autodiff;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds gradients against finite differences, in double precision.
 *
 * <pre>{@code
 * GradCheck.inF64().check(model, m -> m.loss(batch));
 * }</pre>
 *
 * <p>A result of several numbers is first reduced to its inner product with fixed random numbers.
 * Small tensors are compared element by element, big ones along random directions. At a kink or
 * jump finite differences mean nothing: where a choice (a block, a maximum, a sign) changes within
 * the step, the step is shortened, another direction drawn, or at last the element left out, and
 * the report says so. {@link #withFrozenChoices} holds choices fast instead. The step is shortened
 * too where a function bends so much that its differences over the first step are not its slope.
 *
 * @param dtype what floating-point tensors are cast to before the check
 * @param order 1, or 2 to check the gradient of the gradient as well
 * @param step how far finite differences reach, relative to an element of size 1 or more
 * @param tolerance the greatest relative gap that passes
 * @param elements up to how many elements a tensor is compared element by element
 * @param projections how many random directions a bigger tensor is compared along
 * @param seed of the random numbers
 * @param frozen whether indices and truth values are held fast while the inputs move
 */
public record GradCheck(
    DType dtype,
    int order,
    double step,
    double tolerance,
    int elements,
    int projections,
    long seed,
    boolean frozen) {
  private static final Logger LOG = LoggerFactory.getLogger(GradCheck.class);

  // Directions that may be drawn again because of a kink.
  private static final int REDRAWN = 24;

  /** Checks the numbers. */
  public GradCheck {
    require(dtype.isFloating(), "dtype must be F32 or F64", dtype);
    require(order == 1 || order == 2, "order must be 1 or 2", order);
    require(step > 0, "step must be positive", step);
    require(tolerance > 0, "tolerance must be positive", tolerance);
    require(elements >= 0, "elements must not be negative", elements);
    require(projections > 0, "projections must be positive", projections);
  }

  private static void require(boolean holds, String what, Object got) {
    if (!holds) throw new IllegalArgumentException("gradCheck: %s, got %s".formatted(what, got));
  }

  /** Returns the usual check: first order, in F64, tolerance 1e-6. */
  public static GradCheck inF64() {
    return new GradCheck(DType.F64, 1, 1e-3, 1e-6, 64, 4, 0, false);
  }

  /**
   * Returns a coarse check in F32, for functions that exist in no other precision: tolerance 0.02.
   */
  public static GradCheck inF32() {
    return new GradCheck(DType.F32, 1, 0.03, 0.02, 64, 4, 0, false);
  }

  /** Returns this with another order. */
  public GradCheck withOrder(int other) {
    return new GradCheck(dtype, other, step, tolerance, elements, projections, seed, frozen);
  }

  /** Returns this with another step. */
  public GradCheck withStep(double other) {
    return new GradCheck(dtype, order, other, tolerance, elements, projections, seed, frozen);
  }

  /** Returns this with another tolerance. */
  public GradCheck withTolerance(double other) {
    return new GradCheck(dtype, order, step, other, elements, projections, seed, frozen);
  }

  /** Returns this with another limit between comparing elements and comparing along directions. */
  public GradCheck withElements(int other) {
    return new GradCheck(dtype, order, step, tolerance, other, projections, seed, frozen);
  }

  /** Returns this with another number of random directions. */
  public GradCheck withProjections(int other) {
    return new GradCheck(dtype, order, step, tolerance, elements, other, seed, frozen);
  }

  /** Returns this with other random numbers. */
  public GradCheck withSeed(long other) {
    return new GradCheck(dtype, order, step, tolerance, elements, projections, other, frozen);
  }

  /**
   * Returns this with indices and truth values held at what they are at the inputs: the check of a
   * function whose choices are constants to its gradient, such as block attention's.
   */
  public GradCheck withFrozenChoices() {
    return new GradCheck(dtype, order, step, tolerance, elements, projections, seed, true);
  }

  /**
   * Returns the report of a check that passed.
   *
   * @param inputs a tensor or a structure of tensors
   * @param function from that structure to a tensor or a structure of tensors
   * @throws GradCheckException with the report, if a gap is beyond the tolerance
   * @throws GradientException if there is no gradient to check
   */
  public <T, R> GradReport check(T inputs, Function<? super T, ? extends R> function) {
    GradReport report = report(inputs, function);
    if (!report.passed()) throw new GradCheckException(report);
    return report;
  }

  /** Returns what {@link #check} does, also if it does not pass. */
  public <T, R> GradReport report(T inputs, Function<? super T, ? extends R> function) {
    try (var _ = TensorScope.open()) {
      T exact = TensorTree.mapNamed(inputs, this::prepared);
      Function<T, List<Tensor>> first = in -> results(function.apply(in));
      List<GradReport.Worst> worst = new ArrayList<>(compared(1, exact, first));
      if (order == 2) {
        List<Tensor> weights = weights(exact, first, 2);
        worst.addAll(compared(2, exact, in -> gradients(in, first, weights)));
      }
      return new GradReport(tolerance, List.copyOf(worst), warnings());
    }
  }

  private List<String> warnings() {
    if (dtype == DType.F64) return List.of();
    String warning = "in F32 finite differences find gross errors only; check in F64 if you can";
    LOG.warn("gradCheck: {}", warning);
    return List.of(warning);
  }

  private Tensor prepared(String path, Tensor tensor) {
    if (!Tape.carriesGradient(tensor)) return tensor;
    if (tensor.layout().overlaps()) {
      throw new IllegalArgumentException(
          "gradCheck: %s is an expanded view, whose elements cannot change one by one; pass copy()"
              .formatted(path.isEmpty() ? "the input" : path));
    }
    return tensor.toType(dtype);
  }

  private static List<Tensor> results(Object result) {
    return TensorTree.leaves(result).stream().filter(Tape::carriesGradient).toList();
  }

  /** Returns the gradients, of a weighted sum of results, in those inputs that any flows to. */
  private static <T> List<Tensor> gradients(
      T inputs, Function<T, List<Tensor>> function, List<Tensor> weights) {
    return Grad.<T, List<Tensor>>vjp(inputs, function).flowing(weights).stream()
        .flatMap(Optional::stream)
        .toList();
  }

  /** Returns random numbers to weigh results with; a single number is taken as it is. */
  private <T> List<Tensor> weights(T inputs, Function<T, List<Tensor>> function, int purpose) {
    List<Tensor> results = TensorScope.tidy(() -> function.apply(inputs));
    if (results.isEmpty()) {
      throw new GradientException("gradCheck: the function returns no floating-point tensor");
    }
    if (results.size() == 1 && results.getFirst().size() == 1) {
      return List.of(Tensor.full(dtypeOf(results), 1, results.getFirst().shape().dims()));
    }
    Key key = Key.of(seed).fold(purpose);
    List<Tensor> weights = new ArrayList<>();
    for (Tensor result : results) {
      Key own = key.fold(weights.size());
      weights.add(Tensor.normal(own, result.dtype(), result.shape().dims()));
    }
    return weights;
  }

  private static DType dtypeOf(List<Tensor> tensors) {
    return tensors.getFirst().dtype();
  }

  private <T> List<GradReport.Worst> compared(
      int derivative, T inputs, Function<T, List<Tensor>> function) {
    List<Tensor> weights = weights(inputs, function, derivative == 1 ? 2 : 3);
    List<Tensor> leaves = TensorTree.leaves(inputs);
    Vjp<T, List<Tensor>> vjp = Grad.vjp(inputs, function);
    List<Optional<Tensor>> gradients = vjp.flowing(weights);
    // A function may be linear in an input: its second derivative there is 0, as finite differences
    // will confirm.
    if (derivative == 1) Grad.structure(inputs, gradients);
    var differences = FiniteDifferences.of(inputs, function, weights, step, frozen);
    List<GradReport.Worst> worst = new ArrayList<>();
    int at = 0;
    for (Map.Entry<String, Tensor> leaf : TensorTree.named(inputs).entrySet()) {
      int number = at++;
      Tensor input = leaves.get(number);
      if (!Tape.carriesGradient(input) || input.size() == 0) continue;
      Tensor gradient =
          gradients
              .get(number)
              .map(each -> each.toType(DType.F64))
              .orElseGet(() -> Tensor.zeros(DType.F64, input.shape().dims()));
      var comparison = new Comparison(derivative, leaf.getKey(), input, gradient);
      worst.add(
          input.size() <= elements
              ? comparison.byElement(differences, number, tolerance)
              : comparison.byDirection(differences, number, this));
    }
    return worst;
  }

  /** One tensor's gradient, held against finite differences. */
  private record Comparison(int derivative, String path, Tensor input, Tensor gradient) {
    GradReport.Worst byElement(FiniteDifferences<?> differences, int leaf, double tolerance) {
      double[] analytic = gradient.toDoubles();
      double largest = 0;
      for (double each : analytic) largest = Math.max(largest, Math.abs(each));
      var tally = new Tally(derivative, path);
      for (int i = 0; i < analytic.length; i++) {
        double[] unit = new double[analytic.length];
        unit[i] = 1;
        Tensor direction = Tensor.of(input.shape(), unit);
        var expected = new Expected(analytic[i], 0.01 * largest, tolerance);
        tally.add(index(i), expected, differences.along(leaf, direction, expected));
      }
      return tally.worst();
    }

    GradReport.Worst byDirection(FiniteDifferences<?> differences, int leaf, GradCheck check) {
      var tally = new Tally(derivative, path);
      int most = check.projections() + REDRAWN;
      for (int p = 0; p < most && tally.compared < check.projections(); p++) {
        try (var _ = TensorScope.open()) {
          Key key = Key.of(check.seed()).fold(leaf).fold(p);
          // After a kink, over half as many elements: of very many, some always stand near one.
          Tensor direction = direction(key, Math.scalb(1.0, -tally.leftOut));
          if (direction.abs().max().item() == 0) continue;
          Tensor terms = gradient.times(direction);
          double norm = Math.sqrt(terms.square().sum().item());
          var expected = new Expected(terms.sum().item(), 0.1 * norm, check.tolerance());
          tally.add(null, expected, differences.along(leaf, direction, expected));
        }
      }
      return tally.worst();
    }

    /**
     * Returns random numbers for a share of the elements, picked at random, and zeros for others.
     */
    private Tensor direction(Key key, double share) {
      int[] dims = input.shape().dims();
      Tensor direction = Tensor.normal(key, DType.F64, dims);
      if (share == 1) return direction;
      Tensor picked = Tensor.uniform(key.fold(1), DType.F64, dims).less(share);
      return picked.where(direction, direction.zerosLike());
    }

    private List<Integer> index(int element) {
      int rest = element;
      List<Integer> index = new ArrayList<>();
      for (int axis = input.rank() - 1; axis >= 0; axis--) {
        index.addFirst(rest % input.dim(axis));
        rest /= input.dim(axis);
      }
      return index;
    }
  }
}
