// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "isoflop-benchmarks",
  dependencies: [.package(name: "isoflop", path: "..")],
  targets: [
    .executableTarget(
      name: "training-bench",
      dependencies: [.product(name: "LanguageModels", package: "isoflop")],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "matmul-bench",
      dependencies: [.product(name: "LanguageModels", package: "isoflop")],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "law-bench",
      dependencies: [.product(name: "ScalingLaws", package: "isoflop")],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "tokenizer-bench",
      dependencies: [.product(name: "Tokenization", package: "isoflop")],
      swiftSettings: strict
    ),
  ]
)
