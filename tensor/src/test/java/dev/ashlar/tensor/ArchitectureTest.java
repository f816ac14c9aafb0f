package dev.ashlar.tensor;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
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
}
