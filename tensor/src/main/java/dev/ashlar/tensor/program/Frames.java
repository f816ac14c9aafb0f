package dev.ashlar.tensor.program;

import dev.ashlar.tensor.Memory;
import dev.ashlar.tensor.Scratch;
import dev.ashlar.tensor.TensorAccess;
import dev.ashlar.tensor.program.MemoryPlan.Buffer;
import dev.ashlar.tensor.program.MemoryPlan.Owner;
import dev.ashlar.tensor.program.Program.Value;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The slabs of one program: a free one is used again, else another is made. */
final class Frames implements AutoCloseable {
  /** A slab, and by value number the operands that are the same at every run. */
  record Frame(Scratch slab, Operand[] operands) {}

  private final Program program;
  private final MemoryPlan plan;
  private final List<Value> staying;
  private final List<Frame> free = new ArrayList<>();
  private boolean closed;

  Frames(Program program, MemoryPlan plan, List<Value> staying) {
    this.program = program;
    this.plan = plan;
    this.staying = staying;
  }

  /** Returns a frame in {@code memory} that nobody else uses until {@link #giveBack}. */
  synchronized Frame take(Memory memory) {
    if (closed) throw new IllegalStateException("this program was closed; compile it again");
    for (int i = 0; i < free.size(); i++) {
      if (free.get(i).slab().memory() == memory) return free.remove(i);
    }
    return make(memory);
  }

  private Frame make(Memory memory) {
    Scratch slab = memory.scratch(plan.slabBytes());
    Operand[] operands = new Operand[program.valueLimit()];
    for (Value value : staying) {
      MemorySegment data = data(plan.buffer(value), slab.segment());
      operands[value.number()] = new Operand(value.spec().dtype(), plan.layout(value), data);
    }
    return new Frame(slab, operands);
  }

  private MemorySegment data(Buffer buffer, MemorySegment slab) {
    return buffer.owner == Owner.SLAB
        ? slab.asSlice(buffer.offset, MemoryPlan.bytes(buffer.spec))
        : TensorAccess.operand(program.constants().get(buffer.index).tensor()).data();
  }

  synchronized void giveBack(Frame frame) {
    if (closed) frame.slab().close();
    else free.add(frame);
  }

  /** Gives back the free slabs now, and those in use when their runs end. */
  @Override
  public synchronized void close() {
    closed = true;
    free.forEach(frame -> frame.slab().close());
    free.clear();
  }
}
