package dev.ashlar.examples.bench;

import java.util.List;
import java.util.function.Supplier;

/**
 * Works that are timed in turns. If one is to be compared with dense attention, the first is that.
 *
 * @param size what stands in the table's column of sizes: a sequence's length, or rows of a matrix
 * @param setUp makes the works, with their tensors in the innermost scope
 */
record Experiment(Section section, int size, Supplier<List<Work>> setUp) {}
