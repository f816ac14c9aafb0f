package dev.ashlar.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class ByteTextTest {
  @Test
  void everyByteIsAToken() {
    assertThat(ByteText.tokens("aß")).containsExactly('a', 0xC3, 0x9F);
    assertThat(ByteText.tokens("")).containsExactly('\n');
    assertThat(ByteText.text(new int[] {'a', 0xC3, 0x9F})).isEqualTo("aß");
  }

  @Test
  void printsCharactersOnceTheyAreWhole() {
    assertThat(print("größer 😀!")).isEqualTo("größer 😀!");
  }

  @Test
  void printsAReplacementForWhatIsNoText() {
    assertThat(print(new int[] {'a', 0xFF, 'b', 0xC3})).isEqualTo("a\uFFFDb\uFFFD");
  }

  private static String print(String text) {
    return print(ByteText.tokens(text));
  }

  private static String print(int[] tokens) {
    var out = new StringWriter();
    var printer = new ByteText.Printer(new PrintWriter(out));
    for (int token : tokens) printer.accept(token);
    printer.finish();
    return out.toString().strip();
  }
}
