package dev.ashlar.examples.verify;

import dev.ashlar.examples.OptionValues;
import dev.ashlar.examples.devices.DeviceChoice;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.program.ProgramExecutor;
import dev.ashlar.tensor.program.ProgramRunner;
import dev.ashlar.tensor.program.Runners;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code ashlar verify FILE…}: attention and gradients against vectors from elsewhere. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Compares attention and its gradients with vectors exported from another framework.",
      "",
      "A FILE is a safetensors file with q, k, v, do (the gradient in o), cu_seqlens and the"
          + " expected o, lse, dq, dk, dv; of MoBA also the selected blocks, and block_size and"
          + " topk in the metadata. attention=dense_causal in the metadata asks for dense causal"
          + " attention. Each is computed in float64 and float32, fused and composed of core"
          + " operations.",
      ""
    },
    footerHeading = "%nTolerance:%n",
    footer = {
      "  Float64 must round to the stored float32 numbers, give or take one unit in the last place"
          + " or 1e-9 of the tensor's greatest number. Float32 may be off by ten times what the"
          + " metadata's official_f32_max_abs_err says of the tensor, at least 1e-6; where it says"
          + " nothing, by 5e-6 of the tensor's greatest number, at least 5e-6."
    },
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {"0:all agree", "1:one differs", "2:one could not be used, or wrong arguments"})
public final class VerifyCommand implements Callable<Integer> {
  private static final String SUFFIX = ".safetensors";
  private static final int DIFFERS = 1;
  private static final int UNUSABLE = 2;

  @Spec private CommandSpec spec; // picocli sets it

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "Files of vectors, or folders of such (*" + SUFFIX + ").")
  private List<Path> paths = List.of();

  @Option(
      names = "--tolerance",
      paramLabel = "X",
      converter = OptionValues.NotNegativeReal.class,
      description =
          "Absolute error allowed in every tensor and both precisions, instead of the rules below:"
              + " for vectors that were not computed in float64.")
  private @Nullable Double tolerance;

  @Option(
      names = "--forms",
      split = ",",
      paramLabel = "FORM",
      description = "Which to compute: ${COMPLETION-CANDIDATES}; default: both.")
  private List<Forms.Form> forms = List.of(Forms.Form.values());

  @Option(
      names = "--write",
      paramLabel = "OUT" + SUFFIX,
      description = "Store what was computed (fused, float64), for the other framework to check.")
  private @Nullable Path write;

  @Option(
      names = "--memory-limit",
      paramLabel = "BYTES",
      converter = OptionValues.Bytes.class,
      defaultValue = "4g",
      description = "Memory that one file may take, such as 500m; default: ${DEFAULT-VALUE}.")
  private long memoryLimit;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      defaultValue = Runners.CPU,
      description =
          "Compute in float32 as programs on a device that `devices` lists, or on auto, the best of"
              + " them; default: ${DEFAULT-VALUE}, eagerly and in both precisions.")
  private String device = Runners.CPU;

  @Option(names = "--json", description = "Print one JSON object instead of tables.")
  private boolean json;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print one line for each file.")
  private boolean quiet;

  private @Nullable ProgramRunner runner;

  /** Makes the command; picocli fills it in. */
  public VerifyCommand() {}

  @Override
  public Integer call() {
    checkOptions();
    ProgramRunner found = DeviceChoice.runner(device);
    runner = found == ProgramExecutor.cpu() ? null : found;
    List<Verification> done = new ArrayList<>();
    List<UnusableFileException> unusable = new ArrayList<>();
    for (Path path : paths) {
      try {
        for (Path file : files(path)) verify(file, done, unusable);
      } catch (UnusableFileException e) {
        refuse(e, unusable);
      }
    }
    if (json) out().println(Report.json(done, unusable));
    out().flush();
    if (!unusable.isEmpty()) return UNUSABLE;
    return done.stream().allMatch(Verification::agrees) ? 0 : DIFFERS;
  }

  private void checkOptions() {
    if (write != null && (paths.size() != 1 || Files.isDirectory(paths.getFirst()))) {
      throw misuse("--write takes what was computed from one file; name exactly one");
    }
  }

  private ParameterException misuse(String problem) {
    return new ParameterException(spec.commandLine(), problem);
  }

  private static List<Path> files(Path path) {
    if (!Files.isDirectory(path)) return List.of(path);
    try (Stream<Path> inside = Files.list(path)) {
      List<Path> files = inside.filter(each -> each.toString().endsWith(SUFFIX)).sorted().toList();
      if (files.isEmpty()) throw new UnusableFileException(path, "holds no *" + SUFFIX);
      return files;
    } catch (IOException | UncheckedIOException e) {
      throw new UnusableFileException(path, "cannot be read: " + e.getMessage());
    }
  }

  private void verify(Path path, List<Verification> done, List<UnusableFileException> unusable) {
    try {
      List<DType> dtypes = runner == null ? List.of(DType.F64, DType.F32) : List.of(DType.F32);
      var wanted = new Forms(forms.stream().distinct().toList(), dtypes);
      VectorFile file = read(path, wanted, memoryLimit);
      var verification =
          Verification.of(file, wanted, tolerance, new Verification.Place(runner, memoryLimit));
      if (write != null) write(write, file, memoryLimit);
      done.add(verification);
      if (json) return;
      if (quiet) out().println(Report.verdict(verification));
      else Report.table(verification).forEach(out()::println);
    } catch (UnusableFileException e) {
      refuse(e, unusable);
    }
  }

  private static VectorFile read(Path path, Forms forms, long limitBytes) {
    try {
      return VectorFile.read(path, forms, limitBytes);
    } catch (OutOfMemoryError e) {
      throw new UnusableFileException(path, "needs too much memory: " + e.getMessage());
    }
  }

  private static void write(Path to, VectorFile file, long limitBytes) {
    try {
      VectorWriter.write(to, file, limitBytes);
    } catch (IOException e) {
      throw new UnusableFileException(to, "cannot be written: " + e.getMessage());
    }
  }

  private void refuse(UnusableFileException problem, List<UnusableFileException> unusable) {
    unusable.add(problem);
    out().flush();
    spec.commandLine().getErr().println("ashlar: " + problem.getMessage());
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
