/**
 * Files of tensors. Start at {@link dev.ashlar.tensor.io.Safetensors}.
 *
 * <p>A safetensors file is an 8-byte little-endian header length, a JSON header naming element
 * type, shape and place of each tensor, and the numbers themselves, row-major and little-endian.
 * Files are read through a memory map: a tensor of a gigabyte costs nothing until it is used.
 */
@NullMarked
package dev.ashlar.tensor.io;

import org.jspecify.annotations.NullMarked;
