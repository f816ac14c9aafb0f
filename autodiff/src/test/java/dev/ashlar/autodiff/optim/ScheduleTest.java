package dev.ashlar.autodiff.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class ScheduleTest {
  @Test
  void constantStays() {
    assertThat(Schedule.constant(0.3).rate(0)).isEqualTo(0.3);
    assertThat(Schedule.constant(0.3).rate(Long.MAX_VALUE)).isEqualTo(0.3);
  }

  @Test
  void linearIsAStraightLineThatEnds() {
    Schedule line = Schedule.linear(1, 0, 10);
    assertThat(line.rate(0)).isEqualTo(1);
    assertThat(line.rate(5)).isEqualTo(0.5);
    assertThat(line.rate(10)).isEqualTo(0);
    assertThat(line.rate(99)).isEqualTo(0);
  }

  @Test
  void warmUpRisesToThePeakAndTheCosineFalls() {
    Schedule schedule = Schedule.warmUpCosine(1, 0.1, 10, 110);
    assertThat(schedule.rate(0)).isCloseTo(0.1, within(1e-15));
    assertThat(schedule.rate(4)).isCloseTo(0.5, within(1e-15));
    assertThat(schedule.rate(9)).isEqualTo(1);
    assertThat(schedule.rate(10)).isEqualTo(1);
    assertThat(schedule.rate(60)).isCloseTo(0.55, within(1e-12));
    assertThat(schedule.rate(110)).isCloseTo(0.1, within(1e-15));
    assertThat(schedule.rate(1_000_000)).isCloseTo(0.1, within(1e-15));
    for (int step = 10; step < 110; step++) {
      assertThat(schedule.rate(step + 1)).isLessThan(schedule.rate(step));
    }
  }

  @Test
  void withoutWarmUpItStartsAtOnce() {
    assertThat(Schedule.warmUpCosine(1, 0, 0, 10).rate(0)).isEqualTo(1);
  }

  @Test
  void numbersAreChecked() {
    assertThatThrownBy(() -> Schedule.constant(Double.NaN)).hasMessageContaining("got NaN");
    assertThatThrownBy(() -> Schedule.linear(1, -1, 5)).hasMessageContaining("last");
    assertThatThrownBy(() -> Schedule.cosine(1, 0, 0)).hasMessageContaining("steps");
    assertThatThrownBy(() -> Schedule.constant(1).after(-1)).hasMessageContaining("warmUp");
    assertThatThrownBy(() -> Schedule.warmUpCosine(1, 0, 10, 10)).hasMessageContaining("10 of 10");
  }
}
