package dev.ashlar.tensor;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private final JavaClasses classes =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.ashlar.tensor");

  @Test
  void knowsNeitherGradientsNorModelsNorDevices() {
    noClasses()
        .that()
        .resideInAPackage("dev.ashlar.tensor..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.ashlar.autodiff..",
            "dev.ashlar.moba..",
            "dev.ashlar.gpu..",
            "dev.ashlar.examples..")
        .check(classes);
  }

  @Test
  void kernelProvidersDoNotKnowEachOther() {
    noClasses()
        .that()
        .resideInAPackage("..reference..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("..simd..")
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage("..simd..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("..reference..")
        .check(classes);
  }

  @Test
  void theVectorApiStaysInOnePackage() {
    // It may be absent at run time: nothing else may load it.
    noClasses()
        .that()
        .resideOutsideOfPackage("..simd..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector..")
        .check(classes);
  }

  @Test
  void packagesOfVectorKernelsUseOnlyThoseBelowThem() {
    String simd = "dev.ashlar.tensor.simd";
    List<String> below = List.of("blocks", "lanes");
    Map<String, List<String>> uses =
        Map.of(
            "blocks", List.of("lanes"),
            "elementwise", below,
            "index", below,
            "matmul", below,
            "move", List.of("elementwise", "blocks", "lanes"),
            "random", below,
            "reduce", below,
            "softmax", List.of("reduce", "blocks", "lanes"));
    LayeredArchitecture packages =
        layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .ensureAllClassesAreContainedInArchitecture()
            .layer("table")
            .definedBy(simd)
            .layer("lanes")
            .definedBy(simd + ".lanes")
            .whereLayer("lanes")
            .mayNotAccessAnyLayer();
    for (String user : uses.keySet()) packages = packages.layer(user).definedBy(simd + "." + user);
    for (String user : uses.keySet()) {
      packages =
          packages.whereLayer(user).mayOnlyAccessLayers(uses.get(user).toArray(String[]::new));
    }
    packages.check(
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(simd));
  }
}
