package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import dev.ashlar.tensor.spi.Kernel;
import dev.ashlar.tensor.spi.Kernels;
import dev.ashlar.tensor.spi.Operand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A kernel and the numbers of the values it reads and writes. */
record Instruction(Kernel kernel, int[] inputs, int[] outputs) {

  /** Returns what computes a program: nothing for views, a kernel for every other step. */
  static List<Instruction> of(Program program, MemoryPlan plan) {
    List<Instruction> instructions = new ArrayList<>();
    for (int i = 0; i < program.steps().size(); i++) {
      if (!(program.steps().get(i).op() instanceof Op.View)) add(instructions, program, plan, i);
    }
    return instructions;
  }

  private static void add(
      List<Instruction> instructions, Program program, MemoryPlan plan, int number) {
    Step step = program.steps().get(number);
    List<Value> inputs = new ArrayList<>(step.inputs());
    for (int i = 0; i < step.outputs().size(); i++) {
      int donor = MemoryPlan.donor(step.op(), i);
      if (donor < 0 || plan.writesOver(number, i) >= 0) continue;
      // The input is still needed: the kernel updates a copy of it.
      Value output = step.outputs().get(i);
      instructions.add(of(new Op.Copy(), List.of(step.inputs().get(donor)), List.of(output)));
      inputs.set(donor, output);
    }
    instructions.add(of(step.op(), inputs, step.outputs()));
  }

  private static Instruction of(Op op, List<Value> inputs, List<Value> outputs) {
    List<TensorSpec> specs = inputs.stream().map(Value::spec).toList();
    return new Instruction(Kernels.find(op, specs), numbers(inputs), numbers(outputs));
  }

  private static int[] numbers(List<Value> values) {
    return values.stream().mapToInt(Value::number).toArray();
  }

  /** Computes the outputs; {@code operands} holds every value's memory by its number. */
  void run(Operand[] operands) {
    kernel.run(pick(operands, inputs), pick(operands, outputs));
  }

  private static List<Operand> pick(Operand[] operands, int[] numbers) {
    Operand[] picked = new Operand[numbers.length];
    for (int i = 0; i < numbers.length; i++) picked[i] = operands[numbers[i]];
    return Arrays.asList(picked);
  }
}
