import Accounting
public import Kernels

/// Reads sequences token by token and tells what may follow, keeping what it has computed.
///
/// Each token costs one pass over the weights, however many were read before. The weights are held
/// a second time, packed; those that training changes afterwards are not seen. A decoder is used by
/// one thread at a time, and works with several.
public final class SequenceDecoder {
  /// The model that reads.
  public let model: GPT
  /// How many tokens each sequence has read.
  public private(set) var lengths: [Int]
  /// How many passes over the weights were made, those of drafts left out.
  public private(set) var passCount = 0

  private let pass: ForwardPass
  /// A pass with the weights rounded, which guesses; nil for none.
  let draftPass: ForwardPass?

  /// Prepares the reading of some sequences.
  ///
  /// - Parameters:
  ///   - model: A model with causal attention.
  ///   - sequences: How many are read side by side.
  ///   - threads: How many threads share each product; results do not depend on it.
  ///   - precision: What products with weights multiply; in bf16 the packed weights take half the
  ///     memory, and a token takes about half the time where reading them bounds it.
  ///   - drafting: Whether tokens may be guessed by the model itself in bf16; its weights take half
  ///     the memory again, and are worth it where ``draftsPay(_:sequences:)``. Nothing is drafted
  ///     where products are in bf16 anyway.
  /// - Throws: ``LanguageModelsError/notCausal``, or `KernelsError` when the memory does not
  ///   suffice.
  public init(
    _ model: GPT,
    sequences: Int = 1,
    threads: Int = 1,
    precision: ProductPrecision = .f32,
    drafting: Bool = false
  ) throws {
    precondition(sequences >= 1, "\(sequences) sequences")
    guard model.shape.causal else { throw LanguageModelsError.notCausal }
    self.model = model
    lengths = [Int](repeating: 0, count: sequences)
    let capacity = model.shape.contextLength
    pass = try ForwardPass(
      try PackedModel(model, precision: precision),
      sequences: sequences,
      capacity: capacity,
      rowLimit: max(sequences, min(capacity, 128)),
      threads: threads
    )
    draftPass =
      drafting && precision == .f32
      ? try ForwardPass(
        try PackedModel(model, precision: .bf16),
        beside: pass,
        rowLimit: sequences
      ) : nil
  }

  /// Reads tokens into one sequence.
  ///
  /// - Returns: The logits after the last of them: V numbers.
  /// - Throws: ``LanguageModelsError`` naming the id or the length that does not fit.
  public func read(
    _ tokens: [Int],
    into sequence: Int = 0
  ) throws(LanguageModelsError) -> [Float] {
    try check(tokens, sequence)
    var logits: [Float] = []
    for start in stride(from: 0, to: tokens.count, by: pass.rowLimit) {
      let part = tokens[start..<min(start + pass.rowLimit, tokens.count)]
      let segment = ForwardPass.Segment(
        sequence: sequence,
        start: lengths[sequence],
        rows: 0..<part.count
      )
      let result = pass.read(part.map(Int32.init), [segment])
      passCount += 1
      lengths[sequence] += part.count
      if start + part.count == tokens.count { logits = array(result.row(0)) }
    }
    return logits
  }

  /// Reads one more token into each of some sequences, in one pass.
  ///
  /// - Parameter tokens: The sequences and their next tokens, no sequence twice.
  /// - Returns: The logits of each, in the order given.
  /// - Throws: ``LanguageModelsError`` naming the id or the length that does not fit.
  public func advance(
    _ tokens: [(sequence: Int, token: Int)]
  ) throws(LanguageModelsError) -> [[Float]] {
    precondition(Set(tokens.map(\.sequence)).count == tokens.count, "a sequence named twice")
    for (sequence, token) in tokens { try check([token], sequence) }
    guard !tokens.isEmpty else { return [] }
    let segments = tokens.enumerated().map { row, next in
      ForwardPass.Segment(
        sequence: next.sequence,
        start: lengths[next.sequence],
        rows: row..<row + 1
      )
    }
    let result = pass.read(tokens.map { Int32($0.token) }, segments)
    passCount += 1
    for (sequence, _) in tokens { lengths[sequence] += 1 }
    return (0..<tokens.count).map { array(result.row($0)) }
  }

  /// A token that follows in a sequence, and guesses what follows it.
  struct Run {
    let sequence: Int
    /// At least one; the rest are guesses.
    var tokens: [Int]
  }

  /// Reads a run of tokens into each of some sequences, in one pass, and keeps as many as are right.
  ///
  /// - Parameters:
  ///   - runs: No sequence twice; together at most as many tokens as a pass has rows.
  ///   - isWanted: Called once for each run, with its guesses and the logits after its token i, to be
  ///     asked for from 0 on, once i guesses have proved right. Tokens whose logits were asked for are
  ///     kept. Returning false ends the sequence.
  /// - Returns: The sequences that go on.
  /// - Throws: ``LanguageModelsError`` naming the id or the length that does not fit.
  func advance(
    _ runs: [Run],
    _ isWanted: (_ sequence: Int, _ guesses: ArraySlice<Int>, _ logits: (Int) -> [Float]) -> Bool
  ) throws(LanguageModelsError) -> [Int] {
    var segments: [ForwardPass.Segment] = []
    var rows = 0
    for run in runs {
      try check(run.tokens, run.sequence)
      segments.append(
        ForwardPass.Segment(
          sequence: run.sequence,
          start: lengths[run.sequence],
          rows: rows..<rows + run.tokens.count
        )
      )
      rows += run.tokens.count
    }
    let result = pass.read(runs.flatMap(\.tokens).map(Int32.init), segments, allLogits: true)
    passCount += 1
    return zip(runs, segments).filter { run, segment in
      isWanted(run.sequence, run.tokens.dropFirst()) { index in
        lengths[run.sequence] = segment.start + index + 1
        return array(result.row(segment.rows.lowerBound + index))
      }
    }.map(\.0.sequence)
  }

  /// Lets a sequence continue from where another stands.
  public func copy(_ source: Int, to target: Int) {
    precondition(source != target, "sequence \(source) onto itself")
    pass.cache.copy(from: source, to: target, count: lengths[source])
    lengths[target] = lengths[source]
  }

  /// Forgets what a sequence has read beyond its first tokens.
  public func truncate(_ sequence: Int, to length: Int = 0) {
    precondition(length >= 0 && length <= lengths[sequence], "\(length) of \(lengths[sequence])")
    lengths[sequence] = length
  }

  private func check(_ tokens: [Int], _ sequence: Int) throws(LanguageModelsError) {
    let limit = model.shape.contextLength
    guard !tokens.isEmpty, tokens.count <= limit - lengths[sequence] else {
      throw .sequenceLength(length: lengths[sequence] + tokens.count, contextLength: limit)
    }
    for id in tokens where id < 0 || id >= model.shape.vocabularySize {
      throw .tokenOutOfRange(id: id, vocabularySize: model.shape.vocabularySize)
    }
  }
}

/// A copy of a view's numbers.
func array(_ vector: VectorView) -> [Float] {
  unsafe Array(UnsafeBufferPointer(start: vector.base, count: vector.count))
}
