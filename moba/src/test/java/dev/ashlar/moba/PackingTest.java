package dev.ashlar.moba;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Packings, and the lists by which a selection is read block by block. */
@ExtendWith(NoLeaks.class)
final class PackingTest {
  @Test
  void cutsRowsIntoSequences() {
    Packing packing = Packing.of(2, 0, 3);
    assertThat(packing).isEqualTo(new Packing(List.of(0, 2, 2, 5)));
    assertThat(packing.sequences()).isEqualTo(3);
    assertThat(packing.total()).isEqualTo(5);
    assertThat(packing.maxLength()).isEqualTo(3);
    assertThat(packing.length(1)).isZero();
    assertThat(packing.start(2)).isEqualTo(2);
    assertThat(packing.end(2)).isEqualTo(5);
    assertThat(packing.positions()).containsExactly(0, 1, 0, 1, 2);
    assertThat(packing.startOfRow()).containsExactly(0, 0, 2, 2, 2);
    assertThat(Packing.equal(2, 3)).isEqualTo(Packing.of(3, 3));
    assertThat(Packing.of().total()).isZero();
  }

  @Test
  void listsTheQueriesThatChoseABlock() {
    // Two sequences of 4 and 2 rows, blocks of 1, two heads.
    int[] blocks = {
      0, -1, 0, -1, //
      0, 1, 0, 1, //
      1, 2, 0, 2, //
      0, 3, 2, 3, //
      0, -1, 0, -1, //
      0, 1, 0, 1
    };
    Packing packing = Packing.of(4, 2);
    var selection = new Selection(Tensor.of(Shape.of(6, 2, 2), blocks), 1, packing);
    QueryLists lists = selection.queriesByBlock();
    assertThat(lists.heads()).isEqualTo(2);
    assertThat(lists.blocks()).isEqualTo(6);
    assertThat(lists.firstBlock(1)).isEqualTo(4);
    assertThat(list(lists, 0, 0)).containsExactly(1, 3);
    assertThat(list(lists, 0, 1)).containsExactly(2);
    assertThat(list(lists, 0, 2)).isEmpty();
    assertThat(list(lists, 1, 0)).containsExactly(1, 2);
    assertThat(list(lists, 1, 2)).containsExactly(3);
    assertThat(list(lists, 0, 4)).containsExactly(5);
    assertThat(list(lists, 1, 5)).isEmpty();
  }

  private static int[] list(QueryLists lists, int head, int block) {
    return Arrays.copyOfRange(lists.rows(), lists.from(head, block), lists.to(head, block));
  }

  @Test
  void saysWhichKeysASelectionAllows() {
    Packing packing = Packing.of(3, 1);
    Tensor blocks = Tensor.of(Shape.of(4, 1, 1), 0, 0, 1, 0);
    Tensor allows = new Selection(blocks, 2, packing).allows();
    assertThat(allows.shape()).isEqualTo(Shape.of(4, 1, 4));
    assertThat(allows.toInts())
        .containsExactly(
            1, 0, 0, 0, //
            1, 1, 0, 0, //
            0, 0, 1, 0, //
            0, 0, 0, 1);
  }
}
