public import Randomness

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Draws tokens from logits.
public struct TokenSampler: Sendable {
  /// How tokens are drawn.
  public let settings: SamplingSettings
  private var generator: Xoshiro256

  /// Checks the settings and takes the random numbers to draw with.
  ///
  /// - Throws: ``LanguageModelsError/invalidSampling(reason:)``.
  public init(
    _ settings: SamplingSettings,
    generator: Xoshiro256
  ) throws(LanguageModelsError) {
    try settings.validate()
    self.settings = settings
    self.generator = generator
  }

  /// Draws the next token.
  ///
  /// - Parameters:
  ///   - logits: V numbers.
  ///   - history: The tokens seen so far, for the repetition penalty.
  /// - Returns: An id below V.
  /// - Precondition: There is at least one logit.
  public mutating func next(_ logits: [Float], history: Set<Int> = []) -> Int {
    precondition(!logits.isEmpty, "no logits to draw from")
    var logits = logits
    if settings.repetitionPenalty != 1 {
      let penalty = Float(settings.repetitionPenalty)
      for id in history where logits.indices.contains(id) {
        logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty
      }
    }
    let largest = logits.max() ?? 0
    guard settings.temperature > 0, settings.topK != 1 else {
      return logits.firstIndex(of: largest) ?? 0
    }
    let candidates = distribution(logits, largest)
    let total = candidates.reduce(0) { $0 + $1.probability }
    var rest = generator.uniform() * total
    for candidate in candidates {
      rest -= candidate.probability
      if rest < 0 { return candidate.id }
    }
    return candidates.last?.id ?? 0
  }

  struct Candidate {
    let id: Int
    var probability: Double
  }

  /// The tokens that may be drawn, with probabilities that need not sum to one.
  func distribution(_ logits: [Float], _ largest: Float) -> [Candidate] {
    var floor = -Float.infinity
    if let topK = settings.topK, topK < logits.count {
      floor = kthLargest(logits, topK)
    }
    var candidates: [Candidate] = []
    for (id, logit) in logits.enumerated() where logit >= floor {
      // The largest has 1: nothing overflows, and nothing becomes NaN but a NaN.
      let probability = exp(Double(logit - largest) / settings.temperature)
      candidates.append(Candidate(id: id, probability: probability))
    }
    if let topP = settings.topP, topP < 1 { keepNucleus(&candidates, topP) }
    if let minP = settings.minP {
      let most = candidates.map(\.probability).max() ?? 0
      candidates.removeAll { $0.probability < minP * most }
    }
    return candidates
  }

  /// Keeps the likeliest candidates that together reach a share, at least one.
  private func keepNucleus(_ candidates: inout [Candidate], _ share: Double) {
    let total = candidates.reduce(0) { $0 + $1.probability }
    // Those below this bound do not make up the rest even together: none of them can be needed.
    let bound = (1 - share) * total / Double(candidates.count)
    let sorted = candidates.filter { $0.probability >= bound }.sorted {
      ($1.probability, $0.id) < ($0.probability, $1.id)
    }
    var sum = 0.0
    var kept: [Candidate] = []
    for candidate in sorted {
      kept.append(candidate)
      sum += candidate.probability
      if sum >= share * total { break }
    }
    candidates = kept
  }

  /// The k-th largest of some numbers, by a heap of the k largest so far.
  private func kthLargest(_ values: [Float], _ k: Int) -> Float {
    var heap: [Float] = []
    heap.reserveCapacity(k)
    func siftDown(_ start: Int) {
      var index = start
      while true {
        let child = 2 * index + 1
        guard child < heap.count else { return }
        let smaller = child + 1 < heap.count && heap[child + 1] < heap[child] ? child + 1 : child
        guard heap[smaller] < heap[index] else { return }
        heap.swapAt(smaller, index)
        index = smaller
      }
    }
    for value in values {
      if heap.count < k {
        heap.append(value)
        if heap.count == k {
          for index in (0..<k / 2).reversed() { siftDown(index) }
        }
      } else if value > heap[0] {
        heap[0] = value
        siftDown(0)
      }
    }
    return heap[0]
  }
}
