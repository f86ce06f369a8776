// swift-tools-version: 6.2

import PackageDescription

/// The settings of the command line, whose imports nobody sees.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

/// The settings of every library.
let librarySettings = strict + [.enableUpcomingFeature("InternalImportsByDefault")]

let realModule = Target.Dependency.product(name: "RealModule", package: "swift-numerics")
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser",
  package: "swift-argument-parser"
)

/// A library target of this package, with the settings all of them share.
func library(_ name: String, _ dependencies: Target.Dependency...) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: librarySettings)
}

/// The tests of one library, in a folder named after it.
func tests(
  of name: String,
  _ dependencies: Target.Dependency...,
  exclude: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.target(name: name), "TestSupport"] + dependencies,
    exclude: exclude,
    swiftSettings: strict
  )
}

/// The kernels, built for one processor level: the same files (by symbolic link), other flags.
///
/// They are optimized in debug builds too, so that tests take seconds. Nothing but `Kernels`, which
/// asks the processor first, may call them.
func kernelVariant(_ name: String, _ level: String, flags: [String]) -> Target {
  .target(
    name: name,
    dependencies: ["CVector", "KernelInterface"],
    swiftSettings: librarySettings + [
      .define(level),
      .unsafeFlags(
        ["-O", "-wmo", "-num-threads", "2", "-Xllvm", "-unroll-threshold=4000"]
          + flags.flatMap { ["-Xcc", $0] }
      ),
    ]
  )
}

/// The levels beyond the one every processor of the architecture has.
#if arch(x86_64)
  let kernelVariants = [
    kernelVariant("KernelsAVX2", "LEVEL_AVX2", flags: ["-march=x86-64-v3"]),
    kernelVariant("KernelsAVX512", "LEVEL_AVX512", flags: ["-march=x86-64-v4", "-mavx512bf16"]),
  ]
#else
  let kernelVariants: [Target] = []
#endif

let package = Package(
  name: "isoflop",
  products: [
    .executable(name: "isoflop", targets: ["isoflop"]),
    .library(name: "Tokenization", targets: ["Tokenization"]),
    .library(name: "LanguageModels", targets: ["LanguageModels"]),
    .library(name: "ScalingLaws", targets: ["ScalingLaws"]),
  ],
  traits: [
    .trait(name: "MPI", description: "Train one model with several processes (Open MPI).")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
  ],
  targets: [
    // MARK: - Floor 0: thin doors to C
    .target(
      name: "CICU",
      linkerSettings: [.linkedLibrary("icuuc"), .linkedLibrary("icui18n")]
    ),
    .target(name: "CVector"),
    .target(name: "CZlib", linkerSettings: [.linkedLibrary("z")]),
    .target(name: "CZstd", linkerSettings: [.linkedLibrary("zstd")]),
    // Empty without the trait.
    .target(
      name: "CMPI",
      cSettings: [.define("ISOFLOP_MPI", .when(traits: ["MPI"]))],
      linkerSettings: [.linkedLibrary("mpi", .when(traits: ["MPI"]))]
    ),

    // MARK: - Floor 1: one subject each, no neighbour known
    library("UnicodeText", "CICU"),
    library("Randomness"),
    library("Files", "CZlib", "CZstd"),
    library("Accounting"),
    library("Ranks", .target(name: "CMPI", condition: .when(traits: ["MPI"]))),
    library("KernelInterface"),
    kernelVariant("KernelsBaseline", "LEVEL_BASELINE", flags: []),
    .target(
      name: "Kernels",
      dependencies: ["CVector", "KernelInterface", "KernelsBaseline"]
        + kernelVariants.map { .target(name: $0.name) },
      swiftSettings: librarySettings
    ),
    .target(
      name: "Tables",
      resources: [.embedInCode("Published")],
      swiftSettings: librarySettings
    ),

    // MARK: - Floor 2: the four subjects
    library("Corpora", "UnicodeText", "Randomness", "Files", realModule),
    library("Tokenization", "CVector", "UnicodeText", "Randomness", "Files"),
    library("LanguageModels", "Accounting", "Kernels", "Randomness", "Files"),
    library("ScalingLaws", "Accounting", "Tables", "Randomness", "Files", realModule),

    // MARK: - Floor 3: a model meets tokens
    library(
      "Evaluation",
      "Corpora",
      "Tokenization",
      "LanguageModels",
      "UnicodeText",
      "Kernels",
      "Files",
      "Tables",
      realModule
    ),
    library("Interpretability", "LanguageModels", "Accounting", "Randomness"),

    // MARK: - Floor 4: a model learns
    library(
      "Training",
      "Evaluation",
      "LanguageModels",
      "Kernels",
      "Accounting",
      "Randomness",
      "Ranks",
      "Files"
    ),

    // MARK: - Floor 5: measured meets predicted
    library(
      "Experiments",
      "Corpora",
      "UnicodeText",
      "Tokenization",
      "LanguageModels",
      "Kernels",
      "Training",
      "Evaluation",
      "ScalingLaws",
      "Accounting",
      "Tables",
      "Randomness",
      "Ranks",
      "Files"
    ),

    // MARK: - Floor 6: what people read
    library(
      "Reports",
      "Experiments",
      "Corpora",
      "Tokenization",
      "UnicodeText",
      "LanguageModels",
      "Kernels",
      "Training",
      "Evaluation",
      "ScalingLaws",
      "Accounting",
      realModule
    ),

    // MARK: - Floor 7: the command line
    .executableTarget(
      name: "isoflop",
      dependencies: [
        "Files", "UnicodeText", "Randomness", "Ranks", "Kernels", "Accounting", "Tables", "Corpora",
        "Tokenization", "LanguageModels", "ScalingLaws", "Evaluation", "Interpretability",
        "Training", "Experiments", "Reports", argumentParser,
      ],
      swiftSettings: strict
    ),

    // MARK: - Tests
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    .target(
      name: "Fuzzing",
      dependencies: [
        "TestSupport", "Accounting", "Corpora", "Evaluation", "Experiments", "Files",
        "LanguageModels", "Randomness", "ScalingLaws", "Tables", "Tokenization", "Training",
        "UnicodeText",
      ],
      path: "Tests/Fuzzing",
      swiftSettings: strict
    ),
    .executableTarget(
      name: "fuzz",
      dependencies: ["Fuzzing"],
      path: "Tests/FuzzCommand",
      swiftSettings: strict
    ),
    tests(of: "Fuzzing"),
    tests(of: "Randomness"),
    tests(of: "Ranks"),
    tests(of: "Files", "Randomness"),
    tests(of: "UnicodeText", "Randomness"),
    tests(of: "Kernels", "Randomness"),
    tests(of: "Accounting", "LanguageModels", "Tables"),
    tests(of: "Tables"),
    tests(of: "Corpora", "UnicodeText", "Randomness", "Files"),
    tests(of: "Tokenization", "UnicodeText", "Files", "Randomness", exclude: ["Fixtures"]),
    tests(
      of: "LanguageModels",
      "Accounting",
      "Files",
      "Kernels",
      "Randomness",
      exclude: ["Fixtures"]
    ),
    tests(of: "ScalingLaws", "Accounting", "Randomness", "Tables", exclude: ["Fixtures"]),
    tests(
      of: "Evaluation",
      "Accounting",
      "Corpora",
      "Files",
      "LanguageModels",
      "Randomness",
      "Tokenization",
      "UnicodeText",
      exclude: ["Fixtures"]
    ),
    tests(of: "Interpretability", "Accounting", "Kernels", "LanguageModels", "Randomness"),
    tests(
      of: "Training",
      "Evaluation",
      "LanguageModels",
      "Kernels",
      "Accounting",
      "Files",
      "Randomness"
    ),
    tests(
      of: "Experiments",
      "Corpora",
      "Evaluation",
      "Files",
      "Randomness",
      "ScalingLaws",
      "Tables",
      "Tokenization",
      "Training",
      "UnicodeText"
    ),
    tests(of: "Reports", "Accounting"),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["isoflop", "TestSupport", "Files"],
      swiftSettings: strict
    ),
  ] + kernelVariants
)
