/**
 * Functions of tensors as data. {@link dev.ashlar.tensor.program.Compiled} runs a function as a
 * {@link dev.ashlar.tensor.program.Program}: traced once per shapes by {@link
 * dev.ashlar.tensor.program.Tracer}, simplified by {@link dev.ashlar.tensor.program.Passes}, and
 * made runnable by a {@link dev.ashlar.tensor.program.ProgramRunner}.
 */
@NullMarked
package dev.ashlar.tensor.program;

import org.jspecify.annotations.NullMarked;
