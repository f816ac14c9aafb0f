package dev.ashlar.examples.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How times grow with the length. */
final class Growth {
  private Growth() {}

  /**
   * Returns, by the name of a work, the slope of the straight line nearest to log time over log
   * length, for lengths from {@code least}; nothing where there is only one.
   */
  static Map<String, Double> of(List<Result> results, int least) {
    Map<String, Double> slopes = new LinkedHashMap<>();
    for (Result each : results) {
      List<Result> own =
          results.stream().filter(r -> r.name().equals(each.name()) && r.size() >= least).toList();
      if (own.size() >= 2) slopes.put(each.name(), slope(own));
    }
    return slopes;
  }

  private static double slope(List<Result> results) {
    double meanX = results.stream().mapToDouble(Growth::x).average().orElseThrow();
    double meanY = results.stream().mapToDouble(Growth::y).average().orElseThrow();
    double products = 0;
    double squares = 0;
    for (Result result : results) {
      products += (x(result) - meanX) * (y(result) - meanY);
      squares += (x(result) - meanX) * (x(result) - meanX);
    }
    return products / squares;
  }

  private static double x(Result result) {
    return Math.log(result.size());
  }

  private static double y(Result result) {
    return Math.log(result.figures().get(Figure.MILLIS));
  }
}
