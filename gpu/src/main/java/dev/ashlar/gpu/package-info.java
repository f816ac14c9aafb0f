/**
 * Programs on devices through TornadoVM. Start at {@link dev.ashlar.gpu.Devices}: {@code
 * Compiled.of(Devices.get("tornado:0:0"), function)} runs a function there.
 */
@NullMarked
package dev.ashlar.gpu;

import org.jspecify.annotations.NullMarked;
