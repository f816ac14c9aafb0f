/** {@code ashlar devices}, and what {@code --device} says in other commands. */
@NullMarked
package dev.ashlar.examples.devices;

import org.jspecify.annotations.NullMarked;
