package dev.ashlar.tensor;

/** Raised for a tensor used after its memory was freed or donated, or a scope used out of order. */
public final class TensorLifetimeException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  TensorLifetimeException(String message) {
    super(message);
  }

  static TensorLifetimeException freed(TensorSpec spec, String freedBy) {
    return new TensorLifetimeException(
        "use after free: %s was freed by %s; keep it with scope.keep(...) to use it later"
            .formatted(spec, freedBy));
  }

  static TensorLifetimeException donated(TensorSpec spec, String op) {
    return new TensorLifetimeException(
        "use after donation: the memory of %s was given to %s; use the tensor that it returned"
            .formatted(spec, op));
  }

  static TensorLifetimeException sharedDonation(String op, int donor, int other) {
    return new TensorLifetimeException(
        "%s: input %d gives up its memory, which input %d shares; pass copy() of one of them"
            .formatted(op, donor, other));
  }

  static TensorLifetimeException readOnly(String op, TensorSpec spec) {
    return new TensorLifetimeException(
        "%s: the memory of %s is read-only (a mapped file) and cannot be updated in place; pass copy() of it"
            .formatted(op, spec));
  }

  static TensorLifetimeException noScope() {
    return new TensorLifetimeException(
        "no TensorScope is open on this thread, so nothing would ever free the result; wrap the"
            + " code in try (var scope = TensorScope.open()) { ... }");
  }
}
