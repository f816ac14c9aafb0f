package dev.ashlar.tensor;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AddLifecycleHook;

@AddLifecycleHook(NoLeaksInTries.class)
class EinsumProperties {
  @Property
  void agreesWithNestedLoopsForRandomEquations(@ForAll Random random) {
    int operands = 1 + random.nextInt(3);
    var equation = new StringBuilder();
    var seen = new StringBuilder();
    for (int i = 0; i < operands; i++) {
      if (i > 0) equation.append(',');
      for (int axis = random.nextInt(4); axis > 0; axis--) {
        char letter = (char) ('a' + random.nextInt(6));
        equation.append(letter);
        if (seen.indexOf(String.valueOf(letter)) < 0) seen.append(letter);
      }
    }
    equation.append("->");
    for (char letter : seen.toString().toCharArray())
      if (random.nextBoolean()) equation.append(letter);
    EinsumTest.check(equation.toString());
  }
}
