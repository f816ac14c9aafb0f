package dev.ashlar.examples.report;

import dev.ashlar.tensor.io.AtomicFile;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;

/** Writes charts as PNG. */
public final class PngFile {
  private PngFile() {}

  /**
   * Writes a PNG, replacing the file whole.
   *
   * @throws IOException if it cannot be written, or this JVM has no fonts to letter it with
   */
  public static void write(Path path, Supplier<XYChart> chart) throws IOException {
    // Also on a machine with a screen: drawing must not open a window's toolkit.
    System.setProperty("java.awt.headless", "true");
    byte[] png;
    try {
      png = png(chart.get());
    } catch (LinkageError | InternalError e) {
      throw new IOException("no plot: this JVM finds no fonts; install fontconfig and a font", e);
    }
    AtomicFile.write(
        path,
        channel -> {
          ByteBuffer bytes = ByteBuffer.wrap(png);
          while (bytes.hasRemaining()) channel.write(bytes);
        });
  }

  private static byte[] png(XYChart chart) throws IOException {
    var image = new BufferedImage(chart.getWidth(), chart.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      chart.paint(graphics, chart.getWidth(), chart.getHeight());
    } finally {
      graphics.dispose();
    }
    var bytes = new ByteArrayOutputStream();
    if (!ImageIO.write(image, "png", bytes)) throw new IOException("this JVM writes no PNG");
    return bytes.toByteArray();
  }
}
