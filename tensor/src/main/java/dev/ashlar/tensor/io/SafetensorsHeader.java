package dev.ashlar.tensor.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * The JSON header of a safetensors file, checked: names are unique, and the tensors cover the data
 * from its first byte to its last without a gap or an overlap.
 */
record SafetensorsHeader(SequencedMap<String, StoredTensor> tensors, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";

  /** The format's own limit on the header: 100 MB. */
  static final long MAX_BYTES = 100_000_000;

  private static final int MAX_AXES = 64;

  static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(16).maxNumberLength(32).build())
          .build();

  /**
   * Reads a header.
   *
   * @param dataBytes the bytes that follow it in the file
   * @throws SafetensorsException if it breaks a rule of the format
   */
  static SafetensorsHeader parse(Path file, InputStream header, long dataBytes) {
    try (JsonParser json = parser(header)) {
      SafetensorsHeader parsed = new Reader(file, json).read();
      parsed.checkCoverage(file, dataBytes);
      return parsed;
    } catch (CharacterCodingException e) {
      throw new SafetensorsException(file, "the header is not UTF-8");
    } catch (JsonProcessingException e) {
      throw new SafetensorsException(
          file,
          "the header is not proper JSON: "
              + e.getOriginalMessage().lines().findFirst().orElse(""));
    } catch (IOException e) {
      throw new SafetensorsException(file, "the header cannot be read: " + e.getMessage());
    }
  }

  /** Opens JSON as strict UTF-8; left to guess, Jackson would also take UTF-16 and mend errors. */
  static JsonParser parser(InputStream utf8) throws IOException {
    var decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    return JSON.createParser(new InputStreamReader(utf8, decoder));
  }

  private void checkCoverage(Path file, long dataBytes) {
    List<StoredTensor> inFileOrder = new ArrayList<>(tensors.values());
    inFileOrder.sort(
        Comparator.comparingLong(StoredTensor::beginByte).thenComparingLong(StoredTensor::endByte));
    long covered = 0;
    for (StoredTensor tensor : inFileOrder) {
      if (tensor.endByte() > dataBytes) {
        throw new SafetensorsException(
            file,
            tensor.name(),
            "data_offsets [%d, %d] reach beyond the %d bytes of data; is the file cut short?"
                .formatted(tensor.beginByte(), tensor.endByte(), dataBytes));
      }
      if (tensor.beginByte() != covered) {
        String what = tensor.beginByte() < covered ? "overlap another tensor's" : "leave a gap";
        throw new SafetensorsException(
            file,
            tensor.name(),
            "data_offsets [%d, %d] %s; expected to begin at %d"
                .formatted(tensor.beginByte(), tensor.endByte(), what, covered));
      }
      covered = tensor.endByte();
    }
    if (covered != dataBytes) {
      throw new SafetensorsException(
          file, "%d bytes follow the last tensor".formatted(dataBytes - covered));
    }
  }

  /** Walks the tokens of one header. */
  private record Reader(Path file, JsonParser json) {
    SafetensorsHeader read() throws IOException {
      SequencedMap<String, StoredTensor> tensors = new LinkedHashMap<>();
      Map<String, String> metadata = new LinkedHashMap<>();
      expect(json.nextToken(), JsonToken.START_OBJECT, "the header must be a JSON object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        if (name.equals(METADATA)) readMetadata(metadata);
        else tensors.put(name, readTensor(name));
      }
      if (json.nextToken() != null) {
        throw new SafetensorsException(file, "the header goes on after its JSON object");
      }
      return new SafetensorsHeader(
          Collections.unmodifiableSequencedMap(tensors), Collections.unmodifiableMap(metadata));
    }

    private void readMetadata(Map<String, String> metadata) throws IOException {
      expect(json.nextToken(), JsonToken.START_OBJECT, METADATA + " must be a JSON object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        expect(json.nextToken(), JsonToken.VALUE_STRING, METADATA + " must hold strings only");
        metadata.put(key, json.getText());
      }
    }

    private StoredTensor readTensor(String name) throws IOException {
      String dtype = null;
      List<Long> shape = null;
      List<Long> offsets = null;
      expect(json.nextToken(), JsonToken.START_OBJECT, name, "must be a JSON object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        switch (json.currentName()) {
          case "dtype" -> {
            expect(json.nextToken(), JsonToken.VALUE_STRING, name, "dtype must be a string");
            dtype = json.getText();
          }
          case "shape" -> shape = readNumbers(name, "shape", MAX_AXES);
          case "data_offsets" -> offsets = readNumbers(name, "data_offsets", 2);
          default -> {
            json.nextToken();
            json.skipChildren();
          }
        }
      }
      if (dtype == null || shape == null || offsets == null || offsets.size() != 2) {
        throw new SafetensorsException(
            file, name, "needs dtype, shape and data_offsets [begin, end]");
      }
      var tensor = new StoredTensor(name, dtype, shape, offsets.get(0), offsets.get(1));
      String problem = tensor.problem();
      if (problem != null) throw new SafetensorsException(file, name, problem);
      return tensor;
    }

    private List<Long> readNumbers(String name, String field, int most) throws IOException {
      expect(json.nextToken(), JsonToken.START_ARRAY, name, field + " must be a list");
      List<Long> numbers = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        expect(
            json.currentToken(),
            JsonToken.VALUE_NUMBER_INT,
            name,
            field + " must hold whole numbers");
        if (json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
          throw new SafetensorsException(file, name, field + " holds a number beyond 64 bits");
        }
        if (numbers.size() == most) {
          throw new SafetensorsException(file, name, field + " has more than " + most + " numbers");
        }
        numbers.add(json.getLongValue());
      }
      return List.copyOf(numbers);
    }

    private void expect(JsonToken found, JsonToken wanted, String problem) {
      if (found != wanted) throw new SafetensorsException(file, problem);
    }

    private void expect(JsonToken found, JsonToken wanted, String tensor, String problem) {
      if (found != wanted) throw new SafetensorsException(file, tensor, problem);
    }
  }
}
