package dev.ashlar.tensor.simd.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RoomTest {
  private static final int LINE = 16;

  /** The numbers of a header, which come before an array's. */
  private static final int HEADER = 4;

  @Test
  void beginsWithALineOfTheCacheWhateverItsSize() {
    for (int size : new int[] {0, 1, 15, 16, 17, 1000, 1 << 16, 3 << 20}) {
      assertThat((Room.of(size).at() + HEADER) % LINE).as("size %d", size).isZero();
    }
  }

  @Test
  void isNobodyElses() {
    List<Room> rooms = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      Room room = Room.of(1 + i * 37);
      for (int j = 0; j < room.size(); j++) assertThat(room.numbers()[room.at() + j]).isZero();
      Arrays.fill(room.numbers(), room.at(), room.at() + room.size(), i + 1);
      rooms.add(room);
    }
    for (int i = 0; i < rooms.size(); i++) {
      Room room = rooms.get(i);
      float[] held = Arrays.copyOfRange(room.numbers(), room.at(), room.at() + room.size());
      assertThat(held).as("room %d", i).containsOnly(i + 1);
    }
  }

  @Test
  void clearsItsOwnNumbersAlone() {
    Room before = Room.of(LINE);
    Room room = Room.of(LINE);
    Room after = Room.of(LINE);
    for (Room each : List.of(before, room, after)) {
      Arrays.fill(each.numbers(), each.at(), each.at() + LINE, 1);
    }
    room.clear();
    assertThat(room.numbers()[room.at()]).isZero();
    assertThat(room.numbers()[room.at() + LINE - 1]).isZero();
    assertThat(before.numbers()[before.at() + LINE - 1]).isOne();
    assertThat(after.numbers()[after.at()]).isOne();
  }

  @Test
  void isAsLongAsAnArrayCanBe() {
    assertThat(Room.fits(1 << 30)).isTrue();
    assertThat(Room.fits(1L << 31)).isFalse();
    for (int size : new int[] {-1, Integer.MAX_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Room.of(size))
          .withMessageContaining("room: for " + size);
    }
  }
}
