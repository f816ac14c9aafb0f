package dev.ashlar.examples

import dev.ashlar.autodiff.nn.Linear
import dev.ashlar.tensor.Tensor
import java.io.ByteArrayOutputStream
import java.io.File
import java.io.PrintStream
import java.nio.file.Files
import java.nio.file.Path
import kotlin.reflect.KClass
import org.assertj.core.api.Assertions.assertThat
import org.jetbrains.kotlin.cli.common.ExitCode
import org.jetbrains.kotlin.cli.jvm.K2JVMCompiler
import org.jspecify.annotations.Nullable
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

/** What may be null is so in Kotlin's eyes, and what may not is not: the compiler is asked. */
class KotlinNullnessTest {
  @TempDir lateinit var folder: Path

  private val proper =
    listOf(
      "fun bias(layer: Linear, none: Tensor): Tensor = layer.bias ?: none",
      "fun rows(layer: Linear): Int = layer.weight.dim(0)",
      "fun plain(weight: Tensor) = Linear(weight, null)",
    )
  private val misuses =
    listOf(
      "fun rank(layer: Linear): Int = layer.bias.rank()",
      "fun bias(layer: Linear): Tensor = layer.bias",
      "fun layer(bias: Tensor) = Linear(null, bias)",
      "fun sum(x: Tensor, y: Tensor?) = x + y",
      "fun gradient(x: Tensor) = Grad.grad(x) { null }",
    )
  private val imports =
    listOf(
      "import dev.ashlar.autodiff.Grad",
      "import dev.ashlar.autodiff.nn.Linear",
      "import dev.ashlar.tensor.Tensor",
    )

  @Test
  fun onlyMisusedNullsFailToCompile() {
    val source = imports + proper + misuses
    val wrong = errorLines(source).map { line -> source[line - 1] }
    assertThat(wrong).containsExactlyElementsOf(misuses)
  }

  /** Compiles code as the build does, and returns the numbers of the lines with errors. */
  private fun errorLines(source: List<String>): List<Int> {
    val file = Files.write(folder.resolve("Snippet.kt"), source)
    val said = ByteArrayOutputStream()
    val exit =
      K2JVMCompiler()
        .exec(
          PrintStream(said),
          "-no-stdlib",
          "-Xjspecify-annotations=strict",
          "-classpath",
          classPath(Tensor::class, Linear::class, Nullable::class, Unit::class),
          "-d",
          folder.resolve("classes").toString(),
          file.toString(),
        )
    assertThat(exit).describedAs(said.toString()).isEqualTo(ExitCode.COMPILATION_ERROR)
    return Regex("""Snippet\.kt:(\d+):\d+: error: """)
      .findAll(said.toString())
      .map { it.groupValues[1].toInt() }
      .toList()
  }

  private fun classPath(vararg classes: KClass<*>): String =
    classes
      .map { Path.of(it.java.protectionDomain.codeSource.location.toURI()) }
      .distinct()
      .joinToString(File.pathSeparator)
}
