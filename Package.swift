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

let package = Package(
  name: "isoflop",
  products: [
    .executable(name: "isoflop", targets: ["isoflop"]),
    .library(name: "LanguageModels", targets: ["LanguageModels"]),
    .library(name: "ScalingLaws", targets: ["ScalingLaws"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
  ],
  targets: [
    // MARK: - Floor 0: thin doors to C

    // MARK: - Floor 1: one subject each, no neighbour known
    library("Randomness"),
    library("Files"),
    library("Accounting"),
    library("Kernels"),
    .target(
      name: "Tables",
      resources: [.embedInCode("Published")],
      swiftSettings: librarySettings
    ),

    // MARK: - Floor 2: the four subjects
    library("LanguageModels", "Accounting", "Kernels", "Randomness", "Files"),

    library("ScalingLaws", "Accounting", "Tables", "Randomness", "Files", realModule),

    // MARK: - Floor 6: what people read
    library("Reports", "Accounting", "ScalingLaws", realModule),

    // MARK: - Floor 7: the command line
    .executableTarget(
      name: "isoflop",
      dependencies: ["Accounting", "Files", "Tables", "ScalingLaws", "Reports", argumentParser],
      swiftSettings: strict
    ),

    // MARK: - Tests
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: strict),
    tests(of: "Randomness"),
    tests(of: "Files"),
    tests(of: "Accounting", "LanguageModels", "Tables"),
    tests(of: "Tables"),
    tests(of: "Reports", "Accounting"),
    tests(of: "ScalingLaws", "Accounting", "Randomness", "Tables", exclude: ["Fixtures"]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["isoflop", "TestSupport"],
      swiftSettings: strict
    ),
  ]
)
