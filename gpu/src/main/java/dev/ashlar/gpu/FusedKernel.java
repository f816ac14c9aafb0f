package dev.ashlar.gpu;

/**
 * The class whose name every {@linkplain GeneratedKernel generated kernel} bears. TornadoVM looks
 * for annotations of loops in the class file of a kernel's class, which it asks of the system's
 * class loader by name, and generated classes have no file. It finds this one, and no annotations.
 */
final class FusedKernel {
  private FusedKernel() {}
}
