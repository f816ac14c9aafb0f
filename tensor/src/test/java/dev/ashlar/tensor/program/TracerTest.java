package dev.ashlar.tensor.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Interpreter;
import dev.ashlar.tensor.NoLeaks;
import dev.ashlar.tensor.Tensor;
import dev.ashlar.tensor.TensorLifetimeException;
import dev.ashlar.tensor.TensorScope;
import dev.ashlar.tensor.TracingException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeaks.class)
final class TracerTest {
  private record Layer(Tensor weight, List<Tensor> biases, double scale) {}

  @Test
  void aProgramReadsLikeAListing() {
    var layer = new Layer(Tensor.zeros(DType.F32, 4, 8), List.of(Tensor.zeros(DType.F32, 8)), 0.5);
    Tensor x = Tensor.ones(DType.F32, 3, 4);
    try (var trace =
        Tracer.trace(
            layer, l -> x.matmul(l.weight()).plus(l.biases().getFirst()).times(l.scale()).sum(0))) {
      assertThat(trace.program().toString().lines())
          .containsExactly(
              "%0 = input weight : F32[4, 8]",
              "%1 = input biases.0 : F32[8]",
              "%2 = constant : F32[3, 4]",
              "%3 = matmul(%2, %0) : F32[3, 8]",
              "%4 = plus(%3, %1) : F32[3, 8]",
              "%5 = fill[spec=F32[], value=0.5]() : F32[]",
              "%6 = times(%4, %5) : F32[3, 8]",
              "%7 = sum[axes=[0], keepAxes=false](%6) : F32[8]",
              "return %7");
    }
  }

  @Test
  void viewsOfAnyLayoutAreRecordedAsEagerComputationMakesThem() {
    Tensor x = Tensor.zeros(DType.F32, 2, 3);
    try (var trace = Tracer.trace(x, t -> t.transpose().reshape(6).plus(1))) {
      assertThat(trace.program().toString())
          .contains(
              "%1 = permute[axes=[1, 0]](%0) : F32[3, 2]",
              "%2 = copy(%1) : F32[3, 2]", "%3 = reshape[shape=[6]](%2) : F32[6]");
    }
  }

  @Test
  void readingANumberIsAnErrorThatNamesThePlace() {
    List<Function<Tensor, ?>> readers =
        List.of(
            Tensor::toFloats,
            Tensor::toDoubles,
            Tensor::toLongs,
            Tensor::toBooleans,
            Tensor::item,
            x -> x.read(operand -> operand.getDouble(0)));
    Tensor x = Tensor.of(1f);
    for (Function<Tensor, ?> reader : readers) {
      assertThatThrownBy(
              () ->
                  Tracer.trace(
                      x,
                      t -> {
                        reader.apply(t.plus(1));
                        return t;
                      }))
          .isInstanceOf(TracingException.class)
          .hasMessageContaining("F32[1] has no numbers while a program is traced")
          .hasMessageContaining("where(...)")
          .hasMessageContaining("TracerTest.java:");
    }
  }

  @Test
  void aBranchOnANumberIsAnError() {
    Tensor x = Tensor.of(1f);
    assertThatThrownBy(() -> Tracer.trace(x, t -> t.sum().item() > 0 ? t : t.unaryMinus()))
        .isInstanceOf(TracingException.class);
  }

  @Test
  void aTracedTensorSaysWhatItIs() {
    var seen = new ArrayList<String>();
    Tracer.trace(Tensor.of(1f, 2f), t -> seen(seen, t)).close();
    assertThat(seen).containsExactly("F32[2] (being traced)");
  }

  private static Tensor seen(List<String> seen, Tensor t) {
    seen.add(t.toString());
    return t;
  }

  @Test
  void whatIsKnownMayBeComputedEagerlyMeanwhile() {
    Tensor table = Tensor.of(1f, 2f);
    Tensor x = Tensor.of(10f, 20f);
    try (var step =
        Compiled.of(
            (Tensor t) -> {
              double sum = Interpreter.eager().during(() -> table.times(2).sum().item());
              return t.times(sum);
            })) {
      assertThat(step.call(x).toFloats()).containsExactly(60, 120);
    }
  }

  @Test
  void lifetimesHoldWhileTracing() {
    Tensor x = Tensor.of(1f);
    assertThatThrownBy(
            () ->
                Tracer.trace(
                    x,
                    t -> {
                      Tensor gone;
                      try (var _ = TensorScope.open()) {
                        gone = t.plus(1);
                      }
                      return gone.plus(1);
                    }))
        .isInstanceOf(TensorLifetimeException.class)
        .hasMessageContaining("use after free");
    assertThatThrownBy(() -> Tracer.trace(x, t -> AddInPlace.of(t, t.plus(1)).plus(t)))
        .isInstanceOf(TensorLifetimeException.class)
        .hasMessageContaining("use after donation");
    assertThatThrownBy(
            () ->
                Tracer.trace(
                    x,
                    t -> {
                      Tensor view = t.reshape(1, 1);
                      AddInPlace.of(t, t.plus(1));
                      return view;
                    }))
        .isInstanceOf(TensorLifetimeException.class)
        .hasMessageContaining("use after donation");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aConstantIsNotUpdatedInPlace(boolean view) {
    Tensor outside = Tensor.of(1f);
    Tensor x = Tensor.of(1f);
    assertThatThrownBy(
            () -> Tracer.trace(x, t -> AddInPlace.of(view ? outside.reshape(1) : outside, t)))
        .isInstanceOf(TracingException.class)
        .hasMessageContaining("a constant of the program; pass it to the function as an input");
    assertThat(outside.toFloats()).containsExactly(1);
  }

  @Test
  void aTensorOfAnotherTraceIsAnError() {
    Tensor x = Tensor.of(1f);
    assertThatThrownBy(
            () ->
                Tracer.trace(
                    x,
                    t -> {
                      Tracer.trace(x, u -> u.plus(t)).close();
                      return t;
                    }))
        .isInstanceOf(TracingException.class)
        .hasMessageContaining("plus: F32[1] belongs to the trace of another program");
  }

  @Test
  void otherThreadsDoNotTakePart() {
    Tensor x = Tensor.of(1f);
    assertThatThrownBy(
            () -> Tracer.trace(x, t -> CompletableFuture.supplyAsync(() -> added(t)).join()))
        .hasRootCauseInstanceOf(TracingException.class);
  }

  private static Tensor added(Tensor t) {
    try (var _ = TensorScope.open()) {
      return t.plus(1);
    }
  }

  @Test
  void constantsStayUntilTheTraceIsClosed() {
    Trace<Tensor> trace;
    Tensor x = Tensor.of(1f, 2f);
    try (var _ = TensorScope.open()) {
      Tensor outside = Tensor.of(3f, 4f);
      trace = Tracer.trace(x, t -> t.plus(outside).plus(Tensor.of(5f, 6f)));
    }
    assertThat(trace.program().constants()).hasSize(2);
    try (var runnable = ProgramExecutor.cpu().compile(trace.program())) {
      assertThat(runnable.run(List.of(x)).getFirst().toFloats()).containsExactly(9, 12);
      trace.close();
      assertThatThrownBy(() -> runnable.run(List.of(x)))
          .isInstanceOf(TensorLifetimeException.class);
    }
  }

  @Test
  void aConstantIsAnsweredAsACopy() {
    Tensor outside = Tensor.of(3f, 4f);
    try (var step = Compiled.of((Tensor t) -> List.of(outside, outside.reshape(2, 1), t))) {
      Tensor x = Tensor.of(1f);
      List<Tensor> results = step.call(x);
      AddInPlace.of(results.get(0), results.get(1).reshape(2).copy());
      assertThat(step.call(x).get(0).toFloats()).containsExactly(3, 4);
      assertThat(results.get(2)).isSameAs(x);
    }
  }

  @Test
  void eagerPeakFollowsTheScopesOfTheFunction() {
    Tensor x = Tensor.zeros(DType.F32, 256);
    try (var flat = Tracer.trace(x, t -> t.plus(t).plus(t).plus(t));
        var tidy = Tracer.trace(x, t -> TensorScope.tidy(() -> t.plus(t).plus(t)).plus(t))) {
      assertThat(flat.eagerPeakBytes()).isEqualTo(3 * 1024);
      assertThat(tidy.eagerPeakBytes()).isEqualTo(2 * 1024);
    }
  }
}
