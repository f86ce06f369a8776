import Kernels

/// How well a model's drafts came true, and how many tokens it should draft next.
struct DraftRecord {
  /// The share of drafted tokens that come true, the latest counting most.
  private var share = 0.9

  /// What a drafted token costs and what the check of one costs, in passes over the weights.
  private static let costs = (draft: 0.55, check: 0.03)

  /// How many tokens drafted bring the most tokens in the time.
  ///
  /// - Parameter most: The most that are of use.
  /// - Returns: A number from 0 up to that.
  func guesses(_ most: Int) -> Int {
    var best = (count: 0, rate: 1.0)
    var expected = 1.0
    var power = 1.0
    for count in stride(from: 1, through: most, by: 1) {
      power *= share
      expected += power
      let rate = expected / (1 + Double(count) * (Self.costs.draft + Self.costs.check))
      if rate > best.rate { best = (count, rate) }
    }
    return best.count
  }

  /// Learns how many of the drafted tokens came true; those after the first that did not count for
  /// nothing.
  mutating func judge(right: Int, of count: Int) {
    for _ in 0..<right { share += (1 - share) / 16 }
    // Where nothing was drafted, the next try comes nearer.
    if count == 0 { share += (0.9 - share) / 64 }
    if right < count { share -= share / 16 }
  }
}

extension SequenceDecoder {
  /// Whether drafts make texts faster: where reading the weights from memory takes the time of a
  /// pass, and so few texts are written that guesses are read along.
  ///
  /// A smaller model stays in a cache, and reading it in half the size takes about as long.
  public static func draftsPay(_ model: GPT, sequences: Int) -> Bool {
    model.layout.storageCount >= 1 << 23 && sequences < readRows
  }

  /// The rows of a pass up to which guesses are read along: beyond, a pass takes longer with each
  /// row, while few rows take as long as the reading of the weights.
  static let readRows = 8

  /// What a run is to be completed with.
  struct Draft {
    /// The run's place in the list.
    let run: Int
    /// How many tokens are drafted.
    let count: Int
    /// A copy of what will draw the tokens, so that a draft has the same random numbers.
    var sampler: TokenSampler
    var history: Set<Int>
  }

  /// Adds drafted tokens to runs: what the model would write if its weights were rounded.
  ///
  /// The keys and values that this leaves in the cache are replaced by those of the check.
  ///
  /// - Source: Leviathan et al. 2022, arXiv:2211.17192, with the model itself, rounded, as the
  ///   smaller model; a token is kept only if it is the very one that the model draws.
  func complete(_ runs: inout [Run], _ drafts: [Draft]) {
    guard let draftPass else { return }
    var drafts = drafts
    for step in 0..<(drafts.map(\.count).max() ?? 0) {
      drafts.removeAll { $0.count <= step }
      var segments: [ForwardPass.Segment] = []
      for (row, draft) in drafts.enumerated() {
        let sequence = runs[draft.run].sequence
        segments.append(
          ForwardPass.Segment(
            sequence: sequence,
            start: lengths[sequence] + step,
            rows: row..<row + 1
          )
        )
      }
      let logits = draftPass.read(drafts.map { Int32(runs[$0.run].tokens[step]) }, segments)
      for row in drafts.indices {
        let token = drafts[row].sampler.next(array(logits.row(row)), history: drafts[row].history)
        drafts[row].history.insert(token)
        runs[drafts[row].run].tokens.append(token)
      }
    }
  }
}
