package dev.ashlar.moba.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.ashlar.moba.BlockGate;
import dev.ashlar.moba.Moba;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.ShapeException;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(NoLeaks.class)
final class CachedDecoderTest {
  @ParameterizedTest
  @MethodSource("dev.ashlar.moba.model.Models#plans")
  void everyRowEqualsThatOfAFullRun(AttentionPlan plan) {
    Decoder decoder = Models.decoder(Models.config(), DType.F64);
    int[] ids = Models.batch(Models.config(), 23).inputs().toInts();
    Tensor whole = decoder.logits(Tensor.of(ids), Packing.of(23), plan);
    var cached = new CachedDecoder(decoder, plan, 23);
    for (int t = 0; t < 23; t++) {
      assertClose(cached.append(ids[t]), whole.get(t), 1e-12);
      assertThat(cached.length()).isEqualTo(t + 1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.ashlar.moba.model.Models#plans")
  void chunksOfAnySizeGiveTheSame(AttentionPlan plan) {
    Decoder decoder = Models.decoder(Models.config(), DType.F32);
    int[] ids = Models.batch(Models.config(), 23).inputs().toInts();
    Tensor whole = decoder.logits(Tensor.of(ids), Packing.of(23), plan);
    var cached = new CachedDecoder(decoder, plan, 30);
    int at = 0;
    for (int size : new int[] {7, 1, 5, 10}) {
      Tensor logits = cached.append(Arrays.copyOfRange(ids, at, at + size));
      at += size;
      assertClose(logits, whole.get(at - 1), 1e-5);
    }
    cached.clear();
    assertClose(cached.append(ids), whole.get(22), 0);
  }

  @ParameterizedTest
  @CsvSource({"F32, 4, 3", "F64, 4, 3", "F32, 1, 5", "F32, 5, 1", "F64, 3, 2", "F32, 64, 2"})
  void choosesTheBlocksThatTheGateChooses(DType dtype, int blockSize, int topK) {
    var moba = new MobaConfig(blockSize, topK);
    DecoderConfig config = Models.config().withKvHeads(2);
    int tokens = 29;
    Key[] keys = Key.of(7).split(3);
    Tensor query = Tensor.normal(keys[0], dtype, tokens, 2, 6);
    Tensor key = Tensor.normal(keys[1], dtype, tokens, 2, 6);
    Tensor value = Tensor.normal(keys[2], dtype, tokens, 2, 6);
    Tensor chosen = new BlockGate(moba, Packing.of(tokens)).select(query, key).blocks();
    var cache = new KvCache(config, new AttentionKind.Moba(moba), tokens, dtype);
    for (int t = 0; t < tokens; t++) {
      cache.append(key.slice(0, t, t + 1), value.slice(0, t, t + 1));
      int[] got = cache.attended(query.slice(0, t, t + 1)).blocks().toInts();
      int[] want = chosen.slice(0, t, t + 1).toInts();
      for (int head = 0; head < 2; head++) {
        assertThat(blocks(got, head)).isEqualTo(blocks(want, head));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void choosesAlikeAmongScoresThatDifferInTheirLastBits(DType dtype) {
    var moba = new MobaConfig(2, 3);
    int tokens = 80;
    Key[] keys = Key.of(8).split(3);
    Tensor query = Tensor.normal(keys[0], dtype, tokens, 2, 6);
    Tensor noise = Tensor.normal(keys[1], dtype, tokens, 2, 6);
    double tiny = dtype == DType.F32 ? 2e-7 : 3e-16;
    Tensor key = noise.times(tiny).plus(Tensor.normal(keys[2], dtype, 1, 2, 6));
    Tensor chosen = new BlockGate(moba, Packing.of(tokens)).select(query, key).blocks();
    DecoderConfig config = Models.config().withKvHeads(2);
    var cache = new KvCache(config, new AttentionKind.Moba(moba), tokens, dtype);
    for (int t = 0; t < tokens; t++) {
      cache.append(key.slice(0, t, t + 1), key.slice(0, t, t + 1));
      int[] got = cache.attended(query.slice(0, t, t + 1)).blocks().toInts();
      int[] want = chosen.slice(0, t, t + 1).toInts();
      for (int head = 0; head < 2; head++) {
        assertThat(blocks(got, head)).isEqualTo(blocks(want, head));
      }
    }
  }

  private static int[] blocks(int[] ofBothHeads, int head) {
    int most = ofBothHeads.length / 2;
    return Arrays.stream(ofBothHeads, head * most, (head + 1) * most).filter(b -> b >= 0).toArray();
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void tiesGoToTheLowestBlockAndNanIsNeverChosen(DType dtype) {
    var moba = new MobaConfig(2, 2);
    DecoderConfig config = Models.config();
    Tensor key = Tensor.ones(dtype, 9, 1, 6);
    var cache = new KvCache(config, new AttentionKind.Moba(moba), 9, dtype);
    cache.append(key, key);
    Tensor query = Tensor.ones(dtype, 1, 1, 6);
    assertThat(cache.attended(query).blocks().toInts()).containsExactly(0, 4);
    cache.clear();
    Tensor nanFirst = Tensor.concat(0, Tensor.full(dtype, Double.NaN, 2, 1, 6), key.slice(0, 2, 9));
    cache.append(nanFirst, key);
    assertThat(cache.attended(query).blocks().toInts()).containsExactly(1, 4);
  }

  @ParameterizedTest
  @CsvSource({"F32, 1", "F32, 70", "F64, 1", "F64, 70"})
  void keysWithALogitOfMinusInfinityHaveNoWeight(DType dtype, int count) {
    var cache = new KvCache(Models.config(), new AttentionKind.Full(), count + 2, dtype);
    Tensor infinite = Tensor.full(dtype, Double.NEGATIVE_INFINITY, count, 1, 6);
    Tensor key = Tensor.concat(0, infinite, Tensor.ones(dtype, 2, 1, 6));
    Tensor value = Tensor.arange(dtype, (count + 2) * 6).reshape(count + 2, 1, 6);
    cache.append(key, value);
    Tensor query = Tensor.ones(dtype, count + 2, 1, 6);
    double[] gathered = cache.attend(query).get(count + 1).toDoubles();
    double[] wanted = value.slice(0, count, count + 2).mean(0).toDoubles();
    assertThat(gathered).containsExactly(wanted, within(1e-4));
    double[] asWhole =
        Moba.dense(query, key, value, Packing.of(count + 2)).get(count + 1).toDoubles();
    assertThat(asWhole).containsExactly(wanted, within(1e-4));
  }

  @Test
  void attentionSaysWhatDoesNotFit() {
    var full = new CachedAttention(new AttentionKind.Full(), 10);
    Tensor query = Tensor.zeros(DType.F32, 2, 4, 6);
    Tensor keys = Tensor.zeros(DType.F32, 10, 2, 6);
    Tensor none = Tensor.zeros(DType.F64, 0, 2, 6);
    assertMisfit(full, query, keys.slice(0, 0, 9), keys.slice(0, 0, 9), none);
    assertMisfit(full, query, keys, keys.slice(0, 0, 9), none);
    assertMisfit(full, query, keys.slice(2, 0, 4), keys.slice(2, 0, 4), none);
    assertMisfit(full, query.slice(1, 0, 3), keys, keys, none);
    assertMisfit(full, query, keys.toType(DType.F64), keys.toType(DType.F64), none);
    assertMisfit(full, query, keys, keys, none.toType(DType.F32));
    var moba = new CachedAttention(new AttentionKind.Moba(new MobaConfig(3, 2)), 10);
    assertMisfit(moba, query, keys, keys, Tensor.zeros(DType.F64, 2, 2, 6));
    Tensor enough = Tensor.zeros(DType.F64, 3, 2, 6);
    assertThat(Interpreter.callAll(moba, query, keys, keys, enough)).hasSize(2);
    var empty = new CachedAttention(new AttentionKind.Full(), 0);
    Tensor nothing = keys.slice(0, 0, 0);
    assertThat(Interpreter.callAll(empty, query.slice(0, 0, 0), nothing, nothing, none)).hasSize(2);
  }

  private static void assertMisfit(CachedAttention op, Tensor... inputs) {
    assertThatThrownBy(() -> Interpreter.callAll(op, inputs))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("do not fit; 10 tokens want a query [T, H, D]");
  }

  @Test
  void costsNoMemoryPerToken() {
    Decoder decoder = Models.decoder(Models.config(), DType.F32);
    var cached = new CachedDecoder(decoder, AttentionPlan.full(2), 30);
    long before = TensorScope.current().memory().liveCount();
    for (int t = 0; t < 30; t++) {
      try (var _ = TensorScope.open()) {
        cached.append(t % 11);
      }
    }
    assertThat(TensorScope.current().memory().liveCount()).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("dev.ashlar.moba.model.Models#plans")
  void aCallThatFailsAtAnyOperationCanBeRepeated(AttentionPlan plan) {
    Decoder decoder = Models.decoder(Models.config(), DType.F64);
    int[] ids = Models.batch(Models.config(), 17).inputs().toInts();
    var sure = new CachedDecoder(decoder, plan, 17);
    Tensor early = sure.append(Arrays.copyOf(ids, 9));
    Tensor late = sure.append(Arrays.copyOfRange(ids, 9, 17));
    var cached = new CachedDecoder(decoder, plan, 17);
    assertClose(afterFailures(cached, Arrays.copyOf(ids, 9)), early, 0);
    assertClose(afterFailures(cached, Arrays.copyOfRange(ids, 9, 17)), late, 0);
  }

  /** Returns the logits of the first call that lasts, after one that failed at each operation. */
  private static Tensor afterFailures(CachedDecoder cached, int[] ids) {
    int before = cached.length();
    for (int lasts = 0; ; lasts++) {
      var left = new AtomicInteger(lasts);
      Interpreter failing =
          (op, inputs) -> {
            if (left.getAndDecrement() == 0) throw new ArithmeticException("as if out of memory");
            return Interpreter.eager().interpret(op, inputs);
          };
      try {
        return failing.during(() -> cached.append(ids));
      } catch (ArithmeticException e) {
        assertThat(cached.length()).isEqualTo(before);
      }
    }
  }

  @Test
  void saysWhenItIsFull() {
    Decoder decoder = Models.decoder(Models.config(), DType.F32);
    var cached = new CachedDecoder(decoder, AttentionPlan.full(2), 4);
    cached.append(1, 2, 3);
    assertThatThrownBy(() -> cached.append(1, 2))
        .isInstanceOf(ShapeException.class)
        .hasMessage("cache: 3 tokens and 2 more exceed its capacity of 4");
    assertThatThrownBy(cached::append)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("cache: append needs at least one token");
  }

  private static void assertClose(Tensor actual, Tensor expected, double tolerance) {
    assertThat(actual.toDoubles()).containsExactly(expected.toDoubles(), within(tolerance));
  }
}
