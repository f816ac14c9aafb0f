package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.tensor.Memory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a command printed.
 *
 * @param code its exit code
 * @param out standard output
 * @param err standard error
 */
record CommandLineRun(int code, String out, String err) {
  /** Runs a command in this JVM, and proves that it frees all tensors. */
  static CommandLineRun of(String... arguments) {
    var out = new StringWriter();
    var err = new ByteArrayOutputStream();
    PrintStream before = System.err;
    long live = Memory.shared().liveCount();
    var captured = new PrintStream(err, true, StandardCharsets.UTF_8);
    System.setErr(captured);
    try {
      int code =
          Main.commandLine()
              .setOut(new PrintWriter(out))
              .setErr(new PrintWriter(captured, true))
              .execute(arguments);
      assertThat(Memory.shared().liveCount()).isEqualTo(live);
      return new CommandLineRun(code, out.toString(), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setErr(before);
    }
  }

  /** Returns the arguments of a run of a second or so, and more of them. */
  static String[] tinyTrain(Path folder, String... more) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("train", "--data", text(folder).toString(), "--layers", "2", "--dim", "16"));
    arguments.addAll(List.of("--heads", "2", "--kv-heads", "1", "--context", "24"));
    arguments.addAll(List.of("--block-size", "8", "--top-k", "2", "--batch", "4", "--steps", "12"));
    arguments.addAll(List.of("--warmup", "2", "--eval-every", "5", "--eval-batches", "2"));
    arguments.addAll(List.of("--lr", "0.01", "--sample-tokens", "10", "--checkpoint-every", "4"));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private static Path text(Path folder) throws IOException {
    Path file = folder.resolve("text.txt");
    if (Files.exists(file)) return file;
    var text = new StringBuilder();
    for (int i = 0; i < 300; i++)
      text.append("line %d says that %d follows.\n".formatted(i, i + 1));
    return Files.writeString(file, text);
  }
}
