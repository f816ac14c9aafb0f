package dev.ashlar.autodiff;

import dev.ashlar.tensor.Op;

/**
 * Which numbers of a call its gradient rule reads: the tape keeps them until the backward pass, and
 * lets the rest go. Shapes and element types can be read in any case.
 */
public enum Saved {
  /** None: the operation is linear, and moves or adds. */
  NOTHING(false, false),
  /** Those of the inputs. */
  INPUTS(true, false),
  /** Those of the outputs. */
  OUTPUTS(false, true),
  /** All. */
  ALL(true, true);

  private final boolean inputs;
  private final boolean outputs;

  Saved(boolean inputs, boolean outputs) {
    this.inputs = inputs;
    this.outputs = outputs;
  }

  /** Returns whether inputs are kept. */
  public boolean inputs() {
    return inputs;
  }

  /** Returns whether outputs are kept. */
  public boolean outputs() {
    return outputs;
  }

  /** Returns what the operation's arm in {@link Vjps} reads. */
  static Saved by(Op op) {
    return switch (op) {
      case DifferentiableOp own -> own.saved();
      case Op.Unary unary -> by(unary);
      case Op.Binary binary -> by(binary);
      case Op.Clamp _, Op.Where _, Op.MatMul _ -> INPUTS;
      case Op.Gather _, Op.ScatterAdd _, Op.IndexSelect _, Op.IndexAdd _ -> INPUTS;
      case Op.Softmax _, Op.LogSoftmax _, Op.Sort _, Op.TopK _ -> OUTPUTS;
      case Op.Max _, Op.Min _ -> ALL;
      case Op.Sum _, Op.CumSum _, Op.Cast _ -> NOTHING;
      case Op.View _, Op.Copy _, Op.Concat _, Op.Pad _ -> NOTHING;
      case Op.Source _, Op.Random _, Op.FoldKey _, Op.Not _, Op.Logical _, Op.Compare _ -> NOTHING;
      case Op.ArgMax _, Op.ArgMin _, Op.OneHot _, Op.Custom _ -> NOTHING;
    };
  }

  private static Saved by(Op.Unary op) {
    return switch (op) {
      case Op.Negate _, Op.Floor _, Op.Round _ -> NOTHING;
      case Op.Abs _, Op.Relu _, Op.Cube _, Op.Log _, Op.Log1p _, Op.Sin _, Op.Cos _ -> INPUTS;
      case Op.Silu _, Op.SiluSlope _, Op.GeluTanh _, Op.GeluTanhSlope _ -> INPUTS;
      case Op.Erf _, Op.Gelu _, Op.GeluSlope _ -> INPUTS;
      case Op.Exp _, Op.Expm1 _, Op.Sqrt _, Op.Reciprocal _, Op.Tanh _, Op.Sigmoid _ -> OUTPUTS;
    };
  }

  private static Saved by(Op.Binary op) {
    return switch (op) {
      case Op.Plus _, Op.Minus _ -> NOTHING;
      case Op.Times _, Op.Maximum _, Op.Minimum _ -> INPUTS;
      case Op.Div _, Op.Rem _, Op.Pow _ -> ALL;
    };
  }
}
