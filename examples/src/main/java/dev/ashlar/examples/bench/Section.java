package dev.ashlar.examples.bench;

/** What can be asked for by itself. */
enum Section {
  MATMUL("matrix product"),
  ATTENTION("dense causal attention, 4 heads of 64"),
  MOBA(
      "block attention (block/k) beside dense, 4 heads of 64; ideal: by floating-point operations,"
          + " means and gate included"),
  OPS("beside matrix products and attention"),
  SUBNORMAL("subnormal numbers beside normal ones"),
  STEP("training step of a decoder");

  private final String title;

  Section(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}
