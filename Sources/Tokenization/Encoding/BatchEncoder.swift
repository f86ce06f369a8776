import UnicodeText

/// The tokens of many texts, one after the other in one array.
public struct EncodedBatch: Sendable, Equatable {
  /// The tokens of all texts.
  public let ids: [TokenID]
  /// Where the tokens of each text end.
  public let ends: [Int]

  /// How many texts there are.
  public var count: Int { ends.count }

  /// The tokens of a text.
  public subscript(_ index: Int) -> ArraySlice<TokenID> {
    ids[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }
}

/// Encodes many texts at a time on several threads, and remembers the words it met.
///
/// The ids do not depend on the number of threads, nor on what was encoded before.
public final class BatchEncoder {
  private let encoders: [BPEEncoder]
  private let words = LearnedWords()

  /// Texts are given to threads in groups of at least this many bytes.
  private static let groupSize = 1 << 16

  /// Creates an encoder.
  ///
  /// - Parameters:
  ///   - tokenizer: The tokenizer.
  ///   - threads: How many threads at most.
  ///   - dropout: Leaves merges out at random; nil for what the tokenizer's file says.
  public init(_ tokenizer: Tokenizer, threads: Int = 1, dropout: MergeDropout? = nil) {
    let words = words
    encoders = (0..<max(1, threads)).map { _ in BPEEncoder(tokenizer, dropout, words) }
  }

  /// The tokens of parts of a text, each a text of its own.
  ///
  /// - Parameters:
  ///   - documents: The byte ranges of the texts.
  ///   - text: What the ranges are parts of, in UTF-8; ill-formed bytes are encoded byte by byte.
  ///   - specialTokens: What becomes of special tokens in the texts.
  ///   - firstNumber: The number of the first text, by which dropout tells texts apart.
  /// - Returns: The tokens of each text, in the order of the texts.
  /// - Throws: The error of the first text that has one.
  public func encode(
    _ documents: [Range<Int>],
    of text: RawSpan,
    specialTokens: SpecialTokenPolicy? = nil,
    firstNumber: Int = 0
  ) throws(TokenizationError) -> EncodedBatch {
    words.expect(byteCount: documents.reduce(0) { $0 + $1.count })
    let groups = encoders.count == 1 ? [] : Self.groups(of: documents)
    if groups.count < 2 {
      return try encodeInOrder(documents, of: text, specialTokens, firstNumber)
    }
    // subtle: the address is used only while this call lends the text.
    for encoder in encoders { encoder.removeOutput() }
    let parts = unsafe text.withUnsafeBytes { buffer in
      nonisolated(unsafe) let bytes = unsafe buffer
      let free = EncoderPool(encoders)
      return parallelMap(groups.count, threads: encoders.count, chunk: 1) {
        free.take()
      } body: { encoder, index in
        Swift.Result<Part, TokenizationError> { () throws(TokenizationError) in
          let start = encoder.outputCount
          var part = Part(encoder: encoder, ids: start..<start)
          for number in groups[index] {
            let document = documents[number]
            encoder.startText(firstNumber + number)
            let span = unsafe RawSpan(_unsafeBytes: bytes).extracting(document)
            try encoder.append(span, specialTokens)
            part.ends.append(encoder.outputCount - start)
          }
          part.ids = start..<encoder.outputCount
          return part
        }
      }
    }
    return try join(parts, documents.count)
  }

  /// Encodes texts one after the other.
  private func encodeInOrder(
    _ documents: [Range<Int>],
    of text: RawSpan,
    _ specialTokens: SpecialTokenPolicy?,
    _ firstNumber: Int
  ) throws(TokenizationError) -> EncodedBatch {
    let encoder = encoders[0]
    var ids: [TokenID] = []
    var ends: [Int] = []
    ends.reserveCapacity(documents.count)
    // A token of four bytes and more is usual.
    ids.reserveCapacity(documents.reduce(0) { $0 + $1.count } / 4)
    adviseHugePages(of: &ids)
    for (number, document) in documents.enumerated() {
      encoder.startText(firstNumber + number)
      try encoder.encode(text.extracting(document), specialTokens: specialTokens, into: &ids)
      ends.append(ids.count)
    }
    return EncodedBatch(ids: ids, ends: ends)
  }

  /// The parts one after the other, copied by all threads: one alone waits for the new memory longer
  /// than it copies.
  private func join(
    _ results: [Swift.Result<Part, TokenizationError>],
    _ documentCount: Int
  ) throws(TokenizationError) -> EncodedBatch {
    var parts: [Part] = []
    var starts: [Int] = []
    var ends: [Int] = []
    ends.reserveCapacity(documentCount)
    var total = 0
    for result in results {
      let part = try result.get()
      starts.append(total)
      for end in part.ends { ends.append(total + end) }
      total += part.ids.count
      parts.append(part)
    }
    let ids = unsafe [TokenID](unsafeUninitializedCapacity: total) { buffer, count in
      unsafe adviseHugePages(inside: UnsafeMutableRawBufferPointer(buffer))
      nonisolated(unsafe) let target = unsafe buffer
      _ = parallelStates(parts.count, threads: encoders.count) {
      } body: { _, index in
        let ids = parts[index].ids
        let place = unsafe target[starts[index]..<starts[index] + ids.count]
        unsafe parts[index].encoder.copyOutput(ids, to: UnsafeMutableBufferPointer(rebasing: place))
      }
      count = total
    }
    return EncodedBatch(ids: ids, ends: ends)
  }

  /// The tokens of texts that lie apart.
  ///
  /// - Throws: The error of the first text that has one.
  public func encode(
    _ texts: [[UInt8]],
    specialTokens: SpecialTokenPolicy? = nil,
    firstNumber: Int = 0
  ) throws(TokenizationError) -> EncodedBatch {
    var joined: [UInt8] = []
    joined.reserveCapacity(texts.reduce(0) { $0 + $1.count })
    var ranges: [Range<Int>] = []
    ranges.reserveCapacity(texts.count)
    for text in texts {
      ranges.append(joined.count..<joined.count + text.count)
      joined += text
    }
    return try unsafe encode(
      ranges,
      of: joined.span.bytes,
      specialTokens: specialTokens,
      firstNumber: firstNumber
    )
  }

  /// The tokens of the texts of one group.
  private struct Part {
    /// Who has them.
    let encoder: BPEEncoder
    /// Where they are in its output.
    var ids: Range<Int>
    /// Where those of each text end.
    var ends: [Int] = []
  }

  /// Cuts a list of texts into groups of enough bytes.
  private static func groups(of documents: [Range<Int>]) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    var start = 0
    var size = 0
    for (index, document) in documents.enumerated() {
      size += document.count
      if size >= groupSize || index == documents.count - 1 {
        groups.append(start..<index + 1)
        start = index + 1
        size = 0
      }
    }
    return groups
  }
}

/// Gives each thread an encoder of its own.
private final class EncoderPool {
  private var encoders: [BPEEncoder]

  init(_ encoders: [BPEEncoder]) {
    self.encoders = encoders.reversed()
  }

  func take() -> BPEEncoder {
    guard let encoder = encoders.popLast() else {
      preconditionFailure("more threads than encoders")
    }
    return encoder
  }
}
