@NullMarked
package dev.ashlar.moba.model;

import org.jspecify.annotations.NullMarked;
