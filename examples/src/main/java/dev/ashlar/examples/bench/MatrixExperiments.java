package dev.ashlar.examples.bench;

import dev.ashlar.tensor.DType;
import dev.ashlar.tensor.Key;
import dev.ashlar.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Matrix products: square, of attention, and of a model with its transposes. */
final class MatrixExperiments {
  private static final int DIM = 256;
  private static final int HIDDEN = 704;
  private static final int VOCABULARY = 4096;

  private MatrixExperiments() {}

  static List<Experiment> of(Sizes sizes) {
    List<Experiment> all = new ArrayList<>();
    for (int n : sizes.squares()) all.add(product("square", n, n, n, Form.PLAIN));
    all.add(product("scores of a tile", 128, 64, 128, Form.RIGHT_TRANSPOSED));
    all.add(product("scores", 512, 64, 512, Form.RIGHT_TRANSPOSED));
    all.add(product("values", 512, 512, 64, Form.PLAIN));
    int rows = sizes.rows();
    all.add(product("x W^T, projection", rows, DIM, DIM, Form.RIGHT_TRANSPOSED));
    all.add(product("x W^T, up", rows, DIM, HIDDEN, Form.RIGHT_TRANSPOSED));
    all.add(product("x W^T, down", rows, HIDDEN, DIM, Form.RIGHT_TRANSPOSED));
    all.add(product("x W^T, logits", rows, DIM, VOCABULARY, Form.RIGHT_TRANSPOSED));
    all.add(product("dX = dY W, up", rows, HIDDEN, DIM, Form.PLAIN));
    all.add(product("dW = dY^T x, up", HIDDEN, rows, DIM, Form.LEFT_TRANSPOSED));
    all.add(product("x W^T, one token", 1, DIM, VOCABULARY, Form.RIGHT_TRANSPOSED));
    return all;
  }

  private enum Form {
    PLAIN,
    LEFT_TRANSPOSED,
    RIGHT_TRANSPOSED
  }

  private static Experiment product(String name, int m, int k, int n, Form form) {
    String named = "%s %d x %d x %d".formatted(name, m, k, n);
    return new Experiment(
        Section.MATMUL,
        m,
        () -> {
          Tensor left = form == Form.LEFT_TRANSPOSED ? normal(k, m).transpose(0, 1) : normal(m, k);
          Tensor right =
              form == Form.RIGHT_TRANSPOSED ? normal(n, k).transpose(0, 1) : normal(k, n);
          return List.of(new Work(named, 2.0 * m * k * n, () -> left.matmul(right)));
        });
  }

  private static Tensor normal(int rows, int columns) {
    return Tensor.normal(Key.of(rows), DType.F32, rows, columns);
  }
}
