package dev.ashlar.moba.model;

import dev.ashlar.moba.MobaConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Which attention each layer of a {@link Decoder} uses. A plan is handed to every call beside the
 * parameters, which are the same for all plans: it can change from step to step (see {@link
 * AttentionSchedule}), and from training to use.
 *
 * @param layers the kind of each layer, from the first
 */
public record AttentionPlan(List<AttentionKind> layers) {
  /** Copies the list; throws IllegalArgumentException if it is empty. */
  public AttentionPlan {
    if (layers.isEmpty())
      throw new IllegalArgumentException("attention plan: needs at least one layer");
    layers = List.copyOf(layers);
  }

  /** Returns the plan in which every layer attends to everything. */
  public static AttentionPlan full(int layers) {
    return of(layers, new AttentionKind.Full());
  }

  /** Returns the plan in which every layer is MoBA. */
  public static AttentionPlan moba(int layers, MobaConfig config) {
    return of(layers, new AttentionKind.Moba(config));
  }

  private static AttentionPlan of(int layers, AttentionKind kind) {
    if (layers < 1) {
      throw new IllegalArgumentException("attention plan: layers must be positive, got " + layers);
    }
    return new AttentionPlan(Collections.nCopies(layers, kind));
  }

  /**
   * Returns the plan in which the last {@code lastFull} layers are full and the others MoBA (the
   * paper's layer-wise hybrid, section 3.2: the last 3 of 32).
   *
   * @throws IllegalArgumentException if {@code lastFull} is not in 0 .. layers, or there is no
   *     layer
   */
  public static AttentionPlan hybrid(int layers, MobaConfig config, int lastFull) {
    if (lastFull < 0 || lastFull > layers) {
      throw new IllegalArgumentException(
          "attention plan: the full layers must be 0 .. %d, got %d".formatted(layers, lastFull));
    }
    List<AttentionKind> kinds = new ArrayList<>(moba(layers, config).layers());
    Collections.fill(kinds.subList(layers - lastFull, layers), new AttentionKind.Full());
    return new AttentionPlan(kinds);
  }

  /** Returns the kind of a layer. */
  public AttentionKind layer(int index) {
    return layers.get(index);
  }

  /** Returns this plan with another kind for one layer. */
  public AttentionPlan withLayer(int index, AttentionKind kind) {
    List<AttentionKind> changed = new ArrayList<>(layers);
    changed.set(index, kind);
    return new AttentionPlan(changed);
  }

  /** Throws IllegalArgumentException unless this plan is for {@code count} layers. */
  void checkLayers(int count) {
    if (layers.size() != count) {
      throw new IllegalArgumentException(
          "attention plan: it has %d layers, the decoder %d".formatted(layers.size(), count));
    }
  }
}
