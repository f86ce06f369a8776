import ArgumentParser
import LanguageModels

/// How new weights are drawn.
struct InitializationOptions: ParsableArguments {
  /// The ways, as they are typed.
  enum Scheme: String, ExpressibleByArgument, CaseIterable {
    case normal, unscaled, xavier, mup
  }

  @Option(
    name: .customLong("initialization"),
    help: ArgumentHelp(
      """
      New weights: normal (deviation 0.02, residual projections scaled by the depth), unscaled \
      (0.02 for all), xavier, or mup (as normal at the base width, carried over by width).
      """,
      valueName: "scheme"
    )
  )
  var scheme: Scheme?

  @Option(
    help: ArgumentHelp(
      "The width whose best rate is known: rates follow the width from there (μP).",
      valueName: "width"
    )
  )
  var baseWidth: Int?

  func validate() throws {
    if let baseWidth, baseWidth < 1 { throw ValidationError("--base-width is positive.") }
    if scheme == .mup, baseWidth == nil {
      throw ValidationError("--initialization mup needs the width to start from: --base-width 64.")
    }
  }

  /// The distribution; nil where none was named.
  var initialization: Initialization? { scheme.map(initialization(of:)) }

  /// The distribution of a scheme.
  func initialization(of scheme: Scheme) -> Initialization {
    switch scheme {
    case .normal: .gpt2
    case .unscaled: .normal(deviation: 0.02, scaledResiduals: false)
    case .xavier: .xavier
    case .mup: .maximalUpdate(deviation: 0.02, baseWidth: baseWidth ?? 1)
    }
  }
}
