internal import Accounting
internal import Kernels
internal import Randomness

/// What one step's random masks follow from, beside the probabilities of the shape.
///
/// A sequence's masks depend on its place in the whole batch, not on the micro-batch, the process or
/// the thread that computes it.
public struct DropoutDraw: Sendable, Hashable {
  /// The seed of the run.
  public var seed: UInt64
  /// The number of the step, counted from 0.
  public var step: Int
  /// The place of the first sequence of a micro-batch in the whole batch.
  public var firstSequence: Int

  /// Names a step, and a place in its batch.
  public init(seed: UInt64, step: Int, firstSequence: Int = 0) {
    self.seed = seed
    self.step = step
    self.firstSequence = firstSequence
  }
}

/// The masks of one step, place by place in the model; nil where nothing is dropped.
struct DropoutMasks: Sendable {
  /// Of the embeddings, a row a token.
  private let embeddings: DropoutMask?
  /// Block by block: of the weights of attention, a row a query of a head, a column a key.
  private let weights: [DropoutMask?]
  /// Block by block: of what attention and the feed-forward part add to the stream, a row a token.
  private let attentions: [DropoutMask?]
  private let feedForwards: [DropoutMask?]
  private let shape: ModelShape
  private let firstSequence: Int

  /// The masks of a draw; nil where the shape drops nothing.
  init?(_ draw: DropoutDraw?, _ shape: ModelShape) {
    guard let draw, shape.dropout != .none else { return nil }
    func mask(_ place: String, _ probability: Double) -> DropoutMask? {
      guard probability > 0 else { return nil }
      var stream = Seed(draw.seed).stream("dropout \(draw.step) \(place)")
      return DropoutMask(key: stream.next(), probability: probability)
    }
    let dropout = shape.dropout
    let blocks = 0..<shape.layerCount
    embeddings = mask("embeddings", dropout.embedding)
    weights = blocks.map { mask("\($0) weights", dropout.attention) }
    attentions = blocks.map { mask("\($0) attention", dropout.residual) }
    feedForwards = blocks.map { mask("\($0) feed-forward", dropout.residual) }
    self.shape = shape
    firstSequence = draw.firstSequence
  }

  /// Of the embeddings of a sequence: (T, d).
  func embedding(_ sequence: Int) -> DropoutMask? { ofStream(embeddings, sequence) }

  /// Of what attention adds: (T, d).
  func attention(_ block: Int, _ sequence: Int) -> DropoutMask? {
    ofStream(attentions[block], sequence)
  }

  /// Of what the feed-forward part adds: (T, d).
  func feedForward(_ block: Int, _ sequence: Int) -> DropoutMask? {
    ofStream(feedForwards[block], sequence)
  }

  /// Of the weights of a head: (T, T).
  func weights(_ block: Int, _ sequence: Int, head: Int) -> DropoutMask? {
    weights[block]?.rows(
      from: ((firstSequence + sequence) * shape.headCount + head) * shape.contextLength
    )
  }

  /// Rows are counted by the model's context, so that shorter windows have the same masks.
  private func ofStream(_ mask: DropoutMask?, _ sequence: Int) -> DropoutMask? {
    mask?.rows(from: (firstSequence + sequence) * shape.contextLength)
  }
}
