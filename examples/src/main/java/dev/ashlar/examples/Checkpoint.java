package dev.ashlar.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ashlar.autodiff.optim.AdamW;
import dev.ashlar.moba.model.Decoder;
import dev.ashlar.moba.model.DecoderConfig;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorTree;
import dev.ashlar.tensor.io.Safetensors;
import dev.ashlar.tensor.io.SafetensorsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything from which training goes on as if it had never stopped. On disk a folder: the model as
 * {@link LlamaFolder} keeps it, {@code trainer.safetensors} with the optimizer's tensors, and
 * {@code trainer.json} with all numbers and with the hash of both safetensors files.
 *
 * @param model the model, with the attention of the next step
 * @param optimizer AdamW's state
 * @param position where training and its report stand
 * @param options what the run was started with, by option name
 */
record Checkpoint(
    LlamaFolder model,
    AdamW.State<Decoder> optimizer,
    Position position,
    Map<String, String> options) {
  private static final String TRAINER = "trainer.json";
  private static final String OPTIMIZER = "trainer.safetensors";
  private static final int VERSION = 1;

  /**
   * Where training stands.
   *
   * @param step updates done
   * @param nextBatch the number of the next batch: the position in the data
   * @param random what random numbers come from
   * @param corpus the hash of the text
   * @param lossSum the sum of training losses since the last evaluation
   * @param lossCount how many they are
   */
  record Position(
      long step, long nextBatch, Key random, String corpus, double lossSum, long lossCount) {}

  /** Writes the files into a folder. */
  void write(Path folder) throws IOException {
    model.write(folder);
    Safetensors.write(folder.resolve(OPTIMIZER), TensorTree.named(optimizer), Map.of());
    ObjectNode json = LlamaFolder.JSON.createObjectNode();
    json.put("version", VERSION);
    json.put("step", position.step());
    json.put("optimizer_step", optimizer.step());
    json.putObject("random")
        .put("seed", position.random().seed())
        .put("stream", position.random().stream());
    json.putObject("data")
        .put("next_batch", position.nextBatch())
        .put("corpus_sha256", position.corpus());
    json.putObject("train_loss").put("sum", position.lossSum()).put("count", position.lossCount());
    ObjectNode named = json.putObject("options");
    options.forEach(named::put);
    json.putObject("sha256")
        .put(LlamaFolder.WEIGHTS, hash(folder.resolve(LlamaFolder.WEIGHTS)))
        .put(OPTIMIZER, hash(folder.resolve(OPTIMIZER)));
    LlamaFolder.writeJson(folder.resolve(TRAINER), json);
  }

  /** Returns the options of a checkpoint's run, by option name. */
  static Map<String, String> options(Path folder) {
    return reading(folder, () -> options(json(folder)));
  }

  private static Map<String, String> options(JsonNode json) {
    Map<String, String> options = new LinkedHashMap<>();
    json.path("options").properties().forEach(e -> options.put(e.getKey(), e.getValue().asText()));
    return options;
  }

  /**
   * Returns the checkpoint in a folder; its tensors belong to the innermost scope.
   *
   * @param optimizer the optimizer whose state it holds
   * @throws CommandException if a file is missing or damaged
   */
  static Checkpoint read(Path folder, AdamW optimizer) {
    return reading(
        folder,
        () -> {
          JsonNode json = json(folder);
          Position position = position(json);
          check(folder, LlamaFolder.WEIGHTS, json);
          check(folder, OPTIMIZER, json);
          LlamaFolder model = LlamaFolder.read(folder);
          AdamW.State<Decoder> state = state(folder, optimizer.init(model.decoder()));
          return new Checkpoint(
              model,
              new AdamW.State<>(
                  state.firstMoment(),
                  state.secondMoment(),
                  JsonFields.count(json, "optimizer_step")),
              position,
              options(json));
        });
  }

  /** Throws CommandException unless the model is the one that the run's options describe. */
  void requireModel(Path folder, DecoderConfig wanted) {
    DecoderConfig found = model.decoder().config();
    if (!found.equals(wanted)) {
      throw damaged(
          folder, LlamaFolder.CONFIG, "it is not of the options in %s".formatted(TRAINER));
    }
  }

  /** Throws CommandException unless the run's text is the one this was trained on. */
  void requireText(TrainingText text) {
    if (!position.corpus().equals(text.hash())) {
      throw new CommandException(
          "--data: this is not the text that the checkpoint of step %d was trained on; name that"
              + " one",
          position.step());
    }
  }

  /** Returns the model alone; its tensors belong to the innermost scope. */
  static LlamaFolder readModel(Path folder) {
    return reading(
        folder,
        () -> {
          if (Files.exists(folder.resolve(TRAINER)))
            check(folder, LlamaFolder.WEIGHTS, json(folder));
          return LlamaFolder.read(folder);
        });
  }

  private static Position position(JsonNode json) {
    JsonNode random = json.path("random");
    JsonNode data = json.path("data");
    JsonNode loss = json.path("train_loss");
    return new Position(
        JsonFields.count(json, "step"),
        JsonFields.count(data, "next_batch"),
        new Key(JsonFields.bits(random, "seed"), JsonFields.bits(random, "stream")),
        JsonFields.text(data, "corpus_sha256"),
        JsonFields.number(loss, "sum"),
        JsonFields.count(loss, "count"));
  }

  private static AdamW.State<Decoder> state(Path folder, AdamW.State<Decoder> like)
      throws IOException {
    Map<String, Tensor> stored = Safetensors.read(folder.resolve(OPTIMIZER));
    return TensorTree.mapNamed(
        like,
        (path, tensor) -> {
          Tensor found = stored.get(path);
          if (found == null || !found.spec().equals(tensor.spec())) {
            throw damaged(folder, OPTIMIZER, "it lacks %s %s".formatted(path, tensor.spec()));
          }
          return found.copy();
        });
  }

  private static JsonNode json(Path folder) throws IOException {
    JsonNode json = LlamaFolder.readJson(folder.resolve(TRAINER));
    int version = json.path("version").asInt();
    if (version != VERSION) {
      throw new CommandException(
          "%s: has version %d, this program reads %d", folder.resolve(TRAINER), version, VERSION);
    }
    return json;
  }

  private static void check(Path folder, String file, JsonNode json) throws IOException {
    String noted = json.path("sha256").path(file).asText();
    if (!noted.equals(hash(folder.resolve(file)))) {
      throw damaged(folder, file, "its bytes are not those that were written");
    }
  }

  private static CommandException damaged(Path folder, String file, String what) {
    return new CommandException(
        "%s is damaged: %s; use another checkpoint of %s",
        folder.resolve(file), what, folder.toAbsolutePath().getParent());
  }

  /** Returns the SHA-256 of a file. */
  private static String hash(Path file) throws IOException {
    try (InputStream in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(((DigestInputStream) in).getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private interface Reading<R> {
    R now() throws IOException;
  }

  /** Turns what reading can throw into one line that names the checkpoint. */
  private static <R> R reading(Path folder, Reading<R> reading) {
    try {
      return reading.now();
    } catch (java.nio.file.NoSuchFileException e) {
      throw new CommandException("checkpoint %s is not whole: %s is missing", folder, e.getFile());
    } catch (AccessDeniedException e) {
      throw new CommandException(
          "checkpoint %s cannot be read: access to %s denied", folder, e.getFile());
    } catch (IOException | java.io.UncheckedIOException | SafetensorsException e) {
      throw new CommandException("checkpoint %s cannot be read: %s", folder, e.getMessage());
    } catch (IllegalArgumentException e) {
      throw new CommandException("checkpoint %s is damaged: %s", folder, e.getMessage());
    }
  }
}
