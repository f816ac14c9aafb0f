package dev.ashlar.tensor;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Walks structures of tensors: a tensor, or a record, list, map or optional of structures. Anything
 * else (numbers, configurations, null) is carried along untouched; an object that is no record but
 * has a field of type Tensor is an error, as nobody would miss what is passed over. Paths join
 * component names, list indices and map keys with dots: {@code layers.0.attention.query.weight}.
 *
 * <p>A list or map with other tensors in it is a new one in the order of the old: an {@link
 * ArrayList}, {@link java.util.LinkedList}, {@link java.util.HashMap} or {@link LinkedHashMap},
 * {@link java.util.TreeMap} or {@link java.util.EnumMap} where the old one was, else one that
 * cannot be changed.
 */
public final class TensorTree {
  /** Whether a class has a field of tensors. A lambda may have: what it captured is its own. */
  private static final ClassValue<Boolean> HIDES_TENSORS =
      new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          if (type.isHidden() || type.isSynthetic()) return false;
          Class<?> above = type.getSuperclass();
          return Arrays.stream(type.getDeclaredFields()).anyMatch(TensorTree::isTensorField)
              || above != null && get(above);
        }
      };

  private TensorTree() {}

  /** Returns the tensors of a structure by path, in order of declaration. */
  public static Map<String, Tensor> named(@Nullable Object tree) {
    Map<String, Tensor> leaves = new LinkedHashMap<>();
    mapNamed(
        tree,
        "",
        (path, tensor) -> {
          if (leaves.put(path, tensor) != null) {
            throw new IllegalArgumentException("two tensors have the path " + path);
          }
          return tensor;
        });
    return leaves;
  }

  /** Returns the tensors of a structure in order of declaration. */
  public static List<Tensor> leaves(@Nullable Object tree) {
    List<Tensor> leaves = new ArrayList<>();
    forEach(tree, leaves::add);
    return leaves;
  }

  /** Returns the paths of a structure's tensors, in order of declaration. */
  public static List<String> paths(@Nullable Object tree) {
    List<String> paths = new ArrayList<>();
    mapNamed(
        tree,
        "",
        (path, tensor) -> {
          paths.add(path);
          return tensor;
        });
    return paths;
  }

  /**
   * What two equal structures can still differ in, as maps are equal whatever their order, and
   * lists whatever their class.
   *
   * @param paths of the tensors, in order
   * @param kinds of the lists and maps that hold tensors
   */
  public record Form(List<String> paths, List<Class<?>> kinds) {}

  /** Returns what a structure is beside what {@link Object#equals} compares. */
  public static Form form(@Nullable Object tree) {
    List<Class<?>> kinds = new ArrayList<>();
    addKinds(tree, kinds);
    return new Form(paths(tree), kinds);
  }

  /** Adds the kinds of lists and maps that hold tensors; returns whether there is a tensor. */
  private static boolean addKinds(@Nullable Object tree, List<Class<?>> kinds) {
    return switch (tree) {
      case null -> false;
      case Tensor _ -> true;
      case Record record ->
          addAllKinds(RecordShape.OF.get(record.getClass()).values(record), kinds);
      case List<?> list -> addKind(list, list, kinds);
      case Map<?, ?> map -> addKind(map, map.values(), kinds);
      case Optional<?> optional -> optional.isPresent() && addKinds(optional.get(), kinds);
      default -> false;
    };
  }

  private static boolean addKind(Object of, Collection<?> elements, List<Class<?>> kinds) {
    int at = kinds.size();
    kinds.add(Collected.kind(of));
    boolean holds = addAllKinds(elements, kinds);
    if (!holds) kinds.remove(at);
    return holds;
  }

  private static boolean addAllKinds(Collection<?> elements, List<Class<?>> kinds) {
    boolean holds = false;
    for (Object element : elements) holds |= addKinds(element, kinds);
    return holds;
  }

  /** Calls {@code action} for every tensor of a structure, in order of declaration. */
  public static void forEach(@Nullable Object tree, Consumer<Tensor> action) {
    mapNamed(
        tree,
        "",
        (_, tensor) -> {
          action.accept(tensor);
          return tensor;
        });
  }

  /** Returns the same structure with every tensor replaced. */
  public static <T extends @Nullable Object> T map(T tree, UnaryOperator<Tensor> replacement) {
    return mapNamed(tree, "", (_, tensor) -> replacement.apply(tensor));
  }

  /** Returns the same structure with every tensor replaced, by path. */
  public static <T extends @Nullable Object> T mapNamed(
      T tree, BiFunction<String, Tensor, Tensor> replacement) {
    return mapNamed(tree, "", replacement);
  }

  /**
   * Returns the same structure with its tensors replaced by {@code leaves}, in order of
   * declaration.
   */
  public static <T extends @Nullable Object> T withLeaves(T tree, List<Tensor> leaves) {
    int places = leaves(tree).size();
    if (places != leaves.size()) {
      throw new IllegalArgumentException(
          "withLeaves: the structure has %d tensors, got %d".formatted(places, leaves.size()));
    }
    var next = leaves.iterator();
    return map(tree, _ -> next.next());
  }

  @SuppressWarnings("unchecked") // Every arm answers the kind of structure it was given.
  private static <T extends @Nullable Object> T mapNamed(
      T tree, String path, BiFunction<String, Tensor, Tensor> replacement) {
    return (T)
        switch (tree) {
          case null -> null;
          case Tensor tensor -> replacement.apply(path, tensor);
          case Record record -> mapRecord(record, path, replacement);
          case List<?> list -> mapList(list, path, replacement);
          case Map<?, ?> map -> mapValues(map, path, replacement);
          case Optional<?> optional -> mapOptional(optional, path, replacement);
          case Object[] array when holdsTensors(Arrays.asList(array)) ->
              throw notWalked(path, "an array");
          case Collection<?> others when holdsTensors(others) -> throw notWalked(path, a(others));
          default -> carried(tree, path);
        };
  }

  private static boolean holdsTensors(Collection<?> elements) {
    return elements.stream().anyMatch(element -> !leaves(element).isEmpty());
  }

  private static String a(Object collection) {
    return "a " + collection.getClass().getSimpleName();
  }

  private static Object carried(Object other, String path) {
    if (!HIDES_TENSORS.get(other.getClass())) return other;
    throw new IllegalArgumentException(
        "%s is a %s, which holds tensors but is no record, so they would be passed over; make it a"
                .formatted(
                    path.isEmpty() ? "the structure" : path, other.getClass().getSimpleName())
            + " record (in Kotlin a @JvmRecord data class)");
  }

  private static boolean isTensorField(Field field) {
    return field.getType() == Tensor.class && !Modifier.isStatic(field.getModifiers());
  }

  private static IllegalArgumentException notWalked(String path, String kind) {
    return new IllegalArgumentException(
        "%s holds tensors in %s, which has no order of names; use a List or a Map"
            .formatted(path.isEmpty() ? "the structure" : path, kind));
  }

  private static Optional<?> mapOptional(
      Optional<?> optional, String path, BiFunction<String, Tensor, Tensor> replacement) {
    if (optional.isEmpty()) return optional;
    Object before = optional.get();
    Object after = mapNamed(before, path, replacement);
    return after == before ? optional : Optional.of(after);
  }

  // What does not change stays the same object, so that walking a structure builds nothing.

  private static List<?> mapList(
      List<?> list, String path, BiFunction<String, Tensor, Tensor> replacement) {
    ArrayList<@Nullable Object> out = new ArrayList<>(list.size());
    boolean changed = false;
    for (Object before : list) {
      Object after = mapNamed(before, join(path, Integer.toString(out.size())), replacement);
      changed |= after != before;
      out.add(after);
    }
    return changed ? Collected.like(list, out) : list;
  }

  private static Map<?, ?> mapValues(
      Map<?, ?> map, String path, BiFunction<String, Tensor, Tensor> replacement) {
    LinkedHashMap<Object, @Nullable Object> out = new LinkedHashMap<>();
    boolean changed = false;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      Object before = entry.getValue();
      Object after = mapNamed(before, join(path, String.valueOf(entry.getKey())), replacement);
      changed |= after != before;
      out.put(entry.getKey(), after);
    }
    // Keys that only another map tells apart, by identity say.
    if (changed && out.size() != map.size()) throw notWalked(path, a(map));
    return changed ? Collected.like(map, out) : map;
  }

  private static Record mapRecord(
      Record record, String path, BiFunction<String, Tensor, Tensor> replacement) {
    RecordShape shape = RecordShape.OF.get(record.getClass());
    Object[] values = new Object[shape.components.length];
    boolean changed = false;
    for (int i = 0; i < values.length; i++) {
      Object before = shape.read(record, i);
      values[i] = mapNamed(before, join(path, shape.components[i].getName()), replacement);
      changed |= values[i] != before;
    }
    return changed ? shape.make(values) : record;
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** A record class opened once: its components and canonical constructor. */
  private record RecordShape(
      Class<?> type, RecordComponent[] components, Constructor<?> constructor) {
    static final ClassValue<RecordShape> OF =
        new ClassValue<>() {
          @Override
          protected RecordShape computeValue(Class<?> type) {
            return open(type);
          }
        };

    private static RecordShape open(Class<?> type) {
      RecordComponent[] components = type.getRecordComponents();
      Class<?>[] types = new Class<?>[components.length];
      for (int i = 0; i < components.length; i++) types[i] = components[i].getType();
      try {
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        // A record may be private or local to the user's method.
        constructor.setAccessible(true);
        for (RecordComponent component : components) component.getAccessor().setAccessible(true);
        return new RecordShape(type, components, constructor);
      } catch (NoSuchMethodException | RuntimeException e) {
        throw new IllegalArgumentException(
            "record %s cannot be walked; is its module open to this library?"
                .formatted(type.getName()),
            e);
      }
    }

    @Nullable Object read(Record record, int component) {
      try {
        return components[component].getAccessor().invoke(record);
      } catch (InvocationTargetException e) {
        throw unchecked(e.getCause());
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(e);
      }
    }

    List<@Nullable Object> values(Record record) {
      List<@Nullable Object> values = new ArrayList<>(components.length);
      for (int i = 0; i < components.length; i++) values.add(read(record, i));
      return values;
    }

    Record make(@Nullable Object[] values) {
      try {
        return (Record) constructor.newInstance(values);
      } catch (InvocationTargetException e) {
        throw unchecked(e.getCause());
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot make a " + type.getName(), e);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "record %s cannot be made anew: a component that holds several tensors must be declared as List or Map"
                .formatted(type.getName()),
            e);
      }
    }

    private static RuntimeException unchecked(Throwable cause) {
      if (cause instanceof Error error) throw error;
      return cause instanceof RuntimeException runtime ? runtime : new IllegalStateException(cause);
    }
  }
}
