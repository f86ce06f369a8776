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

let package = Package(
  name: "isoflop",
  products: [
    .executable(name: "isoflop", targets: ["isoflop"]),
    .library(name: "Tokenization", targets: ["Tokenization"]),
    .library(name: "LanguageModels", targets: ["LanguageModels"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // MARK: - Floor 0: thin doors to C
    .target(
      name: "CICU",
      linkerSettings: [.linkedLibrary("icuuc"), .linkedLibrary("icui18n")]
    ),

    // MARK: - Floor 1: one subject each, no neighbour known
    library("UnicodeText", "CICU"),
    library("Randomness"),
    library("Files"),
    library("Accounting"),
    library("Kernels"),

    // MARK: - Floor 2: the four subjects
    library("Tokenization", "UnicodeText", "Files"),
    library("LanguageModels", "Accounting", "Kernels", "Randomness", "Files"),

    // MARK: - Floor 7: the command line
    .executableTarget(
      name: "isoflop",
      dependencies: ["UnicodeText", "Files", "Accounting", "Tokenization", argumentParser],
      swiftSettings: strict
    ),

    // MARK: - Tests
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    tests(of: "UnicodeText", "Randomness"),
    tests(of: "Randomness"),
    tests(of: "Files"),
    tests(of: "Tokenization", "UnicodeText", "Files", "Randomness", exclude: ["Fixtures"]),
  ]
)
