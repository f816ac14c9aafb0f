package dev.ashlar.examples;

import dev.ashlar.examples.bench.BenchCommand;
import dev.ashlar.examples.devices.DevicesCommand;
import dev.ashlar.examples.verify.VerifyCommand;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: {@code ashlar SUBCOMMAND …}. */
@Command(
    name = "ashlar",
    description = "Trains language models with block attention, and writes text with them.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "SUBCOMMAND",
    subcommands = {
      TrainCommand.class,
      GenerateCommand.class,
      VerifyCommand.class,
      BenchCommand.class,
      DevicesCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Main implements Runnable {
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  @Spec private CommandSpec spec; // picocli sets it

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "When something fails, show where.")
  private boolean stacktrace;

  private Main() {}

  /** Runs a subcommand and exits: 0 done, 1 failed, 2 called wrongly. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) {
    // Numbers look the same everywhere: 1.05 is not 1,05 in one country and 1050 in another.
    Locale.setDefault(Locale.ROOT);
    try {
      return run(StandardOutput.ofProcess(), arguments);
    } catch (OutOfMemoryError e) {
      boolean heap = String.valueOf(e.getMessage()).contains("heap");
      System.err.println(
          "ashlar: " + e.getMessage() + (heap ? "; ASHLAR_OPTS=-Xmx8g gives more" : ""));
      return FAILED;
    }
  }

  /** Runs a subcommand that prints there, and returns the exit code. */
  static int run(StandardOutput out, String... arguments) {
    CommandLine command = commandLine();
    command.setOut(out.writer()).setExecutionStrategy(Main::execute);
    try {
      int code = command.execute(arguments);
      out.writer().flush();
      return code;
    } catch (StandardOutput.Unwritable e) {
      return e.report(command.getErr()); // by the last of it
    }
  }

  /** Runs the command that is meant, or prints its help, of which picocli expects no failure. */
  private static int execute(ParseResult parsed) {
    try {
      return new CommandLine.RunLast().execute(parsed);
    } catch (StandardOutput.Unwritable e) {
      throw new ExecutionException(parsed.commandSpec().commandLine(), "printing", e);
    }
  }

  /** Returns the command line, ready to execute. */
  static CommandLine commandLine() {
    var main = new Main();
    return new CommandLine(main)
        .setUsageHelpWidth(100)
        .setUsageHelpAutoWidth(true)
        .setAbbreviatedOptionsAllowed(false)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .registerConverter(Path.class, new OptionValues.Named())
        .registerConverter(boolean.class, new OptionValues.Flag())
        .setParameterExceptionHandler(misused())
        .setExecutionExceptionHandler(main.failed());
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a subcommand");
  }

  private static IParameterExceptionHandler misused() {
    return (problem, arguments) -> {
      CommandLine command = problem.getCommandLine();
      PrintWriter err = command.getErr();
      err.println("ashlar: " + oneLine(problem));
      UnmatchedArgumentException.printSuggestions(problem, err);
      err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
      return MISUSED;
    };
  }

  private IExecutionExceptionHandler failed() {
    return (problem, command, parsed) -> {
      if (problem instanceof StandardOutput.Unwritable e) return e.report(command.getErr());
      command.getErr().println("ashlar: " + oneLine(problem));
      if (stacktrace || Boolean.getBoolean("ashlar.debug")) {
        problem.printStackTrace(command.getErr());
      }
      return FAILED;
    };
  }

  /** Says what went wrong; the JDK's file errors name the file and leave the rest to their type. */
  private static String oneLine(Exception problem) {
    String kind = problem.getClass().getSimpleName();
    if (problem instanceof UncheckedIOException e) return oneLine(e.getCause());
    String message = problem.getMessage();
    if (message == null || message.isBlank()) return kind;
    String line = message.lines().findFirst().orElse(kind);
    return switch (problem) {
      case NoSuchFileException e when e.getReason() == null && !line.contains(" ") ->
          line + ": no such file or folder";
      case FileAlreadyExistsException e when e.getReason() == null ->
          line + ": there is a file of this name, or a link that leads nowhere";
      case AccessDeniedException e when e.getReason() == null -> line + ": access denied";
      case FileSystemException e when e.getReason() == null -> line + ": " + kind;
      default -> line;
    };
  }

  /** Reads the version out of the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {
        "ashlar " + (version == null ? "(not from a jar)" : version),
        "on Java " + Runtime.version() + ", " + System.getProperty("os.arch")
      };
    }
  }
}
