/** What a run tells: progress, metrics and a plot. */
@NullMarked
package dev.ashlar.examples.report;

import org.jspecify.annotations.NullMarked;
