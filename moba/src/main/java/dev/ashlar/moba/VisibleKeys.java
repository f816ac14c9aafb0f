package dev.ashlar.moba;

import dev.ashlar.tensor.Shape;

/** Which keys each query may look at: for row t and head h, ascending ranges of rows up to t. */
public interface VisibleKeys {
  /** Returns the number of ranges. */
  int count(int row, int head);

  /** Returns the first key of a range. */
  int from(int row, int head, int range);

  /** Returns the key after the last of a range. */
  int to(int row, int head, int range);

  /** Returns every earlier key of the row's sequence, and its own: dense causal attention. */
  static VisibleKeys causal(Packing packing) {
    int[] start = packing.startOfRow();
    return new VisibleKeys() {
      @Override
      public int count(int row, int head) {
        return 1;
      }

      @Override
      public int from(int row, int head, int range) {
        return start[row];
      }

      @Override
      public int to(int row, int head, int range) {
        return row + 1;
      }
    };
  }

  /** Returns the keys of the chosen blocks [T, H, K], cut off after the row itself. */
  static VisibleKeys chosen(Packing packing, int blockSize, Shape shape, int[] chosen) {
    int[] start = packing.startOfRow();
    int heads = shape.dim(1);
    int most = shape.dim(2);
    return new VisibleKeys() {
      @Override
      public int count(int row, int head) {
        int at = (row * heads + head) * most;
        int count = 0;
        while (count < most && chosen[at + count] >= 0) count++;
        return count;
      }

      @Override
      public int from(int row, int head, int range) {
        return start[row] + chosen[(row * heads + head) * most + range] * blockSize;
      }

      @Override
      public int to(int row, int head, int range) {
        return (int) Math.min(row + 1L, from(row, head, range) + (long) blockSize);
      }
    };
  }
}
