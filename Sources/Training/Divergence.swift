/// Why a run broke, and what was seen when it did.
public struct Divergence: Sendable, Equatable {
  /// The step that could not be done, counted from 1.
  public var step: Int
  /// The batch's loss in nats per token.
  public var loss: Double
  /// The largest loss that is not called an explosion: five times the first or that of guessing.
  public var largestLoss: Double
  /// The norm of the gradient before clipping.
  public var gradientNorm: Double
  /// The step's learning rate.
  public var learningRate: Double
  /// The gradient's norm by tensor.
  public var gradientNorms: [TensorNorm]
  /// The losses of the steps before, at most five, the oldest first.
  public var recentLosses: [Double] = []
  /// The step of the checkpoint that was kept, and its folder.
  public var checkpoint: String?

  /// A tensor's gradient.
  public struct TensorNorm: Sendable, Equatable {
    /// The tensor.
    public let name: String
    /// The root of the sum of the squares.
    public let norm: Double
  }

  /// Sentences: what happened, where it is worst, and what to do.
  public var description: String {
    var text = "The run broke at step \(step): the loss "
    if !loss.isFinite {
      text += "is not a number"
    } else if loss > largestLoss {
      text += "\(short(loss)) exploded (more than \(short(largestLoss)))"
    } else {
      text += "is \(short(loss)), but its gradient is not a number"
    }
    if !recentLosses.isEmpty {
      text += " after \(recentLosses.map(short).joined(separator: ", "))"
    }
    text += "; gradient norm \(short(gradientNorm)), learning rate \(rate). "
    let broken = gradientNorms.filter { !$0.norm.isFinite }
    if let first = broken.first {
      text += "\(broken.count) of \(gradientNorms.count) tensors have gradients that are no numbers"
      text += broken.count < gradientNorms.count ? ", the first \(first.name). " : ". "
    } else if let largest = gradientNorms.max(by: { $0.norm < $1.norm }) {
      text += "The largest gradient is that of \(largest.name), \(short(largest.norm)). "
    }
    text += "Lower --lr or lengthen --warmup."
    if let checkpoint { text += " The last good checkpoint was kept: \(checkpoint)." }
    return text
  }

  /// The learning rate, a whole one without a fraction.
  private var rate: String {
    Int(exactly: learningRate).map(String.init) ?? "\(learningRate)"
  }

  /// A number with a few digits.
  private func short(_ value: Double) -> String {
    // subtle: the sign of what is no number means nothing.
    guard !value.isNaN else { return "nan" }
    guard abs(value) < 1e6 else { return "\(value)" }
    return "\((value * 1000).rounded() / 1000)"
  }
}

extension Divergence {
  /// What was seen as one object of JSON; numbers that are none become null.
  var json: String {
    func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "null" }
    let norms = gradientNorms.map { "    \"\($0.name)\": \(number($0.norm))" }
    return """
      {
        "step": \(step),
        "loss": \(number(loss)),
        "largest_loss": \(number(largestLoss)),
        "grad_norm": \(number(gradientNorm)),
        "lr": \(number(learningRate)),
        "recent_losses": [\(recentLosses.map(number).joined(separator: ", "))],
        "gradient_norms": {
      \(norms.joined(separator: ",\n"))
        }
      }

      """
  }
}
