@NullMarked
package dev.ashlar.examples.devices;

import org.jspecify.annotations.NullMarked;
