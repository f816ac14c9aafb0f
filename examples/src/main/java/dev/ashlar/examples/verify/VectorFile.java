package dev.ashlar.examples.verify;

import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.io.SafetensorsException;
import dev.ashlar.tensor.io.SafetensorsFile;
import dev.ashlar.tensor.io.TensorFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file of vectors, read and checked: attention's inputs, and what another framework made of them.
 *
 * <p>Tensors: {@code q do o dq} F32 [S, H, D]; {@code k v dk dv} F32 [S, G, D]; {@code lse} F32 [S,
 * H]; {@code cu_seqlens} I32 [sequences + 1]; of MoBA also {@code selected} I32 [S, H, K]: the
 * blocks of each row, ascending, its own the last, filled up with -1.
 *
 * @param config absent for dense causal attention
 * @param numbers of the floating-point tensors by name, row-major
 * @param selected of MoBA; empty for dense attention
 */
record VectorFile(
    Path path,
    Notes notes,
    Packing packing,
    @Nullable MobaConfig config,
    Map<String, Shape> shapes,
    Map<String, float[]> numbers,
    int[] selected) {

  /** What attention is given. */
  static final List<String> INPUTS = List.of("q", "k", "v", "do");

  /** What it answers. */
  static final List<String> ANSWERS = List.of("o", "lse", "dq", "dk", "dv");

  /**
   * Reads a file.
   *
   * @param limitBytes of memory that verifying it may take
   * @throws UnusableFileException saying what is wrong with it
   */
  static VectorFile read(Path path, Forms forms, long limitBytes) {
    try (var _ = TensorScope.open();
        TensorFile file = open(path)) {
      return new Reader(path, file, new Notes(path, file.metadata())).read(forms, limitBytes);
    } catch (SafetensorsException e) {
      // Its message names the file already.
      throw new UnusableFileException(path, withoutPath(path, e));
    }
  }

  private static TensorFile open(Path path) {
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new UnusableFileException(path, "not a file");
    }
    try {
      return SafetensorsFile.open(path);
    } catch (NoSuchFileException e) {
      throw new UnusableFileException(path, "no such file or folder");
    } catch (AccessDeniedException e) {
      throw new UnusableFileException(path, "access denied");
    } catch (IOException e) {
      throw new UnusableFileException(path, "cannot be read: " + e.getMessage());
    }
  }

  private static String withoutPath(Path path, SafetensorsException e) {
    String message = String.valueOf(e.getMessage());
    String prefix = path + ": ";
    return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
  }

  float[] floats(String tensor) {
    return numbers.get(tensor);
  }

  /** Returns an input or answer as a tensor of the innermost scope. */
  Tensor tensor(String name, DType dtype) {
    return Tensor.of(shapes.get(name), floats(name)).toType(dtype);
  }

  /** Returns the configuration of MoBA; empty for dense attention. */
  Optional<MobaConfig> moba() {
    return Optional.ofNullable(config);
  }

  /** Says what is verified, in a few words. */
  String title() {
    Shape query = shapes.get("q");
    String kind =
        moba()
            .map(c -> "MoBA, block size %d, top %d".formatted(c.blockSize(), c.topK()))
            .orElse("dense causal attention");
    return "%s; %d tokens in %s, %d heads over %d, head size %d"
        .formatted(
            kind,
            query.dim(0),
            packing.sequences() == 1 ? "1 sequence" : packing.sequences() + " sequences",
            query.dim(1),
            shapes.get("k").dim(1),
            query.dim(2));
  }

  /** Checks one open file from the shapes to the numbers. */
  private record Reader(Path path, TensorFile file, Notes notes) {
    VectorFile read(Forms forms, long limitBytes) {
      boolean dense = notes.isDense();
      Shape query = floatShape("q");
      Shape key = floatShape("k");
      checkHeads(query, key);
      forms.checkMemory(path, query, shape("cu_seqlens", "I32"), limitBytes);
      Map<String, Shape> shapes = shapes(query, key);
      Packing packing = packing(query.dim(0));
      MobaConfig config = dense ? null : config();
      Map<String, float[]> numbers = new LinkedHashMap<>();
      shapes.forEach((name, shape) -> numbers.put(name, numbers(name, shape)));
      notes.officialErrors();
      int[] selected = config == null ? new int[0] : selected(config, packing, query);
      return new VectorFile(path, notes, packing, config, shapes, numbers, selected);
    }

    private Shape floatShape(String name) {
      Shape shape = shape(name, "F32");
      if (shape.rank() != 3)
        throw unusable("tensor %s has shape %s, must have 3 axes", name, shape);
      if (shape.size() == 0) throw unusable("tensor %s is empty: %s", name, shape);
      return shape;
    }

    private Shape shape(String name, String dtype) {
      if (!file.names().contains(name)) throw unusable("tensor %s is missing", name);
      String got = file.stored(name).dtype();
      if (!got.equals(dtype)) throw unusable("tensor %s is %s, must be %s", name, got, dtype);
      return file.spec(name).shape();
    }

    private void checkHeads(Shape query, Shape key) {
      if (key.dim(0) != query.dim(0) || key.dim(2) != query.dim(2)) {
        throw unusable(
            "q is %s, so k must be [%d, ?, %d], is %s", query, query.dim(0), query.dim(2), key);
      }
      if (query.dim(1) % key.dim(1) != 0) {
        throw unusable("q has %d heads, which is no multiple of k's %d", query.dim(1), key.dim(1));
      }
      notes.mustBe("heads", query.dim(1), "q");
      notes.mustBe("kv_heads", key.dim(1), "k");
      notes.mustBe("head_dim", query.dim(2), "q");
    }

    private Map<String, Shape> shapes(Shape query, Shape key) {
      Map<String, Shape> shapes = new LinkedHashMap<>();
      shapes.put("q", query);
      shapes.put("k", key);
      for (String name : List.of("v", "dk", "dv")) shapes.put(name, expect(name, key));
      for (String name : List.of("do", "o", "dq")) shapes.put(name, expect(name, query));
      shapes.put("lse", expect("lse", query.without(2)));
      return shapes;
    }

    private Shape expect(String name, Shape wanted) {
      Shape got = shape(name, "F32");
      if (!got.equals(wanted)) {
        throw unusable("tensor %s has shape %s, must have %s", name, got, wanted);
      }
      return got;
    }

    private Packing packing(int total) {
      Shape shape = shape("cu_seqlens", "I32");
      if (shape.rank() != 1 || shape.dim(0) < 2) {
        throw unusable("tensor cu_seqlens has shape %s, must have [sequences + 1]", shape);
      }
      int[] offsets = file.tensor("cu_seqlens").toInts();
      if (offsets[offsets.length - 1] != total) {
        throw unusable(
            "cu_seqlens ends with %d, q has %d rows", offsets[offsets.length - 1], total);
      }
      try {
        return new Packing(Arrays.stream(offsets).boxed().toList());
      } catch (IllegalArgumentException e) {
        throw unusable("%s", e.getMessage());
      }
    }

    private MobaConfig config() {
      return new MobaConfig(notes.positive("block_size"), notes.positive("topk"));
    }

    private float[] numbers(String name, Shape shape) {
      float[] numbers = file.tensor(name).toFloats();
      for (int i = 0; i < numbers.length; i++) {
        if (!Float.isFinite(numbers[i])) {
          throw unusable("tensor %s is %s at %s", name, numbers[i], index(shape, i));
        }
      }
      return numbers;
    }

    private int[] selected(MobaConfig config, Packing packing, Shape query) {
      Shape wanted = query.with(2, config.chosen(packing));
      Shape got = shape("selected", "I32");
      if (!got.equals(wanted)) {
        throw unusable("tensor selected has shape %s, must have %s", got, wanted);
      }
      int[] selected = file.tensor("selected").toInts();
      int[] positions = packing.positions();
      int perRow = wanted.dim(1) * wanted.dim(2);
      for (int i = 0; i < selected.length; i++) {
        int own = positions[i / perRow] / config.blockSize();
        if (selected[i] < -1 || selected[i] > own) {
          throw unusable(
              "tensor selected names block %d at %s, where only -1 .. %d exist",
              selected[i], index(wanted, i), own);
        }
      }
      return selected;
    }

    private UnusableFileException unusable(String format, Object... arguments) {
      return new UnusableFileException(path, format, arguments);
    }
  }

  /** Returns where element {@code at} of a row-major tensor stands: {@code [3, 0, 1]}. */
  static String index(Shape shape, long at) {
    int[] index = new int[shape.rank()];
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      index[axis] = (int) (at % shape.dim(axis));
      at /= shape.dim(axis);
    }
    return Arrays.toString(index);
  }
}
