package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
class EinsumTest {
  private static final Map<Character, Integer> SIZES =
      Map.of('a', 2, 'b', 3, 'c', 4, 'd', 2, 'e', 5, 'f', 1);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ab,bc->ac",
        "ab,cb->ac",
        "ab,bc->ca",
        "ab->ba",
        "ab->",
        "ab->b",
        "ab,ab->",
        "ab,ab->a",
        "ab,ab->b",
        "abc,cab->ba",
        "ab,ab->ab",
        "ab,ca->bca",
        "a,a->a",
        "a,b->ab",
        "abc,abd->acd",
        "abc,acd->abd",
        "abc,bce->ae",
        "aab->ab",
        "aa->a",
        "aa->",
        "abab->ab",
        "ab,bc,ce->ae",
        "ab,ab,ab->a",
        "abc,e->eb",
        ",a->a",
        "->",
        "abf,fc->abc",
        "ab , bc -> ac"
      })
  void agreesWithNestedLoops(String equation) {
    check(equation);
  }

  static void check(String equation) {
    String[] sides = equation.replace(" ", "").split("->", -1);
    String[] names = sides[0].split(",", -1);
    Tensor[] operands = new Tensor[names.length];
    for (int i = 0; i < names.length; i++) {
      operands[i] = SampleData.numbers(DType.F64, i + 1, dims(names[i]));
      if (i == 1 && operands[i].rank() > 1) operands[i] = SampleData.transposed(operands[i]);
    }
    Tensor result = Tensor.einsum(equation, operands);
    assertThat(result.shape().dims()).as(equation).isEqualTo(dims(sides[1]));
    assertThat(result.toDoubles())
        .as(equation)
        .containsExactly(loops(names, sides[1], operands), within(1e-12));
  }

  private static int[] dims(String letters) {
    return letters.chars().map(letter -> SIZES.get((char) letter)).toArray();
  }

  /** Sums the product of the operands over every assignment of numbers to letters. */
  private static double[] loops(String[] names, String output, Tensor[] operands) {
    List<Character> letters =
        String.join("", names).chars().distinct().mapToObj(letter -> (char) letter).toList();
    double[][] values = new double[operands.length][];
    for (int i = 0; i < operands.length; i++) values[i] = operands[i].toDoubles();
    double[] out = new double[(int) Shape.of(dims(output)).size()];
    long count = 1;
    for (char letter : letters) count *= SIZES.get(letter);
    Map<Character, Integer> at = new HashMap<>();
    for (long number = 0; number < count; number++) {
      long rest = number;
      for (char letter : letters) {
        at.put(letter, (int) (rest % SIZES.get(letter)));
        rest /= SIZES.get(letter);
      }
      double product = 1;
      for (int i = 0; i < operands.length; i++) product *= values[i][flat(names[i], at)];
      out[flat(output, at)] += product;
    }
    return out;
  }

  private static int flat(String letters, Map<Character, Integer> at) {
    int flat = 0;
    for (char letter : letters.toCharArray()) flat = flat * SIZES.get(letter) + at.get(letter);
    return flat;
  }

  @Test
  void saysWhatIsWrong() {
    Tensor x = Tensor.zeros(DType.F32, 2, 3);
    assertThatThrownBy(() -> Tensor.einsum("ab", x))
        .hasMessage("einsum: 'ab' needs the form 'ab,bc->ac', with one arrow");
    assertThatThrownBy(() -> Tensor.einsum("ab,bc->ac", x))
        .hasMessageContaining("names 2 operands, got 1");
    assertThatThrownBy(() -> Tensor.einsum("abc->a", x))
        .hasMessageContaining("names 3 axes 'abc' of operand 0, which has 2: shape [2, 3]");
    assertThatThrownBy(() -> Tensor.einsum("ab->ac", x))
        .hasMessageContaining("has 'c' in its result, which no operand has");
    assertThatThrownBy(() -> Tensor.einsum("ab->aa", x))
        .hasMessageContaining("names axis 'a' of its result twice");
    assertThatThrownBy(() -> Tensor.einsum("aa->a", x))
        .hasMessageContaining(
            "gives axis 'a' both sizes 2 and 3, the latter by operand 0 of shape [2, 3]");
    assertThatThrownBy(() -> Tensor.einsum("a1->a", x))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("has '1' where a letter is needed");
    assertThatThrownBy(() -> Tensor.einsum("a->b->ab", x, x))
        .hasMessageContaining("needs the form 'ab,bc->ac', with one arrow");
    assertThatThrownBy(() -> Tensor.einsum("...b->b", x))
        .hasMessage(
            "einsum: '...b->b' has '.' where a letter is needed: one for each axis, commas between"
                + " operands");
    assertThatThrownBy(() -> Tensor.einsum("ab->a.", x))
        .hasMessageContaining("has '.' where a letter is needed");
    Tensor whole = Tensor.arange(DType.I32, 6).reshape(2, 3);
    assertThatThrownBy(() -> Tensor.einsum("ab,cb->ac", x, whole))
        .hasMessage(
            "einsum: element types differ: left F32[2, 3], right I32[2, 3]; cast one with"
                + " toType(...)");
    assertThatThrownBy(() -> Tensor.einsum("ab,cb->ac", whole, whole))
        .hasMessageMatching("einsum: needs F32 or F64, got I32.*; cast it with toType.*");
    assertThat(Tensor.einsum("ab,ab->a", whole, whole).toInts()).containsExactly(5, 50);
    Tensor wide = Tensor.zeros(DType.F32, 1, 1).expand(1 << 16, 1 << 16);
    assertThatThrownBy(() -> Tensor.einsum("ab,ab->", wide, wide))
        .hasMessageContaining("has more than 2^31 - 1 elements in the axes 'ab'");
  }
}
