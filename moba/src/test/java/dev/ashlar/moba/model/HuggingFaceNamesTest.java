package dev.ashlar.moba.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorTree;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
final class HuggingFaceNamesTest {
  @Test
  void everyParameterHasANameAndComesBack() {
    Decoder decoder = Models.decoder(Models.config(), DType.F32);
    for (String path : TensorTree.named(decoder).keySet()) {
      assertThat(HuggingFaceNames.path(HuggingFaceNames.of(path))).isEqualTo(path);
    }
  }

  @Test
  void usesLlamasNames() {
    assertThat(HuggingFaceNames.named(Models.decoder(Models.config(), DType.F32)).keySet())
        .hasSize(2 * 9 + 3)
        .contains(
            "model.embed_tokens.weight",
            "model.layers.0.self_attn.q_proj.weight",
            "model.layers.0.self_attn.k_proj.weight",
            "model.layers.0.self_attn.v_proj.weight",
            "model.layers.1.self_attn.o_proj.weight",
            "model.layers.1.input_layernorm.weight",
            "model.layers.1.post_attention_layernorm.weight",
            "model.layers.1.mlp.gate_proj.weight",
            "model.layers.1.mlp.up_proj.weight",
            "model.layers.1.mlp.down_proj.weight",
            "model.norm.weight",
            "lm_head.weight");
  }

  @Test
  void loadsWhatItNamed() {
    Decoder one = Models.decoder(Models.config(), DType.F32);
    Decoder other = Decoder.init(Models.config(), Key.of(99), DType.F32);
    Decoder loaded = HuggingFaceNames.load(other, HuggingFaceNames.named(one));
    assertThat(TensorTree.leaves(loaded)).isEqualTo(TensorTree.leaves(one));
  }

  @Test
  void saysWhichParameterDoesNotFit() {
    Decoder decoder = Models.decoder(Models.config(), DType.F32);
    Map<String, Tensor> named = new LinkedHashMap<>(HuggingFaceNames.named(decoder));
    Tensor norm = named.remove("model.norm.weight");
    assertThatThrownBy(() -> HuggingFaceNames.load(decoder, named))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weights: model.norm.weight is missing");
    named.put("model.norm.weight", Tensor.ones(DType.F32, 9));
    assertThatThrownBy(() -> HuggingFaceNames.load(decoder, named))
        .hasMessage("weights: model.norm.weight is F32[9], the configuration wants F32[8]");
    named.put("model.norm.weight", norm);
    named.put("model.layers.2.input_layernorm.weight", norm);
    assertThatThrownBy(() -> HuggingFaceNames.load(decoder, named))
        .hasMessageContaining("no place for [model.layers.2.input_layernorm.weight]");
    assertThatThrownBy(() -> HuggingFaceNames.of("layers.0.bias"))
        .hasMessage("weights: a Llama has no parameter layers.0.bias");
  }
}
