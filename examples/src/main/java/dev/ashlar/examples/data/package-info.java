/** Text to train on. Start at {@link dev.ashlar.examples.data.Corpus}. */
@NullMarked
package dev.ashlar.examples.data;

import org.jspecify.annotations.NullMarked;
