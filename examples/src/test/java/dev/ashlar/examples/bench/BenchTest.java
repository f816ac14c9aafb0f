package dev.ashlar.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ashlar.examples.report.Progress;
import dev.ashlar.moba.MobaConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTest {
  private static final Sizes TINY =
      new Sizes(
          new Effort(1, 0, 0, 1),
          List.of(8, 16),
          8,
          List.of(16),
          List.of(16, 32),
          List.of(2048),
          new Sizes.Step(1, 64, 1, 2, 8, 32));

  @TempDir Path folder;

  @Test
  void everySectionHasItsFigures() throws IOException {
    List<Result> results = new ArrayList<>();
    EnumSet<Section> all = EnumSet.allOf(Section.class);
    try (var progress = Progress.start("bench", Progress.Style.QUIET, 0, 1)) {
      var bench = new Bench(TINY, all, progress);
      for (Section section : all) {
        List<Result> table = bench.table(section, 2);
        assertThat(table).isNotEmpty();
        assertThat(BenchReport.table(table)).hasSize(table.size() + 3);
        results.addAll(table);
      }
    }
    assertThat(results)
        .allSatisfy(
            result ->
                assertThat(result.figures()).containsKey(Figure.MILLIS).hasSizeGreaterThan(1));
    assertThat(results)
        .anySatisfy(result -> assertThat(result.figures()).containsKey(Figure.SHARE_OF_PEAK))
        .anySatisfy(result -> assertThat(result.figures()).containsKey(Figure.SHARE_OF_BOUND))
        .anySatisfy(result -> assertThat(result.figures()).containsKey(Figure.TIMES_NORMAL))
        .anySatisfy(result -> assertThat(result.figures()).containsKey(Figure.SHARE_OF_IDEAL))
        .anySatisfy(result -> assertThat(result.figures()).containsKey(Figure.TOKENS_PER_SECOND))
        .anySatisfy(result -> assertThat(result.figures()).containsKey(Figure.TENSOR_BYTES));

    JsonNode json =
        new ObjectMapper().readTree(BenchReport.json(Machine.facts(), Map.of(2, 1e11), results));
    assertThat(json.get("results")).hasSize(results.size());
    assertThat(json.get("peak").get(0).get("gigaflops").asDouble()).isEqualTo(100);
    assertThat(json.get("machine").get("vectorBits").asInt()).isPositive();

    Path png = folder.resolve("times.png");
    TimePlot.write(png, results, 2);
    assertThat(ImageIO.read(png.toFile()).getWidth()).isEqualTo(1000);
  }

  @Test
  void flagsAboutModulesAreCountedAndNotListed() throws IOException {
    List<String> flags =
        List.of("-Xmx1g", "--add-opens=a/b=ALL-UNNAMED", "--add-exports=a/c=d", "-XX:+UseG1GC");
    Map<String, Object> facts = Map.of("flags", flags);
    assertThat(BenchReport.machine(facts, Map.of()))
        .containsExactly("flags         [-Xmx1g, -XX:+UseG1GC] and 2 about modules");
    JsonNode json = new ObjectMapper().readTree(BenchReport.json(facts, Map.of(), List.of()));
    assertThat(json.get("machine").get("flags")).hasSize(4);
    assertThat(BenchReport.machine(Map.of("flags", List.of("-Xmx1g")), Map.of()))
        .containsExactly("flags         [-Xmx1g]");
  }

  @Test
  void whatIsReadAndWrittenMovesAtThePaceOfTheCopy() {
    // Reading 4 bytes a nanosecond, writing 2, copying 8 (4 in and 4 out).
    var read = new Work("read", 0, () -> {}).moving(new Traffic(400, 0));
    var write = new Work("write", 0, () -> {}).moving(new Traffic(0, 200));
    var copy = new Work("copy", 0, () -> {}).moving(new Traffic(400, 400));
    var rounds = Rounds.of(new double[][] {{100}, {100}, {100}});
    var works = List.of(read, write, copy);
    assertThat(Streams.seconds(new Traffic(800, 800), works, rounds, 0)).isEqualTo(200);
    assertThat(Streams.seconds(new Traffic(1200, 800), works, rounds, 0)).isEqualTo(300);
    assertThat(Streams.seconds(new Traffic(0, 400), works, rounds, 0)).isEqualTo(200);
  }

  @Test
  void pairsAreCountedAsThePaperDoes() {
    // 71.1 % of the pairs of 8192 tokens are saved with the 3 of 16 blocks, 92.3 % with 3 of 64.
    var config = new MobaConfig(512, 3);
    assertThat(1 - Pairs.moba(8192, config) / Pairs.dense(8192)).isCloseTo(0.711, within(5e-4));
    assertThat(1 - Pairs.moba(32768, config) / Pairs.dense(32768)).isCloseTo(0.923, within(5e-4));
    assertThat(Pairs.moba(1000, config)).isEqualTo(Pairs.dense(1000));
  }

  @Test
  void whatIsIdealCountsTheGateToo() {
    // 64 blocks of 128: N (n - 1) D for the gate, N D for means, 2 N D for sums of gradients.
    var config = new MobaConfig(128, 8);
    double forward = 4 * Pairs.moba(8192, config) + 8192 * 63 + 8192;
    assertThat(Pairs.ideal(8192, config, false))
        .isCloseTo(4 * Pairs.dense(8192) / forward, within(1e-12));
    double both = forward + 10 * Pairs.moba(8192, config) + 2 * 8192;
    assertThat(Pairs.ideal(8192, config, true))
        .isCloseTo(14 * Pairs.dense(8192) / both, within(1e-12));
    assertThat(Pairs.ideal(1000, config, true)).isEqualTo(1);
  }

  @Test
  void growthIsTheSlopeOfLogarithms() {
    List<Result> results =
        Stream.of(8, 16, 32, 64).map(n -> timed("cubic", n, 5e-3 * n * n * n)).toList();
    assertThat(Growth.of(results, 8).get("cubic")).isCloseTo(3, within(1e-9));
    assertThat(Growth.of(results, 64)).isEmpty();
  }

  private static Result timed(String name, int size, double millis) {
    Map<Figure, Double> figures = new EnumMap<>(Map.of(Figure.MILLIS, millis));
    return new Result(Section.MOBA, name, size, 1, figures);
  }
}
