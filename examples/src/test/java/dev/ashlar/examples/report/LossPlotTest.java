package dev.ashlar.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.examples.report.MetricsFile.Curve;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LossPlotTest {
  @TempDir Path folder;

  @Test
  void drawsCurvesAndYardsticks() throws IOException {
    Path png = folder.resolve("loss.png");
    var training = new Curve("training", List.of(1.0, 2.0, 3.0), List.of(5.5, 4.0, 3.0));
    var validation = new Curve("validation", List.of(2.0, 3.0), List.of(4.2, 3.2));
    LossPlot.write(
        png,
        "run",
        List.of(training, validation),
        Map.of("unigram entropy", 3.3, "bigram entropy", 2.6));
    BufferedImage image = ImageIO.read(png.toFile());
    assertThat(image.getWidth()).isEqualTo(1000);
    assertThat(colors(image)).isGreaterThan(5);
  }

  @Test
  void copesWithNothingToDraw() throws IOException {
    Path png = folder.resolve("loss.png");
    var none = new Curve("training", List.of(), List.of());
    LossPlot.write(png, "", List.of(none), Map.of());
    var broken = new Curve("training", List.of(0.0), List.of(Double.NaN));
    LossPlot.write(png, "", List.of(broken), Map.of("unigram entropy", Double.NaN));
    var point = new Curve("training", List.of(0.0), List.of(1.0));
    LossPlot.write(png, "", List.of(point), Map.of("unigram entropy", 2.0));
    assertThat(ImageIO.read(png.toFile())).isNotNull();
  }

  private static long colors(BufferedImage image) {
    int width = image.getWidth();
    return java.util.Arrays.stream(image.getRGB(0, 0, width, image.getHeight(), null, 0, width))
        .distinct()
        .count();
  }
}
