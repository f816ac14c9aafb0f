package dev.ashlar.examples.bench;

import dev.ashlar.examples.report.PngFile;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws times of dense and block attention over the length, both axes logarithmic. */
final class TimePlot {
  private static final Color[] COLORS = {
    new Color(0x33, 0x33, 0x33), new Color(0x1F, 0x5F, 0xA8), new Color(0xD0, 0x7A, 0x2D)
  };

  private TimePlot() {}

  /**
   * Writes a PNG, replacing the file whole.
   *
   * @throws IOException if it cannot be written, or this JVM has no fonts to letter it with
   */
  static void write(Path path, List<Result> results, int threads) throws IOException {
    List<Result> shown =
        results.stream()
            .filter(r -> r.section() == Section.MOBA && r.threads() == threads)
            .toList();
    PngFile.write(path, () -> chart(shown, threads));
  }

  private static XYChart chart(List<Result> results, int threads) {
    XYChart chart =
        new XYChartBuilder()
            .width(1000)
            .height(600)
            .title(Section.MOBA.title() + ", threads: " + threads)
            .xAxisTitle("tokens")
            .yAxisTitle("milliseconds")
            .build();
    chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setLegendPosition(LegendPosition.InsideNW);
    int number = 0;
    for (String name : results.stream().map(Result::name).distinct().toList()) {
      List<Result> own = results.stream().filter(r -> r.name().equals(name)).toList();
      XYSeries series =
          chart.addSeries(
              name,
              own.stream().mapToDouble(Result::size).toArray(),
              own.stream().mapToDouble(r -> r.figures().get(Figure.MILLIS)).toArray());
      Color color = COLORS[number % COLORS.length];
      series.setLineColor(color);
      series.setMarkerColor(color);
      series.setMarker(number < COLORS.length ? SeriesMarkers.CIRCLE : SeriesMarkers.SQUARE);
      number++;
    }
    return chart;
  }
}
