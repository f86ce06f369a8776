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
    let document = try startDocument(from: name, offsets: offsets)
    while let bytes = try next() { try take(document.append(bytes)) }
    try take(document.finish())
  }

  /// Starts a source's next document, which comes in parts.
  ///
  /// - Parameters:
  ///   - name: The source.
  ///   - offsets: What offsets count; nil for none.
  /// - Returns: What encodes it.
  /// - Throws: ``TokenizationError`` where the tokenizer's stages cannot be prepared.
  func startDocument(
    from name: String,
    offsets: StreamingEncoder.OffsetUnit? = nil
  ) throws -> DocumentStream {
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
    return DocumentStream(encoder, number: first + 1, source: name)
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
