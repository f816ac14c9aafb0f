package dev.ashlar.autodiff.simd;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.spi.Operand;
import dev.ashlar.tensor.spi.Rows;
import java.lang.foreign.ValueLayout;

/** One number per row, of any layout, as an array. */
final class Columns {
  private Columns() {}

  static double[] doubles(Operand x) {
    double[] all = new double[Math.toIntExact(x.size())];
    if (x.dtype() == DType.F32 && x.isContiguous()) {
      float[] floats = x.elements().toArray(ValueLayout.JAVA_FLOAT);
      for (int i = 0; i < all.length; i++) all[i] = floats[i];
      return all;
    }
    Rows rows = column(x);
    for (int i = 0; i < all.length; i++) all[i] = x.getDouble(rows.start(i));
    return all;
  }

  static long[] longs(Operand x) {
    long[] all = new long[Math.toIntExact(x.size())];
    Rows rows = column(x);
    for (int i = 0; i < all.length; i++) all[i] = x.getLong(rows.start(i));
    return all;
  }

  /** Returns [...] as [..., 1], which never needs a copy. */
  private static Rows column(Operand x) {
    Layout column = x.layout().reshape(x.shape().inserted(-1, 1)).orElseThrow();
    return Rows.of(x.with(column));
  }
}
