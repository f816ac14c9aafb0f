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
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.io.AtomicFile;
import dev.ashlar.tensor.io.Safetensors;
import java.io.IOException;
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
    return TensorScope.tidy(
        () -> {
          // Only names and shapes of this one count.
          Decoder shape = Decoder.init(config, Key.of(0), DType.F32);
          Decoder mapped = HuggingFaceNames.load(shape, weights(folder));
          return new LlamaFolder(
              dev.ashlar.tensor.TensorTree.map(mapped, Tensor::copy), plan(folder, json, config));
        });
  }

  private static Map<String, Tensor> weights(Path folder) {
    try {
      return Safetensors.read(folder.resolve(WEIGHTS));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
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
      return new DecoderConfig(
          whole(json, "vocab_size"),
          whole(json, "hidden_size"),
          whole(json, "num_hidden_layers"),
          whole(json, "num_attention_heads"),
          whole(json, "num_key_value_heads"),
          whole(json, "head_dim"),
          whole(json, "intermediate_size"),
          whole(json, "max_position_embeddings"),
          json.path("rope_theta").asDouble(10_000),
          json.path("rms_norm_eps").asDouble(1e-5),
          json.path("tie_word_embeddings").asBoolean(false));
    } catch (IllegalArgumentException e) {
      throw new CommandException("%s: %s", folder.resolve(CONFIG), e.getMessage());
    }
  }

  private static int whole(JsonNode json, String field) {
    JsonNode node = json.path(field);
    if (!node.isInt()) throw new IllegalArgumentException("needs a whole number as " + field);
    return node.intValue();
  }

  private static AttentionPlan plan(Path folder, JsonNode json, DecoderConfig config) {
    JsonNode layers = json.path("ashlar").path("attention");
    if (layers.isMissingNode()) return AttentionPlan.full(config.layers());
    try {
      List<AttentionKind> kinds = new ArrayList<>();
      for (JsonNode layer : layers) {
        boolean full = layer.path("kind").asText().equals("full");
        kinds.add(full ? new AttentionKind.Full() : new AttentionKind.Moba(moba(layer)));
      }
      return new AttentionPlan(kinds);
    } catch (IllegalArgumentException e) {
      throw new CommandException("%s: %s", folder.resolve(CONFIG), e.getMessage());
    }
  }

  private static MobaConfig moba(JsonNode layer) {
    return new MobaConfig(whole(layer, "block_size"), whole(layer, "top_k"));
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

  static JsonNode readJson(Path file) throws IOException {
    try {
      return JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new CommandException(
          "%s is damaged: no JSON at line %d", file, e.getLocation().getLineNr());
    }
  }
}
