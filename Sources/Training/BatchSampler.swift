public import Randomness

/// Cuts batches out of token sequences, as a function of the step alone.
///
/// Nothing is remembered between steps, so that a run resumed at step s sees what an uninterrupted
/// run sees there.
public struct BatchSampler: BatchSource {
  /// In which order windows are read.
  public enum Order: String, Sendable, Hashable, Codable, CaseIterable {
    /// Each epoch reads every window once, in an order of its own and from an offset of its own.
    case shuffled
    /// Row r of step s is ids[(s·B + r)·T ..< (s·B + r)·T + T + 1], from the start again at the end.
    case sequential
  }

  /// T, the length of a window.
  public let context: Int
  /// B, the number of windows in a batch.
  public let batch: Int
  /// How windows are ordered.
  public let order: Order

  private let sources: [any TokenSource]
  private let weights: [Double]
  private let seed: Seed
  private var orders: [EpochOrder?]
  private var mixture: Mixture

  /// How many rows each source has given so far.
  private struct Mixture {
    var row = 0
    var counts: [Int]
  }

  /// The permutation of the epoch a source is in.
  private struct EpochOrder {
    var epoch: Int
    var offset: Int
    var windows: [Int]
  }

  /// Prepares to cut batches.
  ///
  /// - Parameters:
  ///   - sources: Token sequences, each with the share of rows it gives; shares need not sum to 1.
  ///   - context: T.
  ///   - batch: B.
  ///   - order: How windows are ordered.
  ///   - seed: The seed of the shuffling.
  /// - Throws: ``TrainingError/tooFewTokens(count:needed:)`` when a source is shorter than a window
  ///   and its successor.
  public init(
    sources: [(source: any TokenSource, weight: Double)],
    context: Int,
    batch: Int,
    order: Order,
    seed: Seed
  ) throws(TrainingError) {
    precondition(context >= 1 && batch >= 1 && !sources.isEmpty, "batch \(batch) × \(context)")
    for (source, weight) in sources {
      guard source.count > context else {
        throw .tooFewTokens(count: source.count, needed: context + 1)
      }
      guard weight > 0, weight.isFinite else {
        throw .invalidPlan(reason: "a weight of \(weight) for a token file; it must be positive")
      }
    }
    self.sources = sources.map(\.source)
    let total = sources.reduce(0) { $0 + $1.weight }
    weights = sources.map { $0.weight / total }
    self.context = context
    self.batch = batch
    self.order = order
    self.seed = seed
    orders = Array(repeating: nil, count: sources.count)
    mixture = Mixture(counts: Array(repeating: 0, count: sources.count))
  }

  /// Cuts the batch of a step, counted from 0.
  public mutating func batch(step: Int) -> TokenBatch { batch(step: step, rows: 0..<batch) }

  /// Cuts some rows of the batch of a step, counted from 0.
  ///
  /// - Precondition: The rows lie in 0 ..< B.
  public mutating func batch(step: Int, rows: Range<Int>) -> TokenBatch {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= batch, "rows \(rows) of \(batch)")
    var inputs: [Int32] = []
    var targets: [Int32] = []
    inputs.reserveCapacity(rows.count * context)
    targets.reserveCapacity(rows.count * context)
    for row in step * batch + rows.lowerBound..<step * batch + rows.upperBound {
      let (source, index) = place(ofRow: row)
      let start = windowStart(source: source, row: index)
      let window = sources[source].tokens(in: start..<start + context + 1)
      inputs.append(contentsOf: window.dropLast())
      targets.append(contentsOf: window.dropFirst())
    }
    return TokenBatch(inputs: inputs, targets: targets)
  }

  /// Which source a row is read from, and how many rows that source gave before.
  ///
  /// Each row goes to the source that is furthest behind its share, so that the shares hold at
  /// every step, not only on average.
  private mutating func place(ofRow row: Int) -> (source: Int, row: Int) {
    if sources.count == 1 { return (0, row) }
    if row < mixture.row { mixture = Mixture(counts: Array(repeating: 0, count: sources.count)) }
    while true {
      var chosen = 0
      var largest = -Double.infinity
      for source in sources.indices {
        let deficit = weights[source] * Double(mixture.row + 1) - Double(mixture.counts[source])
        if deficit > largest {
          largest = deficit
          chosen = source
        }
      }
      let place = (chosen, mixture.counts[chosen])
      mixture.counts[chosen] += 1
      mixture.row += 1
      if mixture.row > row { return place }
    }
  }

  /// Where the window of a source's row starts.
  private mutating func windowStart(source: Int, row: Int) -> Int {
    let available = sources[source].count - 1
    switch order {
    case .sequential:
      return row % (available / context) * context
    case .shuffled:
      // One window fewer than would fit leaves room to start each epoch elsewhere.
      let windows = max(1, available / context - 1)
      let epoch = row / windows
      if orders[source]?.epoch != epoch {
        var generator = seed.stream("source \(source), epoch \(epoch)")
        orders[source] = EpochOrder(
          epoch: epoch,
          offset: generator.below(available - windows * context + 1),
          windows: generator.permutation(of: windows)
        )
      }
      guard let current = orders[source] else { return 0 }
      return current.offset + current.windows[row % windows] * context
    }
  }
}
