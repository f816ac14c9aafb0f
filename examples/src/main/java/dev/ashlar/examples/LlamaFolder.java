package dev.ashlar.examples;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.model.AttentionKind;
import dev.ashlar.moba.model.AttentionPlan;
import dev.ashlar.moba.model.Decoder;
import dev.ashlar.moba.model.DecoderConfig;
import dev.ashlar.moba.model.HuggingFaceNames;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TensorTree;
import dev.ashlar.tensor.io.AtomicFile;
import dev.ashlar.tensor.io.Safetensors;
import dev.ashlar.tensor.io.SafetensorsFile;
import dev.ashlar.tensor.io.TensorFile;
import java.io.CharConversionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A model as Hugging Face keeps a Llama: {@code model.safetensors} and {@code config.json}, which
 * also says under {@code ashlar} which attention each layer uses.
 */
record LlamaFolder(Decoder decoder, AttentionPlan plan) {
  static final String WEIGHTS = "model.safetensors";
  static final String CONFIG = "config.json";
  private static final String QUERY = "self_attn.q_proj.weight";
  static final ObjectMapper JSON = new ObjectMapper();

  /** Writes both files into a folder. */
  void write(Path folder) throws IOException {
    Safetensors.write(
        folder.resolve(WEIGHTS), HuggingFaceNames.named(decoder), Map.of("format", "pt"));
    writeJson(folder.resolve(CONFIG), json());
  }

  /** Returns the model in a folder, its parameters in memory of the innermost scope. */
  static LlamaFolder read(Path folder) throws IOException {
    JsonNode json = readJson(folder.resolve(CONFIG));
    DecoderConfig config = config(folder, json);
    AttentionPlan plan = plan(folder, json, config);
    return TensorScope.tidy(
        () -> {
          Map<String, Tensor> weights = weights(folder, config);
          // Only names and shapes of this one count.
          Decoder shape = Decoder.init(config, Key.of(0), DType.F32);
          return new LlamaFolder(
              TensorTree.map(HuggingFaceNames.load(shape, weights), Tensor::copy), plan);
        });
  }

  private static Map<String, Tensor> weights(Path folder, DecoderConfig config) {
    try (TensorFile file = SafetensorsFile.open(folder.resolve(WEIGHTS))) {
      requireSizes(folder, config, file);
      return file.tensors();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Throws CommandException unless the sizes are those of the weights in the file. A decoder is
   * only made once they are: numbers in a text file may ask for any amount of memory.
   */
  private static void requireSizes(Path folder, DecoderConfig config, TensorFile file) {
    long layers = file.names().stream().filter(name -> name.endsWith(QUERY)).count();
    if (layers != config.layers()) {
      throw wrong(folder, "num_hidden_layers is %d, %s has %d", config.layers(), WEIGHTS, layers);
    }
    String layer = "model.layers.0.";
    long queries = (long) config.heads() * config.headDim();
    long keys = (long) config.kvHeads() * config.headDim();
    List.of(
            new Sized("model.embed_tokens.weight", "vocab_size", config.vocabulary()),
            new Sized(layer + QUERY, "num_attention_heads * head_dim", queries),
            new Sized(layer + "self_attn.k_proj.weight", "num_key_value_heads * head_dim", keys),
            new Sized(layer + "mlp.gate_proj.weight", "intermediate_size", config.hidden()))
        .forEach(sized -> sized.require(folder, config.dim(), file));
  }

  /** A matrix of weights, and what makes its rows; its columns are hidden_size. */
  private record Sized(String tensor, String field, long rows) {
    void require(Path folder, int columns, TensorFile file) {
      Shape shape = file.spec(tensor).shape();
      if (shape.rank() == 2 && shape.dim(0) == rows && shape.dim(1) == columns) return;
      throw wrong(
          folder,
          "%s is %d and hidden_size %d, but %s of %s is %s",
          field,
          rows,
          columns,
          tensor,
          WEIGHTS,
          shape);
    }
  }

  private ObjectNode json() {
    DecoderConfig config = decoder.config();
    ObjectNode json = JSON.createObjectNode();
    json.putArray("architectures").add("LlamaForCausalLM");
    json.put("model_type", "llama");
    json.put("vocab_size", config.vocabulary());
    json.put("hidden_size", config.dim());
    json.put("intermediate_size", config.hidden());
    json.put("num_hidden_layers", config.layers());
    json.put("num_attention_heads", config.heads());
    json.put("num_key_value_heads", config.kvHeads());
    json.put("head_dim", config.headDim());
    json.put("max_position_embeddings", config.context());
    json.put("rope_theta", config.ropeTheta());
    json.put("rms_norm_eps", config.normEps());
    json.put("tie_word_embeddings", config.tiedHead());
    json.put("hidden_act", "silu");
    json.put("attention_bias", false);
    json.put("mlp_bias", false);
    json.put("torch_dtype", "float32");
    ArrayNode layers = json.putObject("ashlar").putArray("attention");
    plan.layers().forEach(kind -> layers.add(json(kind)));
    return json;
  }

  private static ObjectNode json(AttentionKind kind) {
    ObjectNode json = JSON.createObjectNode();
    return switch (kind) {
      case AttentionKind.Full _ -> json.put("kind", "full");
      case AttentionKind.Moba(var moba) ->
          json.put("kind", "moba").put("block_size", moba.blockSize()).put("top_k", moba.topK());
    };
  }

  private static DecoderConfig config(Path folder, JsonNode json) {
    try {
      requireKnown(json);
      return new DecoderConfig(
          JsonFields.size(json, "vocab_size"),
          JsonFields.size(json, "hidden_size"),
          JsonFields.size(json, "num_hidden_layers"),
          JsonFields.size(json, "num_attention_heads"),
          JsonFields.size(json, "num_key_value_heads"),
          JsonFields.size(json, "head_dim"),
          JsonFields.size(json, "intermediate_size"),
          JsonFields.size(json, "max_position_embeddings"),
          JsonFields.positive(json, "rope_theta", 10_000),
          JsonFields.positive(json, "rms_norm_eps", 1e-5),
          JsonFields.flag(json, "tie_word_embeddings"));
    } catch (IllegalArgumentException e) {
      throw wrong(folder, "%s", e.getMessage());
    }
  }

  /**
   * Refuses what other Llamas may have and a {@link Decoder} has not: it would compute otherwise.
   */
  private static void requireKnown(JsonNode json) {
    JsonNode scaling = json.path("rope_scaling");
    if (!scaling.isMissingNode() && !scaling.isNull()) {
      throw JsonFields.needs("null, positions as they are,", "rope_scaling", scaling);
    }
    JsonNode activation = json.path("hidden_act");
    if (!activation.isMissingNode() && !activation.asText().equals("silu")) {
      throw JsonFields.needs("silu", "hidden_act", activation);
    }
    for (String bias : List.of("attention_bias", "mlp_bias")) {
      if (JsonFields.flag(json, bias)) throw JsonFields.needs("false", bias, json.path(bias));
    }
  }

  private static CommandException wrong(Path folder, String format, Object... arguments) {
    return new CommandException("%s: %s", folder.resolve(CONFIG), format.formatted(arguments));
  }

  private static AttentionPlan plan(Path folder, JsonNode json, DecoderConfig config) {
    JsonNode layers = json.path("ashlar").path("attention");
    if (layers.isMissingNode()) return AttentionPlan.full(config.layers());
    if (layers.size() != config.layers()) {
      throw wrong(
          folder, "num_hidden_layers is %d, attention lists %d", config.layers(), layers.size());
    }
    try {
      List<AttentionKind> kinds = new ArrayList<>();
      for (JsonNode layer : layers) kinds.add(kind(layer));
      return new AttentionPlan(kinds);
    } catch (IllegalArgumentException e) {
      throw wrong(folder, "%s", e.getMessage());
    }
  }

  private static AttentionKind kind(JsonNode layer) {
    return switch (JsonFields.text(layer, "kind")) {
      case "full" -> new AttentionKind.Full();
      case "moba" -> new AttentionKind.Moba(moba(layer));
      default -> throw JsonFields.needs("full or moba", "kind", layer.path("kind"));
    };
  }

  private static MobaConfig moba(JsonNode layer) {
    return new MobaConfig(JsonFields.size(layer, "block_size"), JsonFields.size(layer, "top_k"));
  }

  static void writeJson(Path file, JsonNode json) throws IOException {
    byte[] bytes = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
    AtomicFile.write(
        file,
        channel -> {
          ByteBuffer left = ByteBuffer.wrap(bytes);
          while (left.hasRemaining()) channel.write(left);
        });
  }

  /** Returns the JSON object in a file. */
  static JsonNode readJson(Path file) throws IOException {
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(file));
      if (json.isObject()) return json;
      throw new CommandException("%s is damaged: it holds no JSON object", file);
    } catch (JsonProcessingException e) {
      throw new CommandException(
          "%s is damaged: no JSON at line %d", file, e.getLocation().getLineNr());
    } catch (CharConversionException e) {
      throw new CommandException("%s is damaged: no text in UTF-8", file);
    }
  }
}
