package dev.ashlar.moba;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Parallel;

/**
 * Which blocks of keys each query attends to. A constant to every gradient.
 *
 * @param blocks I32 [T, H, K]: indices of blocks within the row's sequence, ascending, its own
 *     block the last; then -1 where the row has fewer
 * @param blockSize C, the keys in a block
 * @param packing where the sequences lie
 */
public record Selection(Tensor blocks, int blockSize, Packing packing) {

  /** Returns whether query t of head h may look at key j, as BOOL [T, H, S]; for oracles only. */
  public Tensor allows() {
    int total = packing.total();
    Tensor row = Tensor.arange(DType.I32, total);
    Tensor start = Tensor.of(packing.startOfRow());
    Tensor block = row.minus(start).div(Tensor.scalar(DType.I32, blockSize));
    Tensor allowed = Tensor.zeros(DType.I32, total, blocks.dim(1), total).greater(0);
    for (int i = 0; i < blocks.dim(2); i++) {
      Tensor chosen = blocks.slice(2, i, i + 1); // [T, H, 1]
      allowed = allowed.or(chosen.equalTo(block));
    }
    return allowed.and(causal(row, start));
  }

  /** Returns whether key j is of the sequence of query t and not after it, as BOOL [T, 1, S]. */
  static Tensor causal(Tensor row, Tensor start) {
    int total = row.dim(0);
    Tensor same = start.reshape(total, 1, 1).equalTo(start);
    return same.and(row.reshape(total, 1, 1).greaterOrEqual(row));
  }

  /**
   * Returns which queries chose each block, in the order of rows; the own block of a row is not
   * listed.
   */
  public QueryLists queriesByBlock() {
    return blocks.read(operand -> lists("selection", operand, packing, blockSize));
  }

  /**
   * Returns the lists of {@link #queriesByBlock}, for kernels.
   *
   * @throws IndexOutOfBoundsException if an index lies outside -1 .. the row's own block
   * @throws IllegalArgumentException if a row's are not ascending up to its own block
   */
  public static QueryLists lists(String op, Operand selection, Packing packing, int blockSize) {
    int[] chosen = checked(op, selection, packing, blockSize);
    return QueryLists.of(chosen, selection.shape(), packing, blockSize);
  }

  /**
   * Returns the indices in row-major order.
   *
   * @throws IndexOutOfBoundsException if one lies outside -1 .. the row's own block
   * @throws IllegalArgumentException if a row's are not ascending up to its own block
   */
  static int[] checked(String op, Operand selection, Packing packing, int blockSize) {
    int[] chosen = RowMajor.ints(selection);
    int[] positions = packing.positions();
    int heads = selection.shape().dim(1);
    int most = selection.shape().dim(2);
    Parallel.range(
        positions.length,
        1024,
        (from, to) -> {
          for (int row = (int) from; row < to; row++) {
            int own = positions[row] / blockSize;
            for (int head = 0; head < heads; head++) {
              check(op, chosen, (row * heads + head) * most, most, own);
            }
          }
        });
    return chosen;
  }

  private static void check(String op, int[] chosen, int at, int most, int own) {
    int last = -1;
    for (int i = at; i < at + most; i++) {
      if (chosen[i] < -1 || chosen[i] > own) {
        throw new IndexOutOfBoundsException(
            "%s: selection names block %d on axis 2, where only -1 .. %d (the row's own) exist"
                .formatted(op, chosen[i], own));
      }
      boolean follows = last == own ? chosen[i] == -1 : chosen[i] > last;
      if (!follows) {
        throw new IllegalArgumentException(
            ("%s: a row of the selection must ascend to its own block %d, then hold -1; %d follows"
                    + " %d")
                .formatted(op, own, chosen[i], last));
      }
      if (last != own) last = chosen[i];
    }
    if (most > 0 && last != own) {
      throw new IllegalArgumentException(
          "%s: a row of the selection must hold its own block %d, ends with %d"
              .formatted(op, own, last));
    }
  }
}
