package dev.ashlar.tensor;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The storages that a scope holds, each once. Most scopes hold a few: those stand in an array. */
final class StorageSet {
  private static final int FEW = 12;

  private Storage[] few = new Storage[4];
  private int size;
  private @Nullable Set<Storage> many;

  boolean contains(Storage storage) {
    return many != null ? many.contains(storage) : find(storage) >= 0;
  }

  private int find(Storage storage) {
    for (int i = size - 1; i >= 0; i--) if (few[i] == storage) return i;
    return -1;
  }

  /** Returns whether the storage was not there yet. */
  boolean add(Storage storage) {
    if (many != null) return many.add(storage);
    if (find(storage) >= 0) return false;
    if (size == FEW) {
      many = Collections.newSetFromMap(new IdentityHashMap<>());
      many.addAll(Arrays.asList(few).subList(0, size));
      return many.add(storage);
    }
    if (size == few.length) few = Arrays.copyOf(few, FEW);
    few[size++] = storage;
    return true;
  }

  void remove(Storage storage) {
    if (many != null) {
      many.remove(storage);
      return;
    }
    int at = find(storage);
    if (at >= 0) few[at] = few[--size];
  }

  boolean isEmpty() {
    return many != null ? many.isEmpty() : size == 0;
  }

  void forEach(Consumer<Storage> action) {
    if (many != null) many.forEach(action);
    else for (int i = 0; i < size; i++) action.accept(few[i]);
  }

  void clear() {
    few = new Storage[0];
    size = 0;
    many = null;
  }
}
