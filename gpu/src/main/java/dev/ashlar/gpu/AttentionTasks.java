package dev.ashlar.gpu;

import dev.ashlar.tensor.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** The tasks of one attention. Inputs and results are row-major. */
final class AttentionTasks {
  private static final long MOST_CELLS = 1 << 28;

  private final Tasks tasks;
  private final AttentionProblem problem;
  private final IntArray table;
  // Which queries chose each block; null where every sequence is one block.
  private @Nullable Lists lists;

  private record Lists(IntArray offsets, IntArray rows) {}

  AttentionTasks(Tasks tasks, AttentionProblem problem) {
    this.tasks = tasks;
    this.problem = problem;
    this.table =
        tasks.once(problem, IntArray.class, () -> tasks.constant(AttentionTable.of(problem)));
  }

  /** Adds the choice of blocks. */
  void choose(Place query, Place key, Place selection) {
    FloatArray q = query.floats();
    FloatArray k = key.floats();
    IntArray chosen = selection.ints();
    long count = (long) problem.blocks() * problem.keyHeads() * problem.headDim();
    int numbers = Math.toIntExact(count);
    FloatArray means = tasks.floats(count);
    FloatArray best = tasks.floats((long) problem.rows() * problem.heads() * problem.most());
    tasks.each(
        "blockMeans",
        List.of(k, table),
        List.of(means),
        count,
        (graph, id) ->
            graph.task(
                id, GateKernels::blockMeansKernel, tasks.context(), k, means, table, numbers));
    tasks.groups(
        "gate",
        List.of(q, means, table, best),
        List.of(chosen, best),
        (long) problem.tiles() * problem.heads(),
        Tiles.GROUP,
        (graph, id) ->
            graph.task(
                id, GateKernels::gateKernel, tasks.context(), q, means, chosen, best, table));
  }

  /** Finds the queries by block of a selection; forward and backward share the lists. */
  void list(String op, Place selection) {
    List<Object> key = List.of(problem, selection);
    lists = tasks.once(key, Lists.class, () -> listed(op, Elementwise.rowMajor(tasks, selection)));
  }

  /** Adds the lists of queries by block. */
  private Lists listed(String op, Place selection) {
    IntArray chosen = selection.ints();
    if (problem.cells() > MOST_CELLS) {
      throw tasks.tooLarge(op + " counts of queries", problem.cells(), MOST_CELLS);
    }
    int cells = (int) problem.cells();
    IntArray counts = tasks.ints(cells);
    IntArray offsets = tasks.lasting(DType.I32, cells + 1L).ints();
    long choices = (long) problem.rows() * problem.heads() * problem.most();
    IntArray rows = tasks.lasting(DType.I32, choices).ints();
    IntArray faults = tasks.faultNumbers();
    int fault = tasks.fault(op, block -> unknown(op, block));
    long walks = (long) problem.heads() * problem.parts();
    tasks.each(
        "count",
        List.of(chosen, table, counts, faults),
        List.of(counts, faults),
        walks,
        (graph, id) ->
            graph.task(
                id,
                QueryListKernels::countKernel,
                tasks.context(),
                chosen,
                counts,
                table,
                faults,
                fault));
    tasks.groups(
        "offsets",
        List.of(counts, offsets),
        List.of(offsets),
        1,
        QueryListKernels.GROUP,
        (graph, id) ->
            graph.task(
                id, QueryListKernels::offsetsKernel, tasks.context(), counts, offsets, cells));
    tasks.each(
        "lists",
        List.of(chosen, counts, offsets, table),
        List.of(counts, rows),
        walks,
        (graph, id) ->
            graph.task(
                id,
                QueryListKernels::listsKernel,
                tasks.context(),
                chosen,
                counts,
                offsets,
                rows,
                table));
    return new Lists(offsets, rows);
  }

  private static IndexOutOfBoundsException unknown(String op, int block) {
    return new IndexOutOfBoundsException(
        "%s: selection names block %d on axis 2, where only -1 .. the row's own exist"
            .formatted(op, block));
  }

  /** Adds query, key, value -> out, logSumExp. */
  void forward(List<Place> in, List<Place> out, float scale) {
    FloatArray query = in.get(0).floats();
    FloatArray key = in.get(1).floats();
    FloatArray value = in.get(2).floats();
    FloatArray result = out.get(0).floats();
    FloatArray logSumExp = out.get(1).floats();
    tasks.groups(
        "ownBlock",
        List.of(query, key, value, table),
        List.of(result, logSumExp),
        (long) problem.tiles() * problem.heads(),
        Tiles.GROUP,
        (graph, id) ->
            graph.task(
                id,
                AttentionKernels::ownBlockKernel,
                tasks.context(),
                query,
                key,
                value,
                result,
                logSumExp,
                table,
                scale));
    if (lists == null) return;
    IntArray offsets = lists.offsets;
    IntArray rows = lists.rows;
    tasks.groups(
        "chosenBlocks",
        List.of(query, key, value, table, offsets, rows, result, logSumExp),
        List.of(result, logSumExp),
        (long) problem.parts() * problem.heads(),
        Tiles.GROUP,
        (graph, id) ->
            graph.task(
                id,
                AttentionKernels::chosenBlocksKernel,
                tasks.context(),
                query,
                key,
                value,
                result,
                logSumExp,
                table,
                offsets,
                rows,
                scale));
  }

  /** Adds query, key, value, out, logSumExp, dOut, dLogSumExp -> dQuery, dKey, dValue. */
  void backward(List<Place> in, List<Place> out, float scale) {
    FloatArray delta = delta(in);
    queryGradient(in, delta, out.get(0).floats(), scale);
    keyGradient(in, delta, out.get(1).floats(), out.get(2).floats(), scale);
  }

  private FloatArray delta(List<Place> in) {
    FloatArray result = in.get(3).floats();
    FloatArray dOut = in.get(5).floats();
    FloatArray dLogSumExp = in.get(6).floats();
    int rows = Math.multiplyExact(problem.rows(), problem.heads());
    FloatArray delta = tasks.floats(rows);
    tasks.each(
        "delta",
        List.of(result, dOut, dLogSumExp, table),
        List.of(delta),
        rows,
        (graph, id) ->
            graph.task(
                id,
                AttentionGradientKernels::deltaKernel,
                tasks.context(),
                result,
                dOut,
                dLogSumExp,
                delta,
                table,
                rows));
    return delta;
  }

  private void queryGradient(List<Place> in, FloatArray delta, FloatArray dQuery, float scale) {
    FloatArray query = in.get(0).floats();
    FloatArray key = in.get(1).floats();
    FloatArray value = in.get(2).floats();
    FloatArray logSumExp = in.get(4).floats();
    FloatArray dOut = in.get(5).floats();
    tasks.groups(
        "ownBlockQueryGradient",
        List.of(query, key, value, logSumExp, dOut, delta, table),
        List.of(dQuery),
        (long) problem.tiles() * problem.heads(),
        Tiles.GROUP,
        (graph, id) ->
            graph.task(
                id,
                AttentionGradientKernels::ownBlockQueryGradientKernel,
                tasks.context(),
                query,
                key,
                value,
                logSumExp,
                dOut,
                delta,
                dQuery,
                table,
                scale));
    if (lists == null) return;
    IntArray offsets = lists.offsets;
    IntArray rows = lists.rows;
    tasks.groups(
        "chosenBlocksQueryGradient",
        List.of(query, key, value, logSumExp, dOut, delta, table, offsets, rows, dQuery),
        List.of(dQuery),
        (long) problem.parts() * problem.heads(),
        Tiles.GROUP,
        (graph, id) ->
            graph.task(
                id,
                AttentionGradientKernels::chosenBlocksQueryGradientKernel,
                tasks.context(),
                query,
                key,
                value,
                logSumExp,
                dOut,
                delta,
                dQuery,
                table,
                offsets,
                rows,
                scale));
  }

  private void keyGradient(
      List<Place> in, FloatArray delta, FloatArray dKey, FloatArray dValue, float scale) {
    FloatArray query = in.get(0).floats();
    FloatArray key = in.get(1).floats();
    FloatArray value = in.get(2).floats();
    FloatArray logSumExp = in.get(4).floats();
    FloatArray dOut = in.get(5).floats();
    tasks.groups(
        "ownBlockKeyGradient",
        List.of(query, key, value, logSumExp, dOut, delta, table),
        List.of(dKey, dValue),
        (long) problem.tiles() * problem.keyHeads(),
        Tiles.GROUP,
        (graph, id) ->
            graph.task(
                id,
                AttentionGradientKernels::ownBlockKeyGradientKernel,
                tasks.context(),
                query,
                key,
                value,
                logSumExp,
                dOut,
                delta,
                dKey,
                dValue,
                table,
                scale));
    if (lists == null) return;
    IntArray offsets = lists.offsets;
    IntArray rows = lists.rows;
    long tilesOfBlock = Math.ceilDiv(problem.blockSize(), Tiles.GROUP);
    tasks.groups(
        "chosenBlocksKeyGradient",
        List.of(query, key, value, logSumExp, dOut, delta, table, offsets, rows, dKey, dValue),
        List.of(dKey, dValue),
        problem.blocks() * tilesOfBlock * problem.keyHeads(),
        Tiles.GROUP,
        (graph, id) ->
            graph.task(
                id,
                AttentionGradientKernels::chosenBlocksKeyGradientKernel,
                tasks.context(),
                query,
                key,
                value,
                logSumExp,
                dOut,
                delta,
                dKey,
                dValue,
                table,
                offsets,
                rows,
                scale));
  }
}
