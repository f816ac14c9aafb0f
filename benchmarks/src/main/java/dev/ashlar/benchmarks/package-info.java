/**
 * JMH sources for single kernels, each called as a user calls it: results live in a scope that ends
 * with the call. Inputs are small enough to stay in the cache unless a size says otherwise.
 */
@NullMarked
package dev.ashlar.benchmarks;

import org.jspecify.annotations.NullMarked;
