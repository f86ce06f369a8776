import ArgumentParser
import Experiments
import Training

extension OptimizerChoice: ExpressibleByArgument {}

/// How gradients change weights.
struct OptimizerOptions: ParsableArguments {
  @Option(help: "adamw, sgd (with momentum) or lion.")
  var optimizer: OptimizerChoice?

  @Option(
    help: ArgumentHelp(
      """
      Decay of matrices: decoupled, 0.1, for adamw; decoupled, 1, for lion; added to the \
      gradient, 0, for sgd.
      """,
      valueName: "rate"
    )
  )
  var weightDecay: Double?

  @Option(help: ArgumentHelp("First memory of adamw and lion; 0.9.", valueName: "decay"))
  var beta1: Double?

  @Option(help: ArgumentHelp("Second memory of adamw and lion; 0.99.", valueName: "decay"))
  var beta2: Double?

  @Option(help: ArgumentHelp("AdamW's ε; 1e-8 by default.", valueName: "number"))
  var epsilon: Double?

  @Option(help: ArgumentHelp("Memory of sgd; 0.9 by default.", valueName: "share"))
  var momentum: Double?

  @Flag(help: "Let sgd look ahead along its memory.")
  var nesterov = false

  @Option(
    help: ArgumentHelp("Largest gradient norm, 1 by default; 0 never clips.", valueName: "norm")
  )
  var clip: Double?

  func validate() throws {
    let choice = optimizer ?? .adamw
    if choice != .sgd, momentum != nil || nesterov {
      throw ValidationError("--momentum and --nesterov go with --optimizer sgd.")
    }
    if choice != .adamw, epsilon != nil {
      throw ValidationError("--epsilon goes with --optimizer adamw.")
    }
    if choice == .sgd, beta1 != nil || beta2 != nil {
      throw ValidationError("--beta1 and --beta2 go with --optimizer adamw or lion.")
    }
  }

  /// Whether nothing was said.
  var isEmpty: Bool {
    let numbers: [Any?] = [optimizer, weightDecay, beta1, beta2, epsilon, momentum, clip]
    return !nesterov && numbers.allSatisfy { $0 == nil }
  }

  /// Says what was typed.
  func apply(to request: inout RunRequest) {
    request.optimizer = optimizer ?? request.optimizer
    request.weightDecay = weightDecay ?? request.weightDecay
    request.beta1 = beta1 ?? request.beta1
    request.beta2 = beta2 ?? request.beta2
    request.epsilon = epsilon ?? request.epsilon
    request.momentum = momentum ?? request.momentum
    request.nesterov = nesterov
    request.clip = clip ?? request.clip
  }
}
