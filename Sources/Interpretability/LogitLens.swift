import Accounting
public import LanguageModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the model would say if it ended after each layer.
///
/// The residual stream is sent through the final normalization and the head as it stands.
///
/// - Source: nostalgebraist 2020, "interpreting GPT: the logit lens".
public struct LogitLens: Sendable, Hashable {
  /// What the model would say about one token after one layer.
  public struct Reading: Sendable, Hashable {
    /// The likeliest next token.
    public let prediction: Int
    /// Its probability.
    public let probability: Double
    /// The loss on the target: nats; nil without a target.
    public let loss: Double?
    /// How many tokens are likelier than the target, from 0 on; nil without a target.
    public let targetRank: Int?
    /// The distance to what the model says in the end: Σ p ln(p/q), p the last layer's; nats.
    public let divergence: Double
  }

  /// The readings: before the first block, then after each block; token by token.
  public let readings: [[Reading]]

  /// Reads a trace layer by layer.
  ///
  /// - Parameters:
  ///   - trace: What the model computed.
  ///   - probe: The model that computed it.
  ///   - targets: What follows each token, negative where nothing is asked; the trace's own next
  ///     tokens when nil.
  /// - Precondition: There are as many targets as tokens, all below V.
  public init(_ trace: ActivationTrace, _ probe: ModelProbe, targets: [Int]? = nil) {
    let targets = targets ?? Array(trace.tokens.dropFirst()) + [-1]
    precondition(targets.count == trace.tokens.count, "\(targets.count) targets")
    let first = trace.residual[.residualPre].map { Array($0.prefix(1)) } ?? []
    let last = trace.logits.map(logProbabilities)
    readings = (first + (trace.residual[.residualPost] ?? [])).map { stream in
      probe.unembed(stream).enumerated().map { time, logits in
        Self.reading(logProbabilities(logits), target: targets[time], last: last[time])
      }
    }
  }

  /// The mean loss after each layer over all tokens with a target: nats; empty without targets.
  public var meanLosses: [Double] {
    readings.compactMap { layer in
      let losses = layer.compactMap(\.loss)
      return losses.isEmpty ? nil : losses.reduce(0, +) / Double(losses.count)
    }
  }

  private static func reading(_ own: [Double], target: Int, last: [Double]) -> Reading {
    let best = own.indices.max { (own[$0], $1) < (own[$1], $0) } ?? 0
    return Reading(
      prediction: best,
      probability: exp(own[best]),
      loss: target >= 0 ? -own[target] : nil,
      targetRank: target >= 0 ? own.count { $0 > own[target] } : nil,
      divergence: zip(last, own).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
    )
  }
}

/// The logarithms of softmax: nats.
private func logProbabilities(_ logits: [Float]) -> [Double] {
  let largest = Double(logits.max() ?? 0)
  let sum = log(logits.reduce(0) { $0 + exp(Double($1) - largest) })
  return logits.map { Double($0) - largest - sum }
}
