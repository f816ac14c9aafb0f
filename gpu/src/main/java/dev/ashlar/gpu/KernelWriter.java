package dev.ashlar.gpu;

import static java.lang.constant.ConstantDescs.CD_Integer;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.MTD_void;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Layout;
import dev.ashlar.tensor.Op;
import dev.ashlar.tensor.Shape;
import dev.ashlar.tensor.program.Program.Step;
import dev.ashlar.tensor.program.Program.Value;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * Writes the kernel of a {@link Fused} step as bytecode: one work item loads what it needs, calls
 * the functions of {@link ElementCode} one after another, and stores the results. Sizes, strides
 * and numbers are constants of the code, so that a device divides by none that it does not know.
 */
final class KernelWriter {
  private static final ClassDesc SELF = desc(FusedKernel.class);
  private static final ClassDesc CONTEXT = desc(KernelContext.class);
  private static final String NAME = "fusedKernel";

  private final Tasks tasks;
  private final Fused fused;
  private final Map<Value, Place> places = new HashMap<>();
  private final List<TornadoNativeArray> arrays = new ArrayList<>();
  private final int size;

  /** What was loaded, and is in a variable. */
  private record Load(Value value, Shape shape, int entry) {}

  KernelWriter(Tasks tasks, Fused fused, List<Place> in, List<Place> out) {
    this.tasks = tasks;
    this.fused = fused;
    this.size = out.getFirst().size();
    for (int i = 0; i < in.size(); i++) put(fused.inputs().get(i), in.get(i));
    for (int i = 0; i < out.size(); i++) put(fused.outputs().get(i), out.get(i));
    if (fused.canFail()) arrays.add(tasks.faultNumbers());
  }

  private void put(Value value, Place place) {
    places.put(value, place);
    if (arrays.stream().noneMatch(array -> array == place.array())) arrays.add(place.array());
  }

  /** Returns the arrays that the kernel takes, after its context. */
  List<TornadoNativeArray> arrays() {
    return arrays;
  }

  /** Returns the class file. */
  byte[] write() {
    List<ClassDesc> parameters = new ArrayList<>();
    parameters.add(CONTEXT);
    for (TornadoNativeArray array : arrays) parameters.add(desc(array.getClass()));
    MethodTypeDesc kernel = MethodTypeDesc.of(CD_void, parameters);
    var objects = Collections.nCopies(parameters.size(), CD_Object);
    return ClassFile.of()
        .build(
            SELF,
            type ->
                type.withFlags(ClassFile.ACC_PUBLIC | ClassFile.ACC_FINAL | ClassFile.ACC_SUPER)
                    .withInterfaceSymbols(desc(GeneratedKernel.shape(parameters.size())))
                    // First, for TornadoVM wants the kernel among the first constants.
                    .withMethodBody(
                        "apply",
                        MethodTypeDesc.of(CD_void, objects),
                        ClassFile.ACC_PUBLIC,
                        code -> pass(code, parameters, kernel))
                    .withMethodBody(
                        "<init>",
                        MTD_void,
                        ClassFile.ACC_PUBLIC,
                        code ->
                            code.aload(0).invokespecial(CD_Object, "<init>", MTD_void).return_())
                    .withMethodBody(
                        NAME,
                        kernel,
                        ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                        code -> new Body(code).write()));
  }

  private static void pass(CodeBuilder code, List<ClassDesc> parameters, MethodTypeDesc kernel) {
    for (int i = 0; i < parameters.size(); i++) code.aload(i + 1).checkcast(parameters.get(i));
    code.invokestatic(SELF, NAME, kernel).return_();
  }

  private static ClassDesc desc(Class<?> type) {
    return type.describeConstable().orElseThrow();
  }

  private static ClassDesc number(DType dtype) {
    return desc(ElementCode.type(dtype));
  }

  private static TypeKind kind(DType dtype) {
    return TypeKind.from(number(dtype));
  }

  /** The kernel's code. */
  private final class Body {
    private final CodeBuilder code;
    private final int item;
    private final Map<Value, Integer> results = new HashMap<>();
    private final Map<Load, Integer> loads = new HashMap<>();

    Body(CodeBuilder code) {
      this.code = code;
      this.item = code.allocateLocal(TypeKind.INT);
    }

    void write() {
      Label start = code.newBoundLabel();
      Label end = code.newLabel();
      Label beyond = code.newLabel();
      // TornadoVM needs to know the parameters' names.
      code.localVariable(0, "c", CONTEXT, start, end);
      for (int i = 0; i < arrays.size(); i++) {
        code.localVariable(1 + i, "x" + i, desc(arrays.get(i).getClass()), start, end);
      }
      code.aload(0).getfield(CONTEXT, "globalIdx", CD_Integer);
      code.invokevirtual(CD_Integer, "intValue", MethodTypeDesc.of(CD_int)).istore(item);
      code.iload(item).loadConstant(size).if_icmpge(beyond);
      fused.steps().forEach(this::compute);
      fused.outputs().forEach(this::store);
      code.labelBinding(beyond).return_().labelBinding(end);
    }

    private void compute(Step step) {
      if (step.op() instanceof Op.View) {
        results.put(step.outputs().getFirst(), results.get(step.inputs().getFirst()));
        return;
      }
      List<ElementCode> codes = ElementCode.of(step).orElseThrow();
      // In reverse: a result may be made of later ones.
      for (int i = codes.size() - 1; i >= 0; i--) {
        Value result = step.outputs().get(i);
        for (ElementCode.Part part : codes.get(i).parts()) push(part, step, result.spec().shape());
        var function = codes.get(i).function();
        List<ClassDesc> types = new ArrayList<>();
        for (Class<?> type : function.getParameterTypes()) types.add(desc(type));
        var signature = MethodTypeDesc.of(desc(function.getReturnType()), types);
        code.invokestatic(desc(function.getDeclaringClass()), function.getName(), signature);
        results.put(result, keep(result.spec().dtype()));
      }
    }

    /** Keeps what is on the stack in a variable. */
    private int keep(DType dtype) {
      int variable = code.allocateLocal(kind(dtype));
      code.storeLocal(kind(dtype), variable);
      return variable;
    }

    private void push(ElementCode.Part part, Step step, Shape shape) {
      switch (part) {
        case ElementCode.Constant(ConstantDesc value) -> code.loadConstant(value);
        case ElementCode.Index _ -> code.iload(item);
        case ElementCode.Fault(String what) -> {
          array(tasks.faultNumbers());
          code.loadConstant(tasks.fault(what, _ -> new ArithmeticException(what)));
        }
        case ElementCode.Result(int number) -> variable(step.outputs().get(number));
        case ElementCode.Input(int number) -> input(step.inputs().get(number), shape);
        case ElementCode.Entry(int number, int index) -> {
          Value vector = step.inputs().get(number);
          Layout layout = places.get(vector).layout();
          long at = layout.offsetElements() + index * layout.strideElements(0);
          load(new Load(vector, shape, index), () -> code.loadConstant(Math.toIntExact(at)));
        }
      }
    }

    private void input(Value value, Shape shape) {
      Number number = fused.numbers().get(value);
      if (number != null) {
        constant(number, value.spec().dtype());
      } else if (results.containsKey(value)) {
        variable(value);
      } else {
        Layout layout = places.get(value).layout().expand(shape);
        load(new Load(value, shape, -1), () -> index(layout));
      }
    }

    private void constant(Number number, DType dtype) {
      switch (dtype) {
        case F32, BOOL -> code.loadConstant(number.floatValue());
        case F64 -> code.loadConstant(number.doubleValue());
        case I32 -> code.loadConstant(number.intValue());
        case I64 -> code.loadConstant(number.longValue());
        case BF16 -> throw new IllegalStateException("no kernel for " + dtype);
      }
    }

    private void variable(Value value) {
      code.loadLocal(kind(value.spec().dtype()), results.get(value));
    }

    private void load(Load what, Runnable index) {
      DType dtype = what.value.spec().dtype();
      Integer variable = loads.get(what);
      if (variable == null) {
        array(places.get(what.value).array());
        index.run();
        ClassDesc array = desc(places.get(what.value).array().getClass());
        code.invokevirtual(array, "get", MethodTypeDesc.of(number(dtype), CD_int));
        variable = keep(dtype);
        loads.put(what, variable);
      }
      code.loadLocal(kind(dtype), variable);
    }

    private void array(TornadoNativeArray array) {
      for (int i = 0; i < arrays.size(); i++) if (arrays.get(i) == array) code.aload(1 + i);
    }

    private void store(Value value) {
      Place place = places.get(value);
      array(place.array());
      if (place.isRowMajor()) code.iload(item);
      else index(place.layout());
      variable(value);
      ClassDesc array = desc(place.array().getClass());
      DType dtype = value.spec().dtype();
      code.invokevirtual(array, "set", MethodTypeDesc.of(CD_void, CD_int, number(dtype)));
    }

    /** Pushes where the work item's element of a layout lies. */
    private void index(Layout layout) {
      int[] dims = layout.shape().dims();
      long[] strides = layout.strideElements();
      int rank = Geometry.joined(dims, new long[][] {strides});
      code.loadConstant(Math.toIntExact(layout.offsetElements()));
      int rest = item;
      for (int axis = rank - 1; axis >= 0; axis--) {
        int above = rest;
        if (axis > 0) {
          above = code.allocateLocal(TypeKind.INT);
          code.iload(rest).loadConstant(dims[axis]).idiv().istore(above);
        }
        if (strides[axis] != 0) {
          code.iload(rest);
          if (axis > 0) code.iload(above).loadConstant(dims[axis]).imul().isub();
          code.loadConstant(Math.toIntExact(strides[axis])).imul().iadd();
        }
        rest = above;
      }
    }
  }
}
