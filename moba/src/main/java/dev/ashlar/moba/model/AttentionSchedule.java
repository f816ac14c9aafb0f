package dev.ashlar.moba.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Which {@link AttentionPlan} holds when in training: the paper's staged hybrid (section 3.2) is
 * {@code AttentionSchedule.of(moba).then(0.9, full)}.
 *
 * @param stages in order of time; the first starts at 0
 */
public record AttentionSchedule(List<Stage> stages) {
  /**
   * One stage of training.
   *
   * @param start the fraction of all steps after which it begins, in 0 .. 1: its first step is the
   *     first that has so many before it
   */
  public record Stage(double start, AttentionPlan plan) {}

  /** Checks the order of the stages; throws IllegalArgumentException naming what is wrong. */
  public AttentionSchedule {
    stages = List.copyOf(stages);
    require(!stages.isEmpty() && stages.getFirst().start() == 0, "the first stage must start at 0");
    for (int i = 1; i < stages.size(); i++) {
      double before = stages.get(i - 1).start();
      double start = stages.get(i).start();
      require(
          start > before && start <= 1,
          "stage %d must start after %s and not after 1, got %s".formatted(i, before, start));
      stages.get(i).plan().checkLayers(stages.getFirst().plan().layers().size());
    }
  }

  /** Returns the schedule of one plan for all steps. */
  public static AttentionSchedule of(AttentionPlan plan) {
    return new AttentionSchedule(List.of(new Stage(0, plan)));
  }

  /** Returns this schedule with another plan from a fraction of the steps on. */
  public AttentionSchedule then(double start, AttentionPlan plan) {
    List<Stage> more = new ArrayList<>(stages);
    more.add(new Stage(start, plan));
    return new AttentionSchedule(more);
  }

  /** Returns the plan for step {@code step} (from 0) of {@code steps}. */
  public AttentionPlan at(long step, long steps) {
    AttentionPlan plan = stages.getFirst().plan();
    for (Stage stage : stages) if (step >= firstStep(stage.start(), steps)) plan = stage.plan();
    return plan;
  }

  /** Returns the first step that is not before a fraction of the steps: of 0.9 of 11 it is 10. */
  private static long firstStep(double start, long steps) {
    // Less what rounding may have added, so that 0.07 of 100, a little more than 7 here, is step 7.
    double at = start * steps;
    return (long) Math.ceil(at - 2 * Math.ulp(at));
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) throw new IllegalArgumentException("attention schedule: " + otherwise);
  }
}
