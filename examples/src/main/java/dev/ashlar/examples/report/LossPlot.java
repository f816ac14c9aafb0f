package dev.ashlar.examples.report;

import dev.ashlar.examples.report.MetricsFile.Curve;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws losses over steps, with yardsticks as level lines. */
public final class LossPlot {
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 600;
  private static final Color INK = new Color(0x33, 0x33, 0x33);
  private static final Color[] CURVE_COLORS = {
    new Color(0x9E, 0xC1, 0xE6), new Color(0x1F, 0x5F, 0xA8)
  };
  private static final Color[] YARDSTICK_COLORS = {
    new Color(0xB0, 0xB0, 0xB0), new Color(0xD0, 0x7A, 0x2D)
  };
  private static final BasicStroke DASHED =
      new BasicStroke(1.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {6, 6}, 0);

  private LossPlot() {}

  /**
   * Writes a PNG, replacing the file whole. Curves without a finite number are left out.
   *
   * @param yardsticks levels by name, as {@code "bigram entropy"}
   * @throws IOException if it cannot be written, or this JVM has no fonts to letter it with
   */
  public static void write(
      Path path, String title, List<Curve> curves, Map<String, Double> yardsticks)
      throws IOException {
    PngFile.write(path, () -> chart(title, curves, yardsticks));
  }

  private static XYChart chart(String title, List<Curve> curves, Map<String, Double> yardsticks) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("step")
            .yAxisTitle("loss, nats per byte")
            .build();
    style(chart);
    int color = 0;
    for (Curve curve : curves) {
      Curve drawn = finite(curve);
      if (drawn.steps().isEmpty()) continue;
      XYSeries series = chart.addSeries(curve.name(), drawn.steps(), drawn.values());
      boolean alone = drawn.steps().size() == 1; // A line needs two points.
      series.setMarker(alone ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
      series.setLineColor(CURVE_COLORS[color % CURVE_COLORS.length]);
      series.setMarkerColor(CURVE_COLORS[color++ % CURVE_COLORS.length]);
      series.setLineStyle(new BasicStroke(2));
    }
    addYardsticks(chart, lastStep(curves), yardsticks);
    return chart;
  }

  private static void style(XYChart chart) {
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setChartFontColor(INK);
    chart.getStyler().setPlotBorderVisible(false);
    chart.getStyler().setPlotGridLinesColor(new Color(0xE6, 0xE6, 0xE6));
    chart.getStyler().setLegendPosition(LegendPosition.InsideNE);
    chart.getStyler().setLegendBorderColor(Color.WHITE);
    chart.getStyler().setXAxisMin(0.0);
    chart.getStyler().setAntiAlias(true);
  }

  private static void addYardsticks(XYChart chart, double last, Map<String, Double> yardsticks) {
    int color = 0;
    for (var yardstick : yardsticks.entrySet()) {
      if (!Double.isFinite(yardstick.getValue())) continue;
      double level = yardstick.getValue();
      XYSeries line =
          chart.addSeries(
              "%s %.3f".formatted(yardstick.getKey(), level),
              new double[] {0, last},
              new double[] {level, level});
      line.setMarker(SeriesMarkers.NONE);
      line.setLineColor(YARDSTICK_COLORS[color++ % YARDSTICK_COLORS.length]);
      line.setLineStyle(DASHED);
    }
  }

  private static double lastStep(List<Curve> curves) {
    return curves.stream()
        .flatMap(curve -> curve.steps().stream())
        .mapToDouble(Double::doubleValue)
        .max()
        .orElse(1);
  }

  private static Curve finite(Curve curve) {
    List<Integer> good =
        IntStream.range(0, curve.values().size())
            .filter(i -> Double.isFinite(curve.values().get(i)))
            .boxed()
            .toList();
    return new Curve(
        curve.name(),
        good.stream().map(curve.steps()::get).toList(),
        good.stream().map(curve.values()::get).toList());
  }
}
