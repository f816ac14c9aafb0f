package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

class MemoryTest {
  @Test
  void answersATypedErrorBeyondItsLimitAndGoesOn() {
    long limit = 1 << 20;
    try (var memory = Memory.withLimit(limit);
        var _ = TensorScope.open(memory)) {
      Tensor x = Tensor.zeros(DType.F32, 100_000);
      long used = memory.usedBytes();
      var error =
          catchThrowableOfType(TensorMemoryException.class, () -> Tensor.zeros(DType.F32, 200_000));
      assertThat(error.neededBytes()).isBetween(800_000L, 810_000L);
      assertThat(error.usedBytes()).isEqualTo(used);
      assertThat(error.limitBytes()).isEqualTo(limit);
      assertThat(error)
          .hasMessageContaining("out of tensor memory")
          .hasMessageContaining("the limit is 1,048,576");
      assertThat(memory.usedBytes()).isEqualTo(used);
      assertThat(x.plus(1).max().item()).isEqualTo(1);
    }
  }

  @Test
  void sizesThatNoMachineHasAreTypedErrors() {
    try (var memory = Memory.withLimit(Long.MAX_VALUE);
        var _ = TensorScope.open(memory)) {
      int max = Integer.MAX_VALUE;
      assertThatThrownBy(() -> Tensor.zeros(DType.BOOL, max, max))
          .isInstanceOf(TensorMemoryException.class);
      assertThatThrownBy(() -> Tensor.zeros(DType.F64, max, max))
          .isInstanceOf(ShapeException.class)
          .hasMessageContaining("more than 2^63 - 1 elements or bytes");
      assertThatThrownBy(() -> Tensor.zeros(DType.F32, max, 1 << 20))
          .isInstanceOf(TensorMemoryException.class);
    }
  }

  @Test
  void takesAnAllocatorOfTheUsers() {
    try (var allocator = new RootAllocator(10_000_000)) {
      try (var memory = Memory.of(allocator);
          var _ = TensorScope.open(memory)) {
        Tensor x = Tensor.of(1f, 2f, 3f);
        assertThat(x.sum().item()).isEqualTo(6);
        assertThat(allocator.getAllocatedMemory()).isPositive();
        assertThat(memory.limitBytes()).isEqualTo(10_000_000);
        assertThat(memory.peakBytes()).isGreaterThanOrEqualTo(memory.usedBytes());
        assertThatThrownBy(() -> Tensor.zeros(DType.F32, 5_000_000))
            .isInstanceOf(TensorMemoryException.class);
      }
      assertThat(allocator.getAllocatedMemory()).isZero();
    }
  }

  @Test
  void countsWhatIsAlive() {
    try (var memory = Memory.withLimit(Long.MAX_VALUE)) {
      try (var _ = TensorScope.open(memory)) {
        Tensor.of(1f).plus(Tensor.of(2f));
        assertThat(memory.liveCount()).isEqualTo(3);
        assertThat(memory.allocationCount()).isEqualTo(3);
      }
      assertThat(memory.liveCount()).isZero();
      assertThat(memory.usedBytes()).isZero();
      assertThat(memory.allocationCount()).isEqualTo(3);
    }
  }

  @Test
  void dataIsAligned() {
    try (var memory = Memory.withLimit(Long.MAX_VALUE);
        var _ = TensorScope.open(memory)) {
      for (int size : new int[] {0, 1, 7, 1000}) {
        long address = Tensor.zeros(DType.F32, size).operand().data().address();
        assertThat(address % 64).isZero();
      }
    }
  }

  @Test
  void aLeakIsAnErrorThatNamesItsPlaceInDebugMode() {
    assertThat(leakReport(null))
        .contains("memory leak: 2 tensors")
        .contains("-Dashlar.debug=true names where they were made");
    assertThat(leakReport("true"))
        .contains("2 made at")
        .contains("MemoryTest.leak(MemoryTest.java:");
  }

  private static String leakReport(@org.jspecify.annotations.Nullable String debug) {
    String before = System.getProperty(Memory.DEBUG_PROPERTY);
    set(debug);
    Memory memory = Memory.withLimit(Long.MAX_VALUE);
    set(before);
    try (var hold = new Hold()) {
      try (var _ = TensorScope.open(memory)) {
        leak(hold);
      }
      return catchThrowableOfType(TensorLifetimeException.class, memory::close).getMessage();
    } finally {
      memory.close();
    }
  }

  private static void leak(Hold hold) {
    for (int i = 0; i < 2; i++) hold.add(Tensor.of(1f, 2f));
  }

  private static void set(@org.jspecify.annotations.Nullable String debug) {
    if (debug == null) System.clearProperty(Memory.DEBUG_PROPERTY);
    else System.setProperty(Memory.DEBUG_PROPERTY, debug);
  }

  @Test
  void aNegativeLimitIsAnError() {
    assertThatThrownBy(() -> Memory.withLimit(-1)).isInstanceOf(IllegalArgumentException.class);
  }
}
