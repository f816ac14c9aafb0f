package dev.ashlar.moba.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.moba.MobaConfig;
import org.junit.jupiter.api.Test;

final class AttentionPlanTest {
  private static final AttentionKind FULL = new AttentionKind.Full();
  private static final AttentionKind MOBA = new AttentionKind.Moba(Models.BLOCKS);

  @Test
  void saysTheKindOfEachLayer() {
    assertThat(AttentionPlan.full(2).layers()).containsExactly(FULL, FULL);
    assertThat(AttentionPlan.moba(2, Models.BLOCKS).layers()).containsExactly(MOBA, MOBA);
    assertThat(AttentionPlan.hybrid(3, Models.BLOCKS, 1).layers())
        .containsExactly(MOBA, MOBA, FULL);
    assertThat(AttentionPlan.hybrid(3, Models.BLOCKS, 0))
        .isEqualTo(AttentionPlan.moba(3, Models.BLOCKS));
    assertThat(AttentionPlan.full(3).withLayer(1, MOBA).layers()).containsExactly(FULL, MOBA, FULL);
  }

  @Test
  void rejectsImpossibleCounts() {
    assertThatThrownBy(() -> AttentionPlan.hybrid(3, Models.BLOCKS, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("attention plan: the full layers must be 0 .. 3, got 4");
    assertThatThrownBy(() -> AttentionPlan.full(0))
        .hasMessage("attention plan: layers must be positive, got 0");
  }

  @Test
  void stagesFollowEachOther() {
    AttentionPlan moba = AttentionPlan.moba(2, Models.BLOCKS);
    AttentionPlan wider = AttentionPlan.moba(2, new MobaConfig(8, 2));
    AttentionPlan full = AttentionPlan.full(2);
    var schedule = AttentionSchedule.of(moba).then(0.5, wider).then(0.9, full);
    assertThat(schedule.at(0, 10)).isEqualTo(moba);
    assertThat(schedule.at(4, 10)).isEqualTo(moba);
    assertThat(schedule.at(5, 10)).isEqualTo(wider);
    assertThat(schedule.at(8, 10)).isEqualTo(wider);
    assertThat(schedule.at(9, 10)).isEqualTo(full);
  }

  @Test
  void aStageBeginsOnceItsShareOfStepsIsDone() {
    AttentionPlan moba = AttentionPlan.moba(2, Models.BLOCKS);
    AttentionPlan full = AttentionPlan.full(2);
    assertThat(firstFull(AttentionSchedule.of(moba).then(0.9, full), 11)).isEqualTo(10);
    assertThat(firstFull(AttentionSchedule.of(moba).then(0.1, full), 11)).isEqualTo(2);
    assertThat(firstFull(AttentionSchedule.of(moba).then(0.07, full), 100)).isEqualTo(7);
    assertThat(firstFull(AttentionSchedule.of(moba).then(0.1 + 0.2, full), 10)).isEqualTo(3);
    assertThat(firstFull(AttentionSchedule.of(moba).then(1e-9, full), 10)).isEqualTo(1);
    assertThat(firstFull(AttentionSchedule.of(moba).then(1, full), 10)).isEqualTo(10);
    assertThat(AttentionSchedule.of(full).at(0, 0)).isEqualTo(full);
  }

  private static int firstFull(AttentionSchedule schedule, int steps) {
    int step = 0;
    while (!schedule.at(step, steps).equals(AttentionPlan.full(2))) step++;
    return step;
  }

  @Test
  void rejectsStagesOutOfOrder() {
    AttentionPlan full = AttentionPlan.full(2);
    assertThatThrownBy(() -> AttentionSchedule.of(full).then(0.5, full).then(0.5, full))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("attention schedule: stage 2 must start after 0.5 and not after 1, got 0.5");
    assertThatThrownBy(() -> AttentionSchedule.of(full).then(0.5, AttentionPlan.full(3)))
        .hasMessageContaining("layers");
  }
}
