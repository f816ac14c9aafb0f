package dev.ashlar.examples.verify;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.io.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes what this library computed in the format it reads, for another framework to check. */
final class VectorWriter {
  private VectorWriter() {}

  /** Writes the inputs of a file, with the answers of the fused form in float64, as float32. */
  static void write(Path to, VectorFile file, long limitBytes) throws IOException {
    var place = new Verification.Place(null, limitBytes);
    Computation computed = Verification.compute(file, Forms.Form.FUSED, DType.F64, place);
    try (var _ = TensorScope.open()) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (String name : VectorFile.INPUTS) tensors.put(name, file.tensor(name, DType.F32));
      int[] offsets = file.packing().cuSeqlens().stream().mapToInt(n -> n).toArray();
      tensors.put("cu_seqlens", Tensor.of(offsets));
      for (String name : VectorFile.ANSWERS) {
        Shape shape = file.shapes().get(name);
        tensors.put(name, Tensor.of(shape, computed.answers().get(name)).toType(DType.F32));
      }
      if (file.moba().isPresent()) {
        Shape rows = file.shapes().get("q");
        int most = computed.selected().length / file.floats("lse").length;
        tensors.put("selected", Tensor.of(rows.with(2, most), computed.selected()));
      }
      Safetensors.write(to, tensors, notes(file));
    }
  }

  private static Map<String, String> notes(VectorFile file) {
    Map<String, String> notes = new LinkedHashMap<>();
    notes.put("case", file.notes().entries().getOrDefault("case", file.path().getFileName() + ""));
    notes.put("attention", file.moba().isPresent() ? "moba" : "dense_causal");
    notes.put("block_size", file.moba().map(c -> c.blockSize()).orElse(0).toString());
    notes.put("topk", file.moba().map(c -> c.topK()).orElse(0).toString());
    notes.put("heads", Integer.toString(file.shapes().get("q").dim(1)));
    notes.put("kv_heads", Integer.toString(file.shapes().get("k").dim(1)));
    notes.put("head_dim", Integer.toString(file.shapes().get("q").dim(2)));
    notes.put("source", "Ashlar, fused form in float64, rounded to float32");
    return notes;
  }
}
