package dev.ashlar.moba.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.moba.Attended;
import dev.ashlar.moba.BlockGate;
import dev.ashlar.moba.MobaAttention;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.moba.Selection;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaksInTries;
import dev.ashlar.tensor.Tensor;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** A row computed from the cache, token by token or in chunks, is the row of a full run. */
@AddLifecycleHook(NoLeaksInTries.class)
final class DecodeProperties {

  /** The chunks in which tokens arrive, and how they attend. */
  record Arrival(
      List<Integer> chunks,
      int kvHeads,
      int group,
      int blockSize,
      int topK,
      int headDim,
      DType dtype,
      int seed) {
    int tokens() {
      return chunks.stream().mapToInt(n -> n).sum();
    }

    Tensor draw(int stream, int heads) {
      // Small whole numbers: scores tie often, and must tie alike.
      Tensor drawn = Tensor.normal(Key.of(seed).fold(stream), dtype, tokens(), heads, headDim);
      return seed % 2 == 0 ? drawn : drawn.round();
    }
  }

  @Provide
  static Arbitrary<Arrival> arrivals() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 30).list().ofMinSize(1).ofMaxSize(8),
            Arbitraries.integers().between(1, 2),
            Arbitraries.integers().between(1, 2),
            Arbitraries.oneOf(
                Arbitraries.integers().between(1, 5), Arbitraries.integers().between(60, 150)),
            Arbitraries.integers().between(1, 4),
            Arbitraries.of(4, 16, 20, 32),
            Arbitraries.of(DType.F32, DType.F64),
            Arbitraries.integers())
        .as(Arrival::new);
  }

  @Property
  void aRowFromTheCacheIsTheRowOfAFullRun(@ForAll("arrivals") Arrival of) {
    Tensor query = of.draw(1, of.kvHeads() * of.group());
    Tensor key = of.draw(2, of.kvHeads());
    Tensor value = of.draw(3, of.kvHeads());
    var moba = new MobaConfig(of.blockSize(), of.topK());
    Packing packing = Packing.of(of.tokens());
    Selection selection = new BlockGate(moba, packing).select(query, key);
    Attended whole = new MobaAttention(moba, packing).attend(query, key, value, selection);
    var cache = cache(of, moba);
    int at = 0;
    for (int chunk : of.chunks()) {
      int end = at + chunk;
      cache.append(key.slice(0, at, end), value.slice(0, at, end));
      KvCache.Attended rows = cache.attended(query.slice(0, at, end));
      assertSameBlocks(rows.blocks(), selection.blocks().slice(0, at, end));
      double[] got = rows.out().toDoubles();
      double[] wanted = whole.out().slice(0, at, end).toDoubles();
      double allowed = of.dtype() == DType.F32 ? 1e-5 : 1e-13;
      for (int i = 0; i < got.length; i++) {
        assertThat(Math.abs(got[i] - wanted[i])).isLessThanOrEqualTo(allowed);
      }
      at = end;
    }
  }

  private static KvCache cache(Arrival of, MobaConfig moba) {
    DecoderConfig config = Models.config().withKvHeads(of.kvHeads()).withHeadDim(of.headDim());
    return new KvCache(config, new AttentionKind.Moba(moba), of.tokens(), of.dtype());
  }

  /** Asserts equality but for the -1 that fills rows up: there may be more or fewer. */
  private static void assertSameBlocks(Tensor got, Tensor wanted) {
    int rows = wanted.dim(0) * wanted.dim(1);
    int[] a = got.toInts();
    int[] b = wanted.toInts();
    for (int row = 0; row < rows; row++) assertThat(row(a, rows, row)).isEqualTo(row(b, rows, row));
  }

  private static List<Integer> row(int[] blocks, int rows, int row) {
    int most = blocks.length / rows;
    return java.util.Arrays.stream(blocks, row * most, (row + 1) * most)
        .filter(block -> block >= 0)
        .boxed()
        .toList();
  }
}
