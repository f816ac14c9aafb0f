package dev.ashlar.tensor;

/** The element types a tensor can hold. */
public enum DType {
  /** IEEE 754 binary32. */
  F32(4),
  /** IEEE 754 binary64. */
  F64(8),
  /** Two's complement, 32 bits. */
  I32(4),
  /** Two's complement, 64 bits. */
  I64(8),
  /** One byte, 0 or 1. */
  BOOL(1),
  /** The upper half of an F32; a storage type only: cast to F32 to compute. */
  BF16(2);

  private final int byteSize;

  DType(int byteSize) {
    this.byteSize = byteSize;
  }

  /** Returns the bytes one element takes. */
  public int byteSize() {
    return byteSize;
  }

  /** Returns whether arithmetic on real numbers is defined here: F32 and F64. */
  public boolean isFloating() {
    return this == F32 || this == F64;
  }

  /** Returns whether this is I32 or I64. */
  public boolean isInteger() {
    return this == I32 || this == I64;
  }
}
