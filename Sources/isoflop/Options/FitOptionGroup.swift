import ArgumentParser
import ScalingLaws

/// How a law is fitted.
struct FitOptionGroup: ParsableArguments {
  /// What is assumed of the exponents, as it is typed.
  enum Exponents: String, ExpressibleByArgument, CaseIterable {
    case free, tied, drawn
  }

  /// The distance that is minimized, as it is typed.
  enum Objective: String, ExpressibleByArgument, CaseIterable {
    case huber, squares
  }

  @Option(help: "The distance in log-loss: huber or squares.")
  var objective = Objective.huber

  @Option(help: ArgumentHelp("Where Huber's loss becomes linear.", valueName: "delta"))
  var huberDelta = 1e-3

  @Option(help: "The exponents: free, tied to each other, or drawn toward a center.")
  var exponents = Exponents.free

  @Option(help: ArgumentHelp("The center for drawn exponents.", valueName: "exponent"))
  var exponentCenter = 0.35

  @Option(help: ArgumentHelp("Use this alpha; needs --beta.", valueName: "exponent"))
  var alpha: Double?

  @Option(help: ArgumentHelp("Use this beta; needs --alpha.", valueName: "exponent"))
  var beta: Double?

  @Option(help: ArgumentHelp("Draws for the intervals; 0 for none.", valueName: "draws"))
  var bootstrap = 1000

  @Option(help: ArgumentHelp("The share of draws inside an interval.", valueName: "share"))
  var confidence = 0.95

  @Flag(inversion: .prefixedNo, help: "Check the interval on the largest runs, left out.")
  var calibration = true

  @Flag(help: "Give a law even where the runs do not support one.")
  var allowDoubtful = false

  @Option(help: ArgumentHelp("What the draws depend on.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Threads; the result does not depend on them.", valueName: "threads"))
  var threads = 2

  func validate() throws {
    if (alpha == nil) != (beta == nil) {
      throw ValidationError("--alpha and --beta are given together.")
    }
    if !(huberDelta > 0 && huberDelta.isFinite) {
      throw ValidationError("--huber-delta is a positive number.")
    }
    if !(confidence > 0 && confidence < 1) {
      throw ValidationError("--confidence is a share between 0 and 1, such as 0.95.")
    }
    if !(0...1_000_000).contains(bootstrap) {
      throw ValidationError("--bootstrap is a number of draws up to 1,000,000.")
    }
    if !(1...1024).contains(threads) {
      throw ValidationError("--threads is a number from 1 to 1024.")
    }
  }

  /// The options of the fit.
  func options() -> FitOptions {
    let rule: ExponentRule =
      if let alpha, let beta {
        .fixed(alpha: alpha, beta: beta)
      } else {
        switch exponents {
        case .free: .free
        case .tied: .tied
        case .drawn: .drawn(center: exponentCenter)
        }
      }
    return FitOptions(
      objective: objective == .huber ? .huber(delta: huberDelta) : .leastSquares,
      exponents: rule,
      bootstrapCount: bootstrap,
      confidence: confidence,
      calibrates: calibration,
      seed: seed,
      threadCount: threads,
      refusesDoubtful: !allowDoubtful
    )
  }
}
