import Tokenization

/// Encodes the documents of a command's sources, one group after the other, and names the document
/// in which something is wrong.
final class DocumentEncoder {
  /// The tokenizer that encodes.
  let tokenizer: Tokenizer

  private lazy var batches = BatchEncoder(tokenizer, threads: threads, dropout: dropout)
  private lazy var single = BPEEncoder(tokenizer, dropout: dropout)
  private let threads: Int
  private let policy: SpecialTokenPolicy?
  private let dropout: MergeDropout?
  /// How many documents there were in all, by which dropout tells them apart.
  private var count = 0
  /// The source at hand, and how many of its documents there were.
  private var source: (name: String, count: Int) = ("", 0)

  init(
    _ tokenizer: Tokenizer,
    threads: Int,
    specialInText policy: SpecialTokenPolicy?,
    dropout: MergeDropout?
  ) {
    self.tokenizer = tokenizer
    self.threads = threads
    self.policy = policy
    self.dropout = dropout
  }

  /// The tokens of a source's next documents, found on all threads.
  func encode(_ documents: Documents, from name: String) throws -> EncodedBatch {
    let first = start(documents.count, name)
    defer { count += documents.count }
    let text = unsafe documents.text.span.bytes
    do {
      return try batches.encode(
        documents.ranges,
        of: text,
        specialTokens: policy,
        firstNumber: count
      )
    } catch {
      for (index, range) in documents.ranges.enumerated() {
        var ids: [TokenID] = []
        do {
          try single.encode(text.extracting(range), specialTokens: policy, into: &ids)
        } catch {
          throw SpecialTokenInDocument(error, document: first + index + 1, source: name) ?? error
        }
      }
      throw error
    }
  }

  /// The tokens of a source's next documents and what they stand for.
  func encodeWithOffsets(_ documents: Documents, from name: String) throws -> [Encoding] {
    let first = start(documents.count, name)
    defer { count += documents.count }
    let text = unsafe documents.text.span.bytes
    var encodings: [Encoding] = []
    for (index, range) in documents.ranges.enumerated() {
      single.startText(count + index)
      do {
        encodings.append(
          try single.encodeWithOffsets(text.extracting(range), specialTokens: policy)
        )
      } catch {
        throw SpecialTokenInDocument(error, document: first + index + 1, source: name) ?? error
      }
    }
    return encodings
  }

  /// Encodes a source's next document, which comes in parts.
  ///
  /// - Parameters:
  ///   - name: The source.
  ///   - offsets: What offsets count; nil for none.
  ///   - next: Gives the next part, or nil at the end.
  ///   - take: Takes the tokens of the parts.
  /// - Throws: What the reading throws, or ``TokenizationError`` for the text.
  func encodeStream(
    from name: String,
    offsets: StreamingEncoder.OffsetUnit?,
    next: () throws -> [UInt8]?,
    take: (Encoding) throws -> Void
  ) throws {
    let first = start(1, name)
    defer { count += 1 }
    let encoder = try StreamingEncoder(
      tokenizer,
      threads: threads,
      specialTokens: policy,
      dropout: dropout,
      number: count,
      offsets: offsets
    )
    do {
      while let bytes = try next() { try take(encoder.append(bytes)) }
      try take(encoder.finish())
    } catch let error as TokenizationError {
      throw SpecialTokenInDocument(error, document: first + 1, source: name) ?? error
    }
  }

  /// Notes that a source has more documents.
  ///
  /// - Returns: How many of it came before.
  private func start(_ more: Int, _ name: String) -> Int {
    if source.name != name { source = (name, 0) }
    defer { source.count += more }
    return source.count
  }
}

/// A special token in a document where that is refused, and how to say what it is.
private struct SpecialTokenInDocument: Error, CustomStringConvertible {
  let description: String

  /// Nil for every other error.
  init?(_ error: TokenizationError, document: Int, source: String) {
    guard case .specialTokenInText(let token, let offset) = error else { return nil }
    description =
      "Document \(document) of \(source) holds the special token \(token) at byte \(offset)."
      + " Say what it is there: --special-in-text text (ordinary text) or recognize (the token)."
  }
}
