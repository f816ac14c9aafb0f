package dev.ashlar.tensor.io;

import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedSet;

/**
 * Tensors by name in one file or several, opened for reading. May be used by several threads.
 * Closing it leaves tensors that were read intact: the map of a file lives while one of them does.
 */
public sealed interface TensorFile extends AutoCloseable
    permits SafetensorsFile, ShardedSafetensors {
  /** Returns the names of the tensors, in the file's order. */
  SequencedSet<String> names();

  /**
   * Returns what the header says of a tensor; throws {@link SafetensorsException} if none is so
   * named.
   */
  StoredTensor stored(String name);

  /**
   * Returns element type and shape of the tensor that {@link #tensor} gives.
   *
   * @throws SafetensorsException if none is so named, or its element type cannot be read
   */
  TensorSpec spec(String name);

  /**
   * Returns a tensor of the innermost scope: over the mapped file without a copy where its place in
   * the file suits the element type, else copied. F16 is read as F32. It cannot be updated in
   * place; an optimizer needs its {@link Tensor#copy}.
   *
   * @throws SafetensorsException if none is so named, or its element type cannot be read
   * @throws IllegalStateException if this was closed
   */
  Tensor tensor(String name);

  /** Returns all tensors by name, as {@link #tensor} reads them. */
  default Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String name : names()) tensors.put(name, tensor(name));
    return tensors;
  }

  /** Returns the file's own notes. */
  Map<String, String> metadata();

  /** Lets go of the file. */
  @Override
  void close();
}
