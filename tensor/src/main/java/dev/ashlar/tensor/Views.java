package dev.ashlar.tensor;

import java.util.List;
import java.util.Optional;

/** The layout each view operation makes of its input's. */
public final class Views {
  private Views() {}

  /** Returns the layout, or empty if only a copy can have the wanted shape. */
  public static Optional<Layout> layout(Op.View view, Layout in) {
    return switch (view) {
      case Op.Reshape op -> in.reshape(op.shape());
      case Op.Permute op -> Optional.of(in.permute(ints(op.axes())));
      case Op.Expand op -> Optional.of(in.expand(op.shape()));
      case Op.Slice op -> Optional.of(in.slice(op.axis(), op.start(), op.stop(), op.step()));
      case Op.Alias _, Op.StopGradient _ -> Optional.of(in);
    };
  }

  static int[] ints(List<Integer> axes) {
    int[] ints = new int[axes.size()];
    for (int i = 0; i < ints.length; i++) ints[i] = axes.get(i);
    return ints;
  }
}
