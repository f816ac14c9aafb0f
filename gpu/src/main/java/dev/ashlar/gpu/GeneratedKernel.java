package dev.ashlar.gpu;

import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.common.TornadoFunctions;

/**
 * A kernel whose class was made while the program runs: what TornadoVM wants is a method in
 * bytecode. Kernels of equal code are one, for TornadoVM never forgets a method.
 */
final class GeneratedKernel {
  private static final Map<ByteBuffer, GeneratedKernel> ALL = new ConcurrentHashMap<>();

  // One of TornadoVM's Task1, Task2, …
  private final Object code;

  private GeneratedKernel(Object code) {
    this.code = code;
  }

  /** Returns the kernel that a class file named {@link FusedKernel} contains. */
  static GeneratedKernel of(byte[] file) {
    return ALL.computeIfAbsent(ByteBuffer.wrap(file), _ -> new GeneratedKernel(instance(file)));
  }

  private static Object instance(byte[] file) {
    try {
      return new Loader().define(file).getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a generated kernel cannot be loaded", e);
    }
  }

  /** Each kernel has a loader, since their names are the same. */
  private static final class Loader extends ClassLoader {
    Loader() {
      super(GeneratedKernel.class.getClassLoader());
    }

    Class<?> define(byte[] file) {
      return defineClass(FusedKernel.class.getName(), file, 0, file.length);
    }
  }

  /** Returns TornadoVM's interface of kernels with so many parameters. */
  static Class<?> shape(int parameters) {
    return Arrays.stream(TornadoFunctions.class.getClasses())
        .filter(type -> type.getSimpleName().equals("Task" + parameters))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no kernel of %d".formatted(parameters)));
  }

  /** Puts the kernel into a graph. */
  void addTo(TaskGraph graph, String id, List<Object> arguments) {
    Class<?>[] types = new Class<?>[arguments.size() + 2];
    Arrays.fill(types, Object.class);
    types[0] = String.class;
    types[1] = shape(arguments.size());
    Object[] all = new Object[types.length];
    all[0] = id;
    all[1] = code;
    for (int i = 0; i < arguments.size(); i++) all[i + 2] = arguments.get(i);
    try {
      // A method for each number of parameters.
      TaskGraph.class.getMethod("task", types).invoke(graph, all);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof RuntimeException cause) throw cause;
      if (e.getCause() instanceof Error cause) throw cause;
      throw new IllegalStateException(e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
