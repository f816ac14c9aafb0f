/**
 * {@code ashlar bench}: how fast this machine computes what training needs. Start at {@link
 * dev.ashlar.examples.bench.BenchCommand}.
 */
@NullMarked
package dev.ashlar.examples.bench;

import org.jspecify.annotations.NullMarked;
