package dev.ashlar.moba.simd;

import static dev.ashlar.moba.simd.PanelProducts.PANEL;
import static dev.ashlar.moba.simd.PanelProducts.PITCH;
import static dev.ashlar.moba.simd.Products.LANES;
import static dev.ashlar.moba.simd.Products.ROWS;
import static dev.ashlar.moba.simd.Products.SPECIES;
import static dev.ashlar.moba.simd.SpreadKernels.SPREAD;

import dev.ashlar.moba.MobaAttention;
import dev.ashlar.tensor.simd.lanes.Room;
import dev.ashlar.tensor.spi.Operand;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import jdk.incubator.vector.FloatVector;

/**
 * The forward pass of block attention: for each query a running maximum and sum, and the weighted
 * values by them, brought up to date block by block (arXiv 2205.14135, algorithm 1).
 */
final class BlockForward extends BlockWalk {
  private static final int TILE = 64;

  /** The keys whose scores lie side by side. */
  private static final int KEYS = PanelProducts.TILE;

  /** The keys whose scores are there at once. */
  private static final int SPAN = 4 * KEYS;

  private final HeadRows allQueries;
  private final KeyPanels keys;
  private final PanelRows values;
  private final RowTile queries;
  private final RowTile news; // weighted values of a tile and a span
  private final Room scores = Scratch.take(SPAN / KEYS * TILE * PITCH);
  private final int[] own = new int[TILE]; // the part's rows that the tile has
  private final float[] now = new float[TILE]; // maxima
  private final float[] factors = new float[TILE];
  private final Room newSums = Scratch.take(TILE * LANES);

  private final AtomicBoolean finite;

  // Of the part's rows:
  private final RowTile outs; // what blocks give to rows here and there, in near caches
  private final float[] maxima;
  private final Room sums; // one vector each
  private final float[] square = new float[LANES * LANES]; // of sums

  private BlockForward(
      BlockProblem problem,
      HeadRows queries,
      KeyPanels keys,
      PanelRows values,
      int partRows,
      AtomicBoolean finite) {
    super(problem, TILE);
    this.allQueries = queries;
    this.finite = finite;
    this.keys = keys;
    this.values = values;
    this.queries = new RowTile(TILE, queries.size());
    this.news = new RowTile(TILE, queries.size());
    this.outs = new RowTile(partRows, queries.size());
    this.maxima = new float[partRows + LANES];
    this.sums = Scratch.take((partRows + LANES) * LANES);
  }

  /**
   * Writes out [T, H, D] and logSumExp [T, H] of (query, key, value, selection); returns false if a
   * number is not finite: what it has written is then worth nothing.
   */
  static boolean run(MobaAttention op, List<Operand> in, List<Operand> results) {
    BlockProblem problem = BlockProblem.of(op, in);
    KeyPanels keys = KeyPanels.of(in.get(1), problem.rows());
    PanelRows values = PanelRows.of(in.get(2), problem.rows(), 1);
    boolean finite = keys.finite && values.isFinite();
    finite = finite && run(problem, HeadRows.of(in.get(0)), keys, values, results);
    keys.giveBack();
    values.giveBack();
    return finite;
  }

  private static boolean run(
      BlockProblem problem,
      HeadRows queries,
      KeyPanels keys,
      PanelRows values,
      List<Operand> results) {
    List<Part> parts = Part.ofRows(problem.packing(), problem.heads(), problem.rowsFor(16));
    var finite = new AtomicBoolean(true);
    Supplier<BlockForward> maker =
        () -> new BlockForward(problem, queries, keys, values, parts.getFirst().rows(), finite);
    try (var workers = new Workers<>(maker)) {
      workers.each(
          parts,
          (forward, part) -> {
            forward.compute(part);
            forward.write(part, results);
          });
    }
    return finite.get();
  }

  @Override
  public void giveBack() {
    Scratch.give(scores, newSums, sums);
    for (RowTile each : List.of(queries, news, outs)) each.giveBack();
  }

  private void compute(Part part) {
    Arrays.fill(maxima, -Float.MAX_VALUE);
    sums.clear();
    outs.clear();
    walk(part, problem.packing().start(part.sequence()), part.to());
    addLanes(part.rows());
  }

  private void write(Part part, List<Operand> results) {
    RowPlaces out = RowPlaces.of(results.get(0));
    for (int i = 0; i < part.rows(); i++) {
      long to = out.at(part.from() + i, part.head());
      float factor = 1 / sums.numbers()[sums.at() + i];
      PanelRows.write(
          outs.numbers, outs.at(0, i), outs.step(), values.size, factor, out.data(), to);
    }
    RowSoftmax.logSumExp(maxima, sums.numbers(), sums.at(), part.rows());
    MemorySegment logSumExp = results.get(1).elements();
    for (int i = 0; i < part.rows(); i++) {
      long row = (long) (part.from() + i) * problem.heads() + part.head();
      logSumExp.setAtIndex(ValueLayout.JAVA_FLOAT, row, maxima[i]);
    }
  }

  /** Adds up the lanes of the first sums, as many as there are lanes at once, in their order. */
  private void addLanes(int count) {
    float[] numbers = sums.numbers();
    for (int i = 0; i < count; i += LANES) {
      int from = sums.at() + i * LANES;
      Turned.write(numbers, from, LANES, LANES, LANES, square, 0, LANES);
      FloatVector sum = FloatVector.fromArray(SPECIES, square, 0);
      for (int at = LANES; at < square.length; at += LANES) {
        sum = sum.add(FloatVector.fromArray(SPECIES, square, at));
      }
      sum.intoArray(numbers, sums.at() + i);
    }
  }

  @Override
  void visit(Part part, int size, int place, int before, int count) {
    int head = part.head();
    if (!allQueries.read(head, rows, size, problem.scale(), queries)) finite.set(false);
    for (int t = 0; t < size; t++) own[t] = rows[t] - part.from();
    int base = place / PANEL * PANEL; // a panel's beginning; small blocks may lie behind it
    int hidden = place - base;
    // The last keys first: among them are the own ones of the block's queries, with maxima for all.
    for (int from = (hidden + count - 1) / SPAN * SPAN; from >= 0; from -= SPAN) {
      int end = Math.min(hidden + count - from, SPAN);
      span(head, size, base + from, Math.max(0, hidden - from), hidden + before - from, end);
    }
  }

  /**
   * Takes the tile to the keys {@code hidden} to {@code end} behind a place.
   *
   * @param before how many keys there are before the first query
   */
  private void span(int head, int size, int place, int hidden, int before, int end) {
    int first = firstSeeing(0, before);
    // What all see is taken to the maxima that there are, which few scores exceed by far.
    int open = before >= end ? end : Math.max(0, before + 1) / PANEL * PANEL;
    boolean near = soften(head, first, size, place, hidden, before, end, open);
    if (!near) soften(head, first, size, place, hidden, before, end, 0);
    news.clear();
    collect(head, first, size, place, hidden, before, end);
    news.addTo(outs, own, factors, first, size);
    for (int t = first; t < size; t++) {
      maxima[own[t]] = now[t];
      int at = sums.at() + own[t] * LANES;
      FloatVector.fromArray(SPECIES, sums.numbers(), at)
          .fma(
              FloatVector.broadcast(SPECIES, factors[t]),
              FloatVector.fromArray(SPECIES, newSums.numbers(), newSums.at() + t * LANES))
          .intoArray(sums.numbers(), at);
    }
  }

  /**
   * Turns the scores of a tile into powers; returns whether its maxima were good enough for that.
   *
   * @param open the keys to this one do not raise maxima: their scores become powers panel by panel
   *     while they are in near caches
   */
  private boolean soften(
      int head, int first, int size, int place, int hidden, int before, int end, int open) {
    for (int t = first; t < size; t++) now[t] = factors[t] = maxima[own[t]];
    newSums.clear();
    for (int key = open; key < end; key += PANEL) {
      int t = Math.max(first, firstSeeing(key, before));
      if (t >= size) continue;
      score(head, t, size, place, key, hidden, before, end);
      RowSoftmax.raise(scores.numbers(), at(t, key), now, t, size);
    }
    for (int key = open; key < end; key += PANEL) {
      int t = Math.max(first, firstSeeing(key, before));
      if (t < size) exponentials(t, size, key);
    }
    boolean near = true;
    for (int key = 0; key < open; key += PANEL) {
      score(head, 0, size, place, key, hidden, before, end);
      near &= exponentials(0, size, key);
    }
    RowSoftmax.factors(factors, now, size);
    return near;
  }

  private boolean exponentials(int t, int size, int key) {
    return RowSoftmax.exponentials(
        scores.numbers(), at(t, key), now, newSums.numbers(), newSums.at(), t, size);
  }

  private int at(int t, int key) {
    return scores.at() + (key / KEYS * TILE + t) * PITCH + key % KEYS;
  }

  private void score(int head, int t, int to, int place, int key, int hidden, int before, int end) {
    PanelProducts.scores(
        queries.numbers,
        queries.at(0, t),
        queries.step(),
        to - t,
        values.size,
        keys.numbers,
        keys.at(problem.keyHead(head), place + key),
        scores.numbers(),
        at(t, key));
    if (key < hidden || key + PANEL > Math.min(end, before + t + 1)) {
      hide(scores.numbers(), at(t, key), t, to, key, hidden, before, end);
    }
  }

  private void collect(int head, int first, int size, int place, int hidden, int before, int end) {
    for (int key = 0; key < end; key += KEYS) {
      int from = Math.max(key, hidden);
      int depth = Math.min(end, key + KEYS) - from;
      SPREAD.add(
          Band.until(size - first, depth, before + first + ROWS - from),
          scores.numbers(),
          at(first, from),
          values.numbers,
          values.at(problem.keyHead(head), 0, place + from),
          values.step(),
          news.numbers,
          news.at(0, first),
          news.step(),
          values.size);
    }
  }
}
