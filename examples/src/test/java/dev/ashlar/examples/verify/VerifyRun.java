package dev.ashlar.examples.verify;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine;

/** One call of the command: its exit status and what it printed. */
record VerifyRun(int status, String out, String err) {
  static VerifyRun of(Object... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int status =
        new CommandLine(new VerifyCommand())
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    return new VerifyRun(status, out.toString(), err.toString());
  }

  List<String> errors() {
    return err.lines().toList();
  }
}
