package dev.ashlar.tensor.io;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;

/**
 * A model over several safetensors files, as {@code model.safetensors.index.json} lists them in its
 * {@code weight_map}. The files lie beside the index.
 */
public final class ShardedSafetensors implements TensorFile {
  private final Path index;
  private final Map<String, SafetensorsFile> byTensor;
  private final Map<String, String> metadata;

  private ShardedSafetensors(
      Path index, Map<String, SafetensorsFile> byTensor, Map<String, String> metadata) {
    this.index = index;
    this.byTensor = byTensor;
    this.metadata = metadata;
  }

  /**
   * Opens an index and every file it names.
   *
   * @throws SafetensorsException if the index or a file breaks a rule of the format, a file is
   *     named by anything but a plain file name, or lacks a tensor that the index puts there
   * @throws IOException if one cannot be read at all
   */
  public static ShardedSafetensors open(Path index) throws IOException {
    var entries = Index.parse(index);
    Map<String, SafetensorsFile> files = new LinkedHashMap<>();
    try {
      Map<String, SafetensorsFile> byTensor = new LinkedHashMap<>();
      for (var entry : entries.weightMap().entrySet()) {
        SafetensorsFile file = files.get(entry.getValue());
        if (file == null) {
          file = SafetensorsFile.open(index.resolveSibling(entry.getValue()));
          files.put(entry.getValue(), file);
        }
        file.stored(entry.getKey());
        byTensor.put(entry.getKey(), file);
      }
      return new ShardedSafetensors(index, byTensor, entries.metadata());
    } catch (Throwable e) {
      files.values().forEach(SafetensorsFile::close);
      throw e;
    }
  }

  @Override
  public SequencedSet<String> names() {
    return Collections.unmodifiableSequencedSet(new LinkedHashSet<>(byTensor.keySet()));
  }

  @Override
  public StoredTensor stored(String name) {
    return file(name).stored(name);
  }

  @Override
  public TensorSpec spec(String name) {
    return file(name).spec(name);
  }

  @Override
  public Tensor tensor(String name) {
    return file(name).tensor(name);
  }

  private SafetensorsFile file(String name) {
    SafetensorsFile file = byTensor.get(name);
    if (file == null) {
      throw new SafetensorsException(
          index, name, "not in this index of %d tensors".formatted(byTensor.size()));
    }
    return file;
  }

  /** Returns the strings and numbers of the index's metadata, as text. */
  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  @Override
  public void close() {
    byTensor.values().forEach(SafetensorsFile::close);
  }

  /** What the index says: the file of each tensor. */
  private record Index(Map<String, String> weightMap, Map<String, String> metadata) {
    static Index parse(Path path) throws IOException {
      try (InputStream in = Files.newInputStream(path);
          JsonParser json = SafetensorsHeader.parser(in)) {
        return read(path, json);
      } catch (CharacterCodingException e) {
        throw new SafetensorsException(path, "not UTF-8");
      } catch (JsonProcessingException e) {
        throw new SafetensorsException(
            path, "not proper JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""));
      }
    }

    private static Index read(Path path, JsonParser json) throws IOException {
      Map<String, String> weightMap = new LinkedHashMap<>();
      Map<String, String> metadata = new LinkedHashMap<>();
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new SafetensorsException(path, "an index must be a JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        switch (field) {
          case "weight_map" -> readWeightMap(path, json, value, weightMap);
          case "metadata" -> readMetadata(json, value, metadata);
          default -> json.skipChildren();
        }
      }
      if (json.nextToken() != null) {
        throw new SafetensorsException(path, "the index goes on after its JSON object");
      }
      if (weightMap.isEmpty()) throw new SafetensorsException(path, "the index has no weight_map");
      return new Index(weightMap, Collections.unmodifiableMap(metadata));
    }

    private static void readWeightMap(
        Path path, JsonParser json, JsonToken value, Map<String, String> into) throws IOException {
      if (value != JsonToken.START_OBJECT) {
        throw new SafetensorsException(path, "weight_map must be a JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        if (json.nextToken() != JsonToken.VALUE_STRING || !isPlainName(json.getText())) {
          throw new SafetensorsException(path, name, "weight_map must give a plain file name");
        }
        into.put(name, json.getText());
      }
    }

    private static void readMetadata(JsonParser json, JsonToken value, Map<String, String> into)
        throws IOException {
      if (value != JsonToken.START_OBJECT) {
        json.skipChildren();
        return;
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        if (json.nextToken().isScalarValue()) into.put(key, json.getText());
        else json.skipChildren();
      }
    }

    /** An index from elsewhere must not reach files outside its own folder. */
    private static boolean isPlainName(String name) {
      return !name.isBlank()
          && !name.equals(".")
          && !name.equals("..")
          && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ')
          && isPath(name);
    }

    /** Half a surrogate pair names no file, nor what the system's encoding cannot write. */
    private static boolean isPath(String name) {
      try {
        Path.of(name);
        return true;
      } catch (InvalidPathException e) {
        return false;
      }
    }
  }
}
