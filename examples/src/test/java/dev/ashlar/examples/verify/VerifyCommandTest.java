package dev.ashlar.examples.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.program.ProgramExecutor;
import dev.ashlar.tensor.program.ProgramRunner;
import dev.ashlar.tensor.program.ProgramRunnerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class VerifyCommandTest {
  private static final long LIMIT = 4_000_000_000L;

  @TempDir Path folder;

  static Stream<String> files() {
    return VectorBytes.names().stream();
  }

  static Stream<String> mobaFiles() {
    return files().filter(name -> !name.startsWith("d"));
  }

  @Test
  void everyReferenceFileAgrees() {
    VerifyRun run = VerifyRun.of("--quiet", VectorBytes.folder());
    assertThat(run.err()).isEmpty();
    assertThat(run.out().lines())
        .hasSize(VectorBytes.names().size())
        .allMatch(line -> line.contains(": agrees in all 2"));
    assertThat(run.status()).isZero();
  }

  @Test
  void aDeviceThatIsNotThereIsRefused() {
    VerifyRun run = VerifyRun.of("--device", "tornado:0:0", VectorBytes.reference("p13_gqa"));
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).contains("--device: device tornado:0:0");
  }

  @Test
  void programsGiveTheNumbersOfEagerComputation() {
    for (String name : List.of("p13_gqa", VectorBytes.names().getFirst())) {
      VectorFile file =
          VectorFile.read(
              VectorBytes.reference(name),
              new Forms(List.of(Forms.Form.values()), List.of(DType.F32)),
              LIMIT);
      for (Forms.Form form : Forms.Form.values()) {
        Computation eager =
            Verification.compute(file, form, DType.F32, new Verification.Place(null, LIMIT));
        Computation program =
            Verification.compute(
                file, form, DType.F32, new Verification.Place(ProgramExecutor.cpu(), LIMIT));
        assertThat(program.selected()).containsExactly(eager.selected());
        VectorFile.ANSWERS.forEach(
            tensor ->
                assertThat(program.answers().get(tensor))
                    .containsExactly(eager.answers().get(tensor)));
      }
    }
  }

  @Test
  void whatCannotBeComputedThereMakesTheFileUnusable() {
    ProgramRunner refusing =
        program -> {
          throw new ProgramRunnerException("no kernel for it");
        };
    VectorFile file =
        VectorFile.read(
            VectorBytes.reference("p13_gqa"),
            new Forms(List.of(Forms.Form.FUSED), List.of(DType.F32)),
            LIMIT);
    assertThatThrownBy(
            () ->
                Verification.compute(
                    file, Forms.Form.FUSED, DType.F32, new Verification.Place(refusing, LIMIT)))
        .isInstanceOf(UnusableFileException.class)
        .hasMessageContaining("the fused form cannot be computed: no kernel for it");
  }

  @Test
  void theTableNamesFormsTensorsAndTolerances() {
    VerifyRun run = VerifyRun.of(VectorBytes.reference("p13_gqa"));
    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("MoBA, block size 16, top 3; 120 tokens in 1 sequence, 4 heads over 2")
        .contains("fused     F64  selected", "composed  F32  dv", "1 ulp or ", "agrees in all 24");
  }

  @ParameterizedTest
  @MethodSource("files")
  void aChangedAnswerIsCaught(String name) throws IOException {
    for (String tensor : VectorFile.ANSWERS) {
      VectorBytes whole = VectorBytes.of(name);
      int greatest = 0;
      for (int i = 0; i < whole.count(tensor); i++) {
        if (Math.abs(whole.number(tensor, i)) > Math.abs(whole.number(tensor, greatest))) {
          greatest = i;
        }
      }
      float peak = whole.number(tensor, greatest);
      int any = whole.count(tensor) / 3;
      whole.number(tensor, greatest, peak + 4 * Math.ulp(peak));
      assertThat(differing(whole)).as("the greatest of %s", tensor).containsExactly(tensor);
      whole.number(tensor, greatest, peak);
      whole.number(tensor, any, whole.number(tensor, any) + 1e-6f * peak);
      assertThat(differing(whole)).as("any of %s", tensor).containsExactly(tensor);
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void aChangedInputIsCaught(String name) throws IOException {
    for (String tensor : VectorFile.INPUTS) {
      VectorBytes whole = VectorBytes.of(name);
      int any = whole.count(tensor) / 2;
      whole.number(tensor, any, whole.number(tensor, any) + 1e-2f);
      assertThat(differing(whole)).as(tensor).isNotEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("mobaFiles")
  void aChangedChoiceIsCaught(String name) throws IOException {
    int count = VectorBytes.of(name).count("selected");
    for (int at : new int[] {0, count / 2, count - 1}) {
      VectorBytes whole = VectorBytes.of(name);
      int block = whole.integer("selected", at);
      whole.integer("selected", at, block < 0 ? 0 : block - 1);
      assertThat(differing(whole)).as("element %d", at).containsExactly("selected");
    }
  }

  /** Returns the tensors that differ in the sharpest of the comparisons. */
  private List<String> differing(VectorBytes changed) throws IOException {
    Path file = Files.write(folder.resolve("changed.safetensors"), changed.bytes());
    var sharpest = new Forms(List.of(Forms.Form.FUSED), List.of(DType.F64));
    VectorFile vectors = VectorFile.read(file, sharpest, LIMIT);
    return Verification.of(vectors, sharpest, null, new Verification.Place(null, LIMIT))
        .comparisons()
        .stream()
        .filter(each -> !each.agrees())
        .map(Comparison::tensor)
        .toList();
  }

  @Test
  void aMismatchIsStatusOneAndSaysWhere() throws IOException {
    VectorBytes changed = VectorBytes.of("p01_tiny").with(it -> it.number("dk", 8 * 3 + 5, 9));
    Path file = Files.write(folder.resolve("changed.safetensors"), changed.bytes());
    VerifyRun run = VerifyRun.of(file);
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.out())
        .contains("[3, 0, 5]", "DIFFERS in 1 of 128 numbers", "DIFFERS in 4 of 24 comparisons");
    assertThat(VerifyRun.of("--tolerance=20", file).status()).isZero();
    assertThat(VerifyRun.of("--forms=fused", file).out()).contains("DIFFERS in 2 of 12");
  }

  @Test
  void anUnusableFileOutweighsAMismatch() throws IOException {
    VectorBytes changed = VectorBytes.of("p01_tiny").with(it -> it.number("dk", 0, 9));
    Path file = Files.write(folder.resolve("changed.safetensors"), changed.bytes());
    VerifyRun run = VerifyRun.of("-q", folder.resolve("none.safetensors"), file);
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.errors())
        .containsExactly(
            "ashlar: " + folder.resolve("none.safetensors") + ": no such file or folder");
    assertThat(run.out()).contains("DIFFERS");
  }

  @ParameterizedTest
  @MethodSource("files")
  void whatIsWrittenVerifiesInTurn(String name) {
    Path written = folder.resolve(name + "-again.safetensors");
    VerifyRun run =
        VerifyRun.of("-q", "--forms=fused", "--write", written, VectorBytes.reference(name));
    assertThat(run.status()).isZero();
    assertThat(VerifyRun.of("-q", written).status()).isZero();
  }

  @Test
  void jsonIsForMachines() throws IOException {
    Path damaged = Files.write(folder.resolve("damaged.safetensors"), new byte[5]);
    VectorBytes changed = VectorBytes.of("p01_tiny").with(it -> it.integer("selected", 0, -1));
    Path differs = Files.write(folder.resolve("differs.safetensors"), changed.bytes());
    VerifyRun run = VerifyRun.of("--json", VectorBytes.reference("d01_dense"), differs, damaged);
    assertThat(run.status()).isEqualTo(2);
    JsonNode json = new ObjectMapper().readTree(run.out());
    assertThat(json.get("agrees").asBoolean()).isFalse();
    assertThat(json.get("files").get(0).get("agrees").asBoolean()).isTrue();
    assertThat(json.get("files").get(0).get("comparisons")).hasSize(20);
    JsonNode selection = json.get("files").get(1).get("comparisons").get(0);
    assertThat(selection.get("tensor").asText()).isEqualTo("selected");
    assertThat(selection.get("rows_differing").asInt()).isEqualTo(1);
    List<String> unusable = new ArrayList<>();
    json.get("unusable").forEach(each -> unusable.add(each.asText()));
    assertThat(unusable).singleElement().asString().startsWith(damaged + ": ");
  }

  @Test
  void misuseIsStatusTwo() {
    Path file = VectorBytes.reference("p01_tiny");
    assertThat(VerifyRun.of().status()).isEqualTo(2);
    assertThat(VerifyRun.of("--tolerance=NaN", file).status()).isEqualTo(2);
    assertThat(VerifyRun.of("--tolerance=-1", file).status()).isEqualTo(2);
    assertThat(VerifyRun.of("--memory-limit=0", file).status()).isEqualTo(2);
    assertThat(VerifyRun.of("--forms=fast", file).status()).isEqualTo(2);
    assertThat(VerifyRun.of("--write", folder.resolve("o.safetensors"), file, file).status())
        .isEqualTo(2);
  }

  @Test
  void aPlaceThatCannotBeWrittenIsOneLine() {
    Path nowhere = folder.resolve("missing").resolve("out.safetensors");
    VerifyRun run = VerifyRun.of("--write", nowhere, VectorBytes.reference("p01_tiny"));
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.errors()).singleElement().asString().contains(nowhere + ": cannot be written");
  }

  @Test
  void helpSaysStatusAndTolerance() {
    assertThat(VerifyRun.of("--help").out())
        .contains("--write", "--json", "--tolerance", "Exit status:", "Tolerance:", "cu_seqlens");
  }
}
