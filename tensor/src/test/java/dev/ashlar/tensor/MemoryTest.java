package dev.ashlar.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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
  void keepsWhatIsGivenBackForTensorsOfTheSameSize() {
    try (var memory = Memory.withLimit(Long.MAX_VALUE)) {
      long first = addressOf(memory, 100_000);
      long kept = memory.keptBytes();
      assertThat(kept).isEqualTo(memory.peakBytes()).isPositive();
      assertThat(memory.usedBytes()).isZero();
      assertThat(addressOf(memory, 100_000)).isEqualTo(first);
      assertThat(memory.keptBytes()).isEqualTo(kept);
      memory.trim();
      assertThat(memory.keptBytes()).isZero();
    }
  }

  private static long addressOf(Memory memory, int size) {
    try (var _ = TensorScope.open(memory)) {
      return Tensor.zeros(DType.F32, size).operand().data().address();
    }
  }

  @Test
  void inUseAndKeptExceedTheMostThatWasInUseByNoMoreThanAQuarter() {
    Key key = Key.of(5);
    try (var memory = Memory.withLimit(Long.MAX_VALUE)) {
      for (int round = 0; round < 200; round++) {
        try (var _ = TensorScope.open(memory)) {
          for (int i = 0; i < 1 + round % 5; i++) {
            Tensor.zeros(DType.F32, (int) (1 + 40_000 * key.uniform(8L * round + i)));
            assertThat(memory.usedBytes() + memory.keptBytes())
                .isLessThanOrEqualTo(memory.peakBytes() / 4 * 5);
          }
        }
      }
      assertThat(memory.keptBytes()).isPositive();
    }
  }

  @Test
  void whatIsKeptMakesRoomForOtherSizes() {
    try (var memory = Memory.withLimit(1 << 20)) {
      addressOf(memory, 200_000);
      assertThat(memory.keptBytes()).isGreaterThan(800_000);
      addressOf(memory, 220_000);
      assertThat(memory.peakBytes()).isLessThanOrEqualTo(1 << 20);
      assertThat(memory.keptBytes()).isBetween(880_000L, 1L << 20);
    }
  }

  @Test
  void keepsNothingOfAnAllocatorOfTheUsersOrWhenToldSo() {
    try (var allocator = new RootAllocator()) {
      try (var memory = Memory.of(allocator)) {
        addressOf(memory, 1000);
        assertThat(memory.keptBytes()).isZero();
        assertThat(allocator.getAllocatedMemory()).isZero();
      }
    }
    System.setProperty(Memory.RECYCLE_PROPERTY, "false");
    try (var memory = Memory.withLimit(Long.MAX_VALUE)) {
      addressOf(memory, 1000);
      assertThat(memory.keptBytes()).isZero();
    } finally {
      System.clearProperty(Memory.RECYCLE_PROPERTY);
    }
  }

  @Test
  void threadsShareWhatIsKept() throws InterruptedException {
    try (var memory = Memory.withLimit(Long.MAX_VALUE)) {
      List<Thread> threads = new ArrayList<>();
      List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
      for (int number = 1; number <= 4; number++) {
        int value = number;
        Thread thread =
            Thread.ofPlatform()
                .uncaughtExceptionHandler((_, e) -> failures.add(e))
                .start(() -> fillAndCheck(memory, value));
        threads.add(thread);
      }
      for (Thread thread : threads) thread.join();
      assertThat(failures).isEmpty();
      assertThat(memory.liveCount()).isZero();
    }
  }

  private static void fillAndCheck(Memory memory, int value) {
    for (int i = 0; i < 500; i++) {
      try (var _ = TensorScope.open(memory)) {
        Tensor x = Tensor.full(DType.F32, value, 1000 + 1000 * (i % 3));
        Tensor y = Tensor.full(DType.F32, -value, 1000);
        assertThat(x.min().item()).isEqualTo(value);
        assertThat(y.max().item()).isEqualTo(-value);
      }
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
