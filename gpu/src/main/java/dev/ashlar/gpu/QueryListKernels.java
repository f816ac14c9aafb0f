package dev.ashlar.gpu;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * For each head and block, the rows that chose the block and lie after it, in order; within a list
 * the rows of one part stand together. Made by counting, adding up and filling in: every work item
 * writes what no other does.
 *
 * <p>Plain counterpart: {@code dev.ashlar.moba.QueryLists}. What is not a past block of a row is no
 * entry of a list, so that no selection leads out of bounds.
 */
final class QueryListKernels {
  /** The work items that add up together. */
  static final int GROUP = 256;

  private QueryListKernels() {}

  /**
   * Counts the entries of every head, block and part: a work item per head and part. A block that
   * cannot be seen is reported as fault {@code at}.
   */
  static void countKernel(
      KernelContext c, IntArray chosen, IntArray counts, IntArray table, IntArray faults, int at) {
    int heads = AttentionTable.heads(table);
    int part = c.globalIdx / heads;
    int head = c.globalIdx - part * heads;
    if (part < AttentionTable.parts(table)) {
      for (int block = 0; block < AttentionTable.blocks(table); block++) {
        counts.set(AttentionTable.cell(table, head, block, part), 0);
      }
      int most = AttentionTable.most(table);
      int end = AttentionTable.partEnd(table, part);
      for (int row = AttentionTable.partStart(table, part); row < end; row++) {
        int own = AttentionTable.own(table, row);
        for (int i = 0; i < most; i++) {
          int block = chosen.get((row * heads + head) * most + i);
          if (block >= 0 && block < own) {
            int cell =
                AttentionTable.cell(table, head, AttentionTable.base(table, row) + block, part);
            counts.set(cell, counts.get(cell) + 1);
          }
          if (TornadoMath.max(-1 - block, 0) + TornadoMath.max(block - own, 0) > 0) {
            // Read too, or TornadoVM would take the array for one that is wholly written.
            faults.set(at, faults.get(at) + 1);
            faults.set(at + 1, block);
          }
        }
      }
    }
  }

  /** Adds counts up: offset i is the sum of the counts before i. One group. */
  static void offsetsKernel(KernelContext c, IntArray counts, IntArray offsets, int count) {
    int me = c.localIdx;
    int[] sums = c.allocateIntLocalArray(GROUP);
    int share = (count + GROUP - 1) / GROUP;
    int sum = 0;
    for (int i = me * share; i < me * share + share; i++) {
      if (i < count) {
        sum = sum + counts.get(i);
      }
    }
    sums[me] = sum;
    c.localBarrier();
    int before = 0;
    for (int i = 0; i < me; i++) {
      before = before + sums[i];
    }
    for (int i = me * share; i < me * share + share; i++) {
      if (i < count) {
        offsets.set(i, before);
        before = before + counts.get(i);
      }
    }
    if (me == GROUP - 1) {
      offsets.set(count, before);
    }
  }

  /** Fills the lists in; {@code counts} come to 0. A work item per head and part. */
  static void listsKernel(
      KernelContext c,
      IntArray chosen,
      IntArray counts,
      IntArray offsets,
      IntArray lists,
      IntArray table) {
    int heads = AttentionTable.heads(table);
    int part = c.globalIdx / heads;
    int head = c.globalIdx - part * heads;
    if (part < AttentionTable.parts(table)) {
      int most = AttentionTable.most(table);
      int end = AttentionTable.partEnd(table, part);
      for (int row = AttentionTable.partStart(table, part); row < end; row++) {
        int own = AttentionTable.own(table, row);
        for (int i = 0; i < most; i++) {
          int block = chosen.get((row * heads + head) * most + i);
          if (block >= 0 && block < own) {
            int cell =
                AttentionTable.cell(table, head, AttentionTable.base(table, row) + block, part);
            int left = counts.get(cell);
            lists.set(offsets.get(cell + 1) - left, row);
            counts.set(cell, left - 1);
          }
        }
      }
    }
  }
}
