/**
 * {@code ashlar verify}: compares attention and its gradients with vectors that another framework
 * exported. Start at {@link dev.ashlar.examples.verify.VerifyCommand}.
 */
@NullMarked
package dev.ashlar.examples.verify;

import org.jspecify.annotations.NullMarked;
