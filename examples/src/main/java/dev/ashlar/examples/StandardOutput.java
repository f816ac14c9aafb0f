package dev.ashlar.examples;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Locale;

/**
 * Standard output that tells when it cannot be written. A {@link PrintWriter} by itself swallows
 * that, and a program would go on for hours and exit with 0 though nobody has what it printed.
 */
final class StandardOutput {
  private final Unforgiving stream;
  private final PrintWriter writer;

  private StandardOutput(OutputStream to, Charset charset) {
    stream = new Unforgiving(to);
    writer = new PrintWriter(new OutputStreamWriter(stream, charset));
  }

  /** Returns the standard output of this process, in the encoding of its terminal. */
  static StandardOutput ofProcess() {
    return new StandardOutput(new FileOutputStream(FileDescriptor.out), System.out.charset());
  }

  /** Returns one that goes to a stream. */
  static StandardOutput to(OutputStream stream, Charset charset) {
    return new StandardOutput(stream, charset);
  }

  /** Returns what to print with. It throws {@link Unwritable}, once. */
  PrintWriter writer() {
    return writer;
  }

  /** What was printed did not arrive. */
  static final class Unwritable extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final int FAILED = 1;
    private static final int READER_GONE = 141; // what a shell says of a program that SIGPIPE ended

    private final boolean readerGone;

    private Unwritable(IOException cause) {
      super(
          "standard output cannot be written: %s; what was printed is not whole"
              .formatted(cause.getMessage()),
          cause);
      String reason = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
      // Linux and macOS; Windows, where a pipe is "being closed" or "has been ended".
      readerGone = reason.contains("broken pipe") || reason.contains("the pipe ");
    }

    /** Tells about it, unless the reader wanted no more, as {@code head}; returns the exit code. */
    int report(PrintWriter err) {
      if (readerGone) return READER_GONE;
      err.println("ashlar: " + getMessage());
      return FAILED;
    }
  }

  /** Throws what a {@link PrintWriter} lets through; after that, drops everything. */
  private static final class Unforgiving extends OutputStream {
    private final OutputStream to;
    private boolean failed;

    Unforgiving(OutputStream to) {
      this.to = to;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
      if (failed) return;
      try {
        to.write(bytes, from, count);
      } catch (IOException e) {
        failed = true;
        throw new Unwritable(e);
      }
    }

    @Override
    public void flush() {
      if (failed) return;
      try {
        to.flush();
      } catch (IOException e) {
        failed = true;
        throw new Unwritable(e);
      }
    }
  }
}
