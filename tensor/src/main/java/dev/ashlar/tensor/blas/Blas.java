package dev.ashlar.tensor.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** A library with the C interface of the BLAS, with indices of 32 bits. */
final class Blas {
  private static final int ROW_MAJOR = 101;
  private static final int PLAIN = 111;
  private static final int TRANSPOSED = 112;

  /** What is looked for, the fastest first, by the names of Linux, macOS and Windows. */
  private static final List<String> NAMES =
      List.of(
          "libmkl_rt.so.2",
          "libmkl_rt.so",
          "libopenblas.so.0",
          "libopenblas.so",
          "libblis.so.4",
          "libblis.so",
          "libcblas.so.3",
          "libblas.so.3",
          "libopenblas.dylib",
          "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
          "/System/Library/Frameworks/Accelerate.framework/Accelerate",
          "mkl_rt.2.dll",
          "libopenblas.dll");

  /** A matrix in memory whose rows, or columns if it is transposed, are {@code leading} apart. */
  record Operand(MemorySegment data, boolean transposed, int leading) {
    private int flag() {
      return transposed ? TRANSPOSED : PLAIN;
    }
  }

  private final String name;
  private final MethodHandle sgemm;
  private final MethodHandle dgemm;

  private Blas(String name, MethodHandle sgemm, MethodHandle dgemm) {
    this.name = name;
    this.sgemm = sgemm;
    this.dgemm = dgemm;
  }

  /** Returns the first library that is there and works. */
  static Blas any() throws BlasException {
    for (String name : NAMES) {
      try {
        return load(name);
      } catch (BlasException e) {
        // Not this one: the next may be there.
        continue;
      }
    }
    throw new BlasException(
        "no BLAS was found by the names " + String.join(", ", NAMES),
        "install one (Debian: libopenblas0-pthread) or name its file: -D"
            + BlasKernels.PROPERTY
            + "=/path/of/libopenblas.so.0");
  }

  /** Loads a library by its file, or by a name that the system knows, and tries it. */
  @SuppressWarnings("restricted") // The user asked for this library; the signatures are CBLAS's.
  static Blas load(String name) throws BlasException {
    SymbolLookup library;
    try {
      library = SymbolLookup.libraryLookup(name, Arena.global());
    } catch (IllegalArgumentException e) {
      throw new BlasException(
          name + " cannot be loaded", "check the name; 'auto' takes the first that is found");
    }
    MethodHandle sgemm = gemm(library, name, "cblas_sgemm", JAVA_FLOAT);
    Blas blas = new Blas(name, sgemm, gemm(library, name, "cblas_dgemm", JAVA_DOUBLE));
    if (!blas.works()) {
      throw new BlasException(
          name + " multiplies wrongly, as a BLAS with indices of 64 bits would",
          "name a library with indices of 32 bits (LP64)");
    }
    return blas;
  }

  @SuppressWarnings("restricted")
  private static MethodHandle gemm(
      SymbolLookup library, String name, String function, ValueLayout number) throws BlasException {
    MemorySegment address =
        library
            .find(function)
            .orElseThrow(
                () ->
                    new BlasException(
                        name + " has no function " + function,
                        "name a library with the C interface of the BLAS"));
    return Linker.nativeLinker()
        .downcallHandle(
            address,
            FunctionDescriptor.ofVoid(
                JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, number, ADDRESS,
                JAVA_INT, ADDRESS, JAVA_INT, number, ADDRESS, JAVA_INT));
  }

  /** Returns the name by which the library was loaded. */
  String name() {
    return name;
  }

  /** Multiplies [M, K] by [K, N] into row-major [M, N], in F32. */
  void floats(int m, int n, int k, Operand a, Operand b, MemorySegment c) {
    try {
      sgemm.invokeExact(
          ROW_MAJOR, a.flag(), b.flag(), m, n, k, 1f, a.data, a.leading, b.data, b.leading, 0f, c,
          n);
    } catch (Throwable e) {
      throw new IllegalStateException(name + ": cblas_sgemm failed", e);
    }
  }

  /** Multiplies [M, K] by [K, N] into row-major [M, N], in F64. */
  void doubles(int m, int n, int k, Operand a, Operand b, MemorySegment c) {
    try {
      dgemm.invokeExact(
          ROW_MAJOR, a.flag(), b.flag(), m, n, k, 1d, a.data, a.leading, b.data, b.leading, 0d, c,
          n);
    } catch (Throwable e) {
      throw new IllegalStateException(name + ": cblas_dgemm failed", e);
    }
  }

  /** Tries [1 2; 3 4] · [5 6; 7 8]ᵀ in both types. */
  private boolean works() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment left = arena.allocateFrom(JAVA_FLOAT, 1, 2, 3, 4);
      MemorySegment right = arena.allocateFrom(JAVA_FLOAT, 5, 6, 7, 8);
      MemorySegment product = arena.allocate(JAVA_FLOAT, 4);
      floats(2, 2, 2, new Operand(left, false, 2), new Operand(right, true, 2), product);
      MemorySegment wideLeft = arena.allocateFrom(JAVA_DOUBLE, 1, 2, 3, 4);
      MemorySegment wideRight = arena.allocateFrom(JAVA_DOUBLE, 5, 6, 7, 8);
      MemorySegment wide = arena.allocate(JAVA_DOUBLE, 4);
      doubles(2, 2, 2, new Operand(wideLeft, false, 2), new Operand(wideRight, true, 2), wide);
      int[] expected = {17, 23, 39, 53};
      for (int i = 0; i < expected.length; i++) {
        if (product.getAtIndex(JAVA_FLOAT, i) != expected[i]) return false;
        if (wide.getAtIndex(JAVA_DOUBLE, i) != expected[i]) return false;
      }
      return true;
    }
  }
}
