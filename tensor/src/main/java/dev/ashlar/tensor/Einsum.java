package dev.ashlar.tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Einstein sums by composition: operands are multiplied two at a time, each pair as one batched
 * matrix product, or number by number where its matrices would be rows or nothing is summed.
 * Letters shared with nothing that follows are summed before the product.
 */
final class Einsum {
  /** A tensor and the letter of each of its axes. */
  private record Term(Tensor tensor, String letters) {}

  private final String equation;
  private final Map<Character, Integer> sizes = new LinkedHashMap<>();

  private Einsum(String equation) {
    this.equation = equation;
  }

  static Tensor of(String equation, List<Tensor> operands) {
    return new Einsum(equation.replace(" ", "")).evaluate(operands);
  }

  private Tensor evaluate(List<Tensor> operands) {
    String[] sides = equation.split("->", -1);
    if (sides.length != 2) throw error("needs the form 'ab,bc->ac', with one arrow");
    String[] inputs = sides[0].split(",", -1);
    String output = sides[1];
    for (String letters : inputs) checkLetters(letters);
    checkLetters(output);
    if (inputs.length != operands.size()) {
      throw error("names %d operands, got %d".formatted(inputs.length, operands.size()));
    }
    checkTypes(operands);
    List<Term> terms = new ArrayList<>();
    for (int i = 0; i < inputs.length; i++) terms.add(term(operands.get(i), inputs[i], i));
    checkOutput(output);
    Term result = terms.getFirst();
    if (terms.size() == 1) result = sumAwayExcept(result, output);
    for (int i = 1; i < terms.size(); i++) {
      result =
          product(result, terms.get(i), lettersOf(terms.subList(i + 1, terms.size())) + output);
    }
    return arrange(result, output).tensor();
  }

  private ShapeException error(String problem) {
    return new ShapeException("einsum: '%s' %s", equation, problem);
  }

  private void checkLetters(String letters) {
    for (char letter : letters.toCharArray()) {
      if (!Character.isLetter(letter)) {
        throw error(
            "has '%s' where a letter is needed: one for each axis, commas between operands"
                .formatted(letter));
      }
    }
  }

  private void checkTypes(List<Tensor> operands) {
    for (Tensor each : operands) {
      TensorSpec spec = each.spec();
      TensorSpec first = operands.getFirst().spec();
      if (spec.dtype() != first.dtype()) throw ShapeException.dtypes("einsum", first, spec);
    }
  }

  private void checkOutput(String output) {
    for (char letter : output.toCharArray()) {
      if (!sizes.containsKey(letter))
        throw error("has '%s' in its result, which no operand has".formatted(letter));
    }
    for (int i = 0; i < output.length(); i++) {
      if (output.indexOf(output.charAt(i)) < i)
        throw error("names axis '%s' of its result twice".formatted(output.charAt(i)));
    }
  }

  private static String lettersOf(List<Term> terms) {
    return terms.stream().map(Term::letters).collect(Collectors.joining());
  }

  private Term term(Tensor tensor, String letters, int number) {
    if (letters.length() != tensor.rank()) {
      throw error(
          "names %d axes '%s' of operand %d, which has %d: shape %s"
              .formatted(letters.length(), letters, number, tensor.rank(), tensor.shape()));
    }
    for (int axis = 0; axis < letters.length(); axis++) {
      char letter = letters.charAt(axis);
      Integer known = sizes.putIfAbsent(letter, tensor.dim(axis));
      if (known != null && known != tensor.dim(axis)) {
        throw error(
            "gives axis '%s' both sizes %d and %d, the latter by operand %d of shape %s"
                .formatted(letter, known, tensor.dim(axis), number, tensor.shape()));
      }
    }
    return diagonal(tensor, letters);
  }

  /** Takes the diagonal of letters that stand twice, by masking with the identity and summing. */
  private static Term diagonal(Tensor tensor, String letters) {
    for (int later = letters.length() - 1; later > 0; later--) {
      int first = letters.indexOf(letters.charAt(later));
      if (first == later) continue;
      int size = tensor.dim(first);
      Tensor identity = Tensor.eye(DType.I32, size).toType(DType.BOOL);
      int[] dims = new int[letters.length()];
      java.util.Arrays.fill(dims, 1);
      dims[first] = size;
      dims[later] = size;
      Tensor masked = identity.reshape(dims).where(tensor, tensor.zerosLike());
      return diagonal(masked.sum(later), new StringBuilder(letters).deleteCharAt(later).toString());
    }
    return new Term(tensor, letters);
  }

  private static Term sumAwayExcept(Term term, String wanted) {
    String letters = term.letters();
    int[] axes =
        java.util.stream.IntStream.range(0, letters.length())
            .filter(axis -> wanted.indexOf(letters.charAt(axis)) < 0)
            .toArray();
    if (axes.length == 0) return term;
    return new Term(term.tensor().sum(axes), keep(letters, wanted, true));
  }

  private static String keep(String letters, String among, boolean present) {
    return letters
        .chars()
        .filter(letter -> among.indexOf(letter) >= 0 == present)
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }

  /** Multiplies two terms as [batch, left, sum] @ [batch, sum, right]. */
  private Term product(Term a, Term b, String wanted) {
    Term left = sumAwayExcept(a, wanted + b.letters());
    Term right = sumAwayExcept(b, wanted + a.letters());
    String shared = keep(left.letters(), right.letters(), true);
    String batch = keep(shared, wanted, true);
    String summed = keep(shared, wanted, false);
    String onlyLeft = keep(left.letters(), shared, false);
    String onlyRight = keep(right.letters(), shared, false);
    Tensor x =
        arrange(left, batch + onlyLeft + summed)
            .tensor()
            .reshape(count(batch), count(onlyLeft), count(summed));
    Tensor y =
        arrange(right, batch + summed + onlyRight)
            .tensor()
            .reshape(count(batch), count(summed), count(onlyRight));
    String letters = batch + onlyLeft + onlyRight;
    int[] dims = letters.chars().map(letter -> sizes.get((char) letter)).toArray();
    boolean dots = onlyLeft.isEmpty() && onlyRight.isEmpty();
    return new Term(product(x, y, dots).reshape(dims), letters);
  }

  /** Multiplies [batch, left, sum] by [batch, sum, right], single numbers one by one. */
  private static Tensor product(Tensor x, Tensor y, boolean dots) {
    if (x.dim(-1) == 1) return x.times(y);
    if (dots) return x.times(y.transpose()).sum(-1);
    if (!x.dtype().isFloating()) throw ShapeException.dtype("einsum", x.spec(), "F32 or F64");
    return x.matmul(y);
  }

  private int count(String letters) {
    long count = 1;
    for (char letter : letters.toCharArray()) {
      count *= sizes.get(letter);
      if (count > Integer.MAX_VALUE) {
        throw error(
            "has more than 2^31 - 1 elements in the axes '%s' of one matrix product"
                .formatted(letters));
      }
    }
    return (int) count;
  }

  private static Term arrange(Term term, String order) {
    int[] axes = order.chars().map(letter -> term.letters().indexOf(letter)).toArray();
    return new Term(term.tensor().permute(axes), order);
  }
}
