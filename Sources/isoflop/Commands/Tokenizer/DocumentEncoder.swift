import Tokenization

/// Encodes documents one after the other, and names the one that an error is in.
struct DocumentEncoder {
  let tokenizer: Tokenizer

  private let dropout: MergeDropout?
  private let threads: Int
  private let encoder: BPEEncoder
  /// How many documents came before, by which dropout tells them apart.
  private var count = 0

  init(_ tokenizer: Tokenizer, dropout: MergeDropout?, threads: Int) {
    self.tokenizer = tokenizer
    self.dropout = dropout
    self.threads = threads
    encoder = BPEEncoder(tokenizer, dropout: dropout)
  }

  /// The tokens of a document and where they come from.
  ///
  /// - Parameters:
  ///   - document: The document.
  ///   - policy: What becomes of special tokens in it.
  ///   - name: Where it comes from and which one of there it is, counted from 1, for errors.
  /// - Returns: The encoding without special tokens around.
  /// - Throws: ``SpecialTokenInDocument``, or ``TokenizationError``.
  mutating func encoding(
    of document: [UInt8],
    _ policy: SpecialTokenPolicy?,
    name: (source: String, number: Int)
  ) throws -> Encoding {
    encoder.startText(count)
    count += 1
    do {
      return try unsafe encoder.encodeWithOffsets(document.span.bytes, specialTokens: policy)
    } catch {
      throw SpecialTokenInDocument(error, document: name.number, source: name.source) ?? error
    }
  }

  /// The tokens of documents, encoded on all threads.
  ///
  /// - Parameters:
  ///   - documents: The documents.
  ///   - policy: What becomes of special tokens in them.
  ///   - source: Where they come from, for errors.
  ///   - start: How many documents of the source came before.
  /// - Returns: The tokens of each without special tokens around.
  /// - Throws: ``SpecialTokenInDocument``, or ``TokenizationError``.
  mutating func ids(
    of documents: [[UInt8]],
    _ policy: SpecialTokenPolicy?,
    from source: String,
    after start: Int
  ) throws -> [[TokenID]] {
    defer { count += documents.count }
    // One text needs no threads, and no second encoder.
    if documents.count == 1 {
      let document = documents[0]
      var ids: [TokenID] = []
      encoder.startText(count)
      do {
        try unsafe encoder.encode(document.span.bytes, specialTokens: policy, into: &ids)
      } catch {
        throw SpecialTokenInDocument(error, document: start + 1, source: source) ?? error
      }
      return [ids]
    }
    do {
      return try tokenizer.encode(
        documents,
        threads: threads,
        specialTokens: policy,
        dropout: dropout,
        firstNumber: count
      )
    } catch {
      for (index, document) in documents.enumerated() {
        do {
          _ = try unsafe tokenizer.encode(document.span.bytes, specialTokens: policy)
        } catch {
          throw SpecialTokenInDocument(error, document: start + index + 1, source: source) ?? error
        }
      }
      throw error
    }
  }
}

/// A special token in a document where that is refused, and how to say what it is.
struct SpecialTokenInDocument: Error, CustomStringConvertible {
  let description: String

  /// Nil for every other error.
  init?(_ error: TokenizationError, document: Int, source: String) {
    guard case .specialTokenInText(let token, let offset) = error else { return nil }
    description =
      "Document \(document) of \(source) holds the special token \(token) at byte \(offset)."
      + " Say what it is there: --special-in-text text (ordinary text) or recognize (the token)."
  }
}
