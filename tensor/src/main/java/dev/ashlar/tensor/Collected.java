package dev.ashlar.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes lists and maps of the kind of others, so that components and variables declared as such can
 * hold them.
 */
final class Collected {
  private Collected() {}

  static List<?> like(List<?> kind, ArrayList<@Nullable Object> elements) {
    return switch (kind) {
      case ArrayList<?> _ -> elements;
      case LinkedList<?> _ -> new LinkedList<>(elements);
      default -> Collections.unmodifiableList(elements);
    };
  }

  /** Returns a map of {@code kind}'s keys, which are {@code entries}'s in the same order. */
  @SuppressWarnings({"unchecked", "rawtypes"}) // Keys are those the map has already.
  static Map<?, ?> like(Map<?, ?> kind, LinkedHashMap<Object, @Nullable Object> entries) {
    switch (kind) {
      case SortedMap sorted -> {
        SortedMap made = new TreeMap<>(sorted.comparator());
        made.putAll(entries);
        return made;
      }
      case EnumMap named -> {
        EnumMap made = new EnumMap(named);
        made.putAll(entries);
        return made;
      }
      // A HashMap that keeps the order, which another might not have of the same keys.
      case HashMap<?, ?> _ -> {
        return entries;
      }
      default -> {
        return Collections.unmodifiableMap(entries);
      }
    }
  }

  /** Returns what stands for all lists and maps that {@link #like} answers alike. */
  static Class<?> kind(Object collection) {
    return switch (collection) {
      case ArrayList<?> _ -> ArrayList.class;
      case LinkedList<?> _ -> LinkedList.class;
      case SortedMap<?, ?> _ -> SortedMap.class;
      case EnumMap<?, ?> _ -> EnumMap.class;
      case HashMap<?, ?> _ -> HashMap.class;
      case List<?> _ -> List.class;
      default -> Map.class;
    };
  }
}
