package dev.ashlar.examples.bench;

import dev.ashlar.autodiff.Grad;
import dev.ashlar.moba.Moba;
import dev.ashlar.moba.MobaConfig;
import dev.ashlar.moba.Packing;
import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Dense attention by itself, and block attention beside it: forward, and with its gradients. */
final class AttentionExperiments {
  private static final int HEADS = 4;
  private static final int HEAD_DIM = 64;
  private static final List<MobaConfig> CONFIGS =
      List.of(new MobaConfig(512, 3), new MobaConfig(128, 8));

  private AttentionExperiments() {}

  static List<Experiment> dense(List<Integer> lengths) {
    List<Experiment> all = new ArrayList<>();
    for (Pass pass : Pass.values()) {
      for (int n : lengths) {
        all.add(new Experiment(Section.ATTENTION, n, () -> List.of(new Inputs(n).dense(pass))));
      }
    }
    return all;
  }

  static List<Experiment> moba(List<Integer> lengths) {
    List<Experiment> all = new ArrayList<>();
    for (Pass pass : Pass.values()) {
      for (int n : lengths) {
        all.add(new Experiment(Section.MOBA, n, () -> new Inputs(n).denseAndMoba(pass)));
      }
    }
    return all;
  }

  private enum Pass {
    FORWARD("forward", 4),
    BOTH("forward+backward", 14);

    private final String title;

    /** Operations for each visible pair and number of a head: forward 4, backward 10. */
    private final double flops;

    Pass(String title, double flops) {
      this.title = title;
      this.flops = flops;
    }
  }

  private record Attention(Tensor query, Tensor key, Tensor value) {}

  private static final class Inputs {
    private final int length;
    private final Packing packing;
    private final Attention inputs;
    private final Tensor dOut;

    Inputs(int length) {
      this.length = length;
      this.packing = Packing.of(length);
      this.inputs = new Attention(normal(0), normal(1), normal(2));
      this.dOut = normal(3);
    }

    private Tensor normal(long number) {
      return Tensor.normal(Key.of(number), DType.F32, length, HEADS, HEAD_DIM);
    }

    List<Work> denseAndMoba(Pass pass) {
      List<Work> works = new ArrayList<>(List.of(dense(pass)));
      for (MobaConfig config : CONFIGS) works.add(moba(pass, config));
      return works;
    }

    Work dense(Pass pass) {
      return work("dense", pass, Pairs.dense(length), 0, this::dense);
    }

    private Tensor dense(Attention in) {
      return Moba.dense(in.query(), in.key(), in.value(), packing);
    }

    private Work moba(Pass pass, MobaConfig config) {
      double pairs = Pairs.moba(length, config);
      return work(
          config.blockSize() + "/" + config.topK(),
          pass,
          pairs,
          Pairs.ideal(length, config, pass == Pass.BOTH),
          in -> Moba.attention(in.query(), in.key(), in.value(), packing, config));
    }

    private Work work(
        String name, Pass pass, double pairs, double ideal, Function<Attention, Tensor> attention) {
      Runnable body =
          switch (pass) {
            case FORWARD -> () -> attention.apply(inputs);
            case BOTH ->
                () -> Grad.valueAndGrad(inputs, in -> attention.apply(in).times(dOut).sum());
          };
      double flops = pass.flops * HEADS * HEAD_DIM * pairs;
      return new Work(name + ", " + pass.title, flops, body).withIdeal(ideal);
    }
  }
}
