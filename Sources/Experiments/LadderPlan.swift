public import Accounting
public import Training

/// A ladder of small models: runs that a law is fitted on, and a larger one it has to predict.
///
/// Sizes and data vary independently, since on the frontier alone the law's two terms cannot be
/// told apart: every fitted size is trained on several amounts of data. Each run has a schedule of
/// its own length; checkpoints on the way are not points of the law.
///
/// - Source: Hoffmann et al. 2022, arXiv:2203.15556, section 3.1 (schedules matched to runs).
public struct LadderPlan: Sendable, Hashable {
  /// One run.
  public struct Rung: Sendable, Hashable {
    /// The run's name.
    public let name: String
    /// What to train.
    public let plan: TrainingPlan
    /// N: the weights of matrix products, the head included.
    public let parameters: Int
    /// All parameters.
    public let totalParameters: Int
    /// All parameters but the embeddings and the head.
    public let nonEmbeddingParameters: Int
    /// The floating-point operations of the whole run.
    public let flops: Double
  }

  /// The runs the law is fitted on, smallest first.
  public let fitted: [Rung]
  /// The run the law predicts.
  public let target: Rung

  /// All runs in the order in which they are trained.
  public var rungs: [Rung] { fitted + [target] }

  /// The operations of all runs.
  public var flops: Double { rungs.reduce(0) { $0 + $1.flops } }

  /// The ladder of the demonstration: five sizes, three amounts of data, one larger size.
  ///
  /// - Parameters:
  ///   - vocabularySize: V.
  ///   - tokens: D of the longest runs.
  ///   - seed: The seed of all runs.
  ///   - threads: How many threads compute.
  /// - Returns: The plan.
  /// - Throws: `AccountingError` for an impossible vocabulary.
  public static func demonstration(
    vocabularySize: Int,
    tokens: Int,
    seed: UInt64,
    threads: Int
  ) throws(AccountingError) -> LadderPlan {
    let sizes = [(2, 32), (2, 48), (2, 64), (3, 80), (3, 96)]
    var fitted: [Rung] = []
    for (layers, width) in sizes {
      for share in [4, 2, 1] {
        fitted.append(
          try rung(layers, width, vocabularySize, tokens / share, seed: seed, threads: threads)
        )
      }
    }
    return LadderPlan(
      fitted: fitted,
      target: try rung(4, 128, vocabularySize, tokens, seed: seed, threads: threads)
    )
  }

  private static func rung(
    _ layers: Int,
    _ width: Int,
    _ vocabularySize: Int,
    _ tokens: Int,
    seed: UInt64,
    threads: Int
  ) throws(AccountingError) -> Rung {
    let context = 128
    let batch = 4
    let steps = max(1, tokens / (context * batch))
    let shape = ModelShape.gpt2(
      vocabularySize: vocabularySize,
      contextLength: context,
      layerCount: layers,
      width: width,
      headCount: width / 16
    )
    let plan = TrainingPlan(
      shape: shape,
      context: context,
      batch: batch,
      steps: steps,
      schedule: LearningRateSchedule(
        form: .cosine,
        peak: peakLearningRate(width: width),
        warmupSteps: max(1, steps / 5),
        finalShare: 0.1
      ),
      seed: seed,
      threads: threads
    )
    let perToken = try TrainingFLOPs.perToken(
      Blueprint(shape, name: ""),
      convention: .matmulAndAttention,
      contextLength: context
    )
    let count = try ParameterCount(shape)
    return Rung(
      name: "L\(layers)-d\(width)-D\(plan.tokenCount / 1000)k",
      plan: plan,
      parameters: count.matrices,
      totalParameters: count.total,
      nonEmbeddingParameters: count.nonEmbedding,
      flops: perToken * Double(plan.tokenCount)
    )
  }

  /// The peak learning rate of a width: inverse to it, as Adam's updates want it.
  ///
  /// Chosen on the shipped corpus with batches of 4 × 128 tokens. Half as much again gives the same
  /// loss at width 64, within 0.005 nats; at width 32, with a short warm-up, it scatters seeds.
  ///
  /// - Source: Yang et al. 2022, arXiv:2203.03466, table 3, for the form.
  private static func peakLearningRate(width: Int) -> Double {
    0.256 / Double(width)
  }
}
