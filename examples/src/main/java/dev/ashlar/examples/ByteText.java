package dev.ashlar.examples;

import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;

/** Text as a byte-level model sees it: every byte of its UTF-8 form is a token. */
final class ByteText {
  private ByteText() {}

  /**
   * Returns the tokens of a text; an empty one counts as a line break, so that there is something
   * to go on from.
   */
  static int[] tokens(String text) {
    byte[] bytes = (text.isEmpty() ? "\n" : text).getBytes(StandardCharsets.UTF_8);
    int[] tokens = new int[bytes.length];
    for (int i = 0; i < tokens.length; i++) tokens[i] = bytes[i] & 0xFF;
    return tokens;
  }

  /**
   * Throws IllegalArgumentException if a prompt and what is generated behind it are more than one
   * array holds.
   */
  static void requireRoom(String option, String prompt, int count) {
    int most = Integer.MAX_VALUE - 8 - tokens(prompt).length;
    if (count <= most) return;
    throw new IllegalArgumentException(
        "%s %d is more than fits behind the prompt; give at most %d"
            .formatted(option, count, most));
  }

  /** Returns the text of tokens; bytes that are no UTF-8 become replacement characters. */
  static String text(int[] tokens) {
    byte[] bytes = new byte[tokens.length];
    for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) tokens[i];
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Prints tokens as they come, a character as soon as its last byte is there. */
  static final class Printer implements IntConsumer {
    private final PrintWriter out;
    private final CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    private final ByteBuffer pending = ByteBuffer.allocate(8);
    private final CharBuffer characters = CharBuffer.allocate(16);

    Printer(PrintWriter out) {
      this.out = out;
    }

    @Override
    public void accept(int token) {
      pending.put((byte) token);
      print(false);
    }

    /** Prints what is left of an unfinished character, and a line break. */
    void finish() {
      print(true);
      out.println();
      out.flush();
    }

    private void print(boolean last) {
      pending.flip();
      decoder.decode(pending, characters, last);
      pending.compact();
      out.print(characters.flip());
      characters.clear();
      out.flush();
    }
  }
}
