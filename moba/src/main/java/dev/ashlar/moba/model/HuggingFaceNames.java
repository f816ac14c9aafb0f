package dev.ashlar.moba.model;

import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorSpec;
import dev.ashlar.tensor.TensorTree;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names that Hugging Face's Llama gives the parameters of a {@link Decoder}, both ways: {@code
 * layers.0.attention.query.weight} here is {@code model.layers.0.self_attn.q_proj.weight} there.
 */
public final class HuggingFaceNames {
  private static final Map<String, String> OUTSIDE_LAYERS =
      Map.of(
          "embedding.weight", "model.embed_tokens.weight",
          "norm.weight", "model.norm.weight",
          "head.weight", "lm_head.weight");

  private static final Map<String, String> IN_A_LAYER =
      Map.of(
          "attentionNorm.weight", "input_layernorm.weight",
          "attention.query.weight", "self_attn.q_proj.weight",
          "attention.key.weight", "self_attn.k_proj.weight",
          "attention.value.weight", "self_attn.v_proj.weight",
          "attention.output.weight", "self_attn.o_proj.weight",
          "feedForwardNorm.weight", "post_attention_layernorm.weight",
          "feedForward.gate.weight", "mlp.gate_proj.weight",
          "feedForward.up.weight", "mlp.up_proj.weight",
          "feedForward.down.weight", "mlp.down_proj.weight");

  private static final Map<String, String> OUTSIDE_LAYERS_BACK = inverse(OUTSIDE_LAYERS);
  private static final Map<String, String> IN_A_LAYER_BACK = inverse(IN_A_LAYER);
  private static final Pattern LAYER = Pattern.compile("layers\\.(\\d+)\\.(.+)");
  private static final Pattern LAYER_BACK = Pattern.compile("model\\.layers\\.(\\d+)\\.(.+)");

  private HuggingFaceNames() {}

  /**
   * Returns the name in Hugging Face's Llama; throws IllegalArgumentException for a path no decoder
   * has.
   */
  public static String of(String path) {
    return translate(path, OUTSIDE_LAYERS, LAYER, IN_A_LAYER, "model.layers.");
  }

  /**
   * Returns the path in a {@link Decoder}; throws IllegalArgumentException for a name Llama does
   * not have.
   */
  public static String path(String name) {
    return translate(name, OUTSIDE_LAYERS_BACK, LAYER_BACK, IN_A_LAYER_BACK, "layers.");
  }

  /** Returns a decoder's parameters by their names in Hugging Face's Llama. */
  public static Map<String, Tensor> named(Decoder decoder) {
    Map<String, Tensor> named = new LinkedHashMap<>();
    TensorTree.named(decoder).forEach((path, tensor) -> named.put(of(path), tensor));
    return named;
  }

  /**
   * Returns the decoder with its parameters replaced by those of the same names.
   *
   * @throws IllegalArgumentException if a parameter is missing, left over, or of another element
   *     type or shape
   */
  public static Decoder load(Decoder like, Map<String, Tensor> named) {
    Set<String> unused = new TreeSet<>(named.keySet());
    Decoder loaded =
        TensorTree.mapNamed(
            like,
            (path, tensor) -> {
              unused.remove(of(path));
              return find(of(path), tensor.spec(), named);
            });
    if (!unused.isEmpty()) {
      throw new IllegalArgumentException(
          "weights: the decoder of this configuration has no place for " + unused);
    }
    return loaded;
  }

  private static Tensor find(String name, TensorSpec wanted, Map<String, Tensor> named) {
    Tensor found = named.get(name);
    if (found == null) throw new IllegalArgumentException("weights: %s is missing".formatted(name));
    if (!found.spec().equals(wanted)) {
      throw new IllegalArgumentException(
          "weights: %s is %s, the configuration wants %s".formatted(name, found.spec(), wanted));
    }
    return found;
  }

  private static String translate(
      String name,
      Map<String, String> outside,
      Pattern layer,
      Map<String, String> inside,
      String prefix) {
    String whole = outside.get(name);
    if (whole != null) return whole;
    Matcher parts = layer.matcher(name);
    String part = parts.matches() ? inside.get(parts.group(2)) : null;
    if (part == null)
      throw new IllegalArgumentException("weights: a Llama has no parameter " + name);
    return prefix + parts.group(1) + "." + part;
  }

  private static Map<String, String> inverse(Map<String, String> names) {
    Map<String, String> back = new LinkedHashMap<>();
    names.forEach((key, value) -> back.put(value, key));
    return Map.copyOf(back);
  }
}
