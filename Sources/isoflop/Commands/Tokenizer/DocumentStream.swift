import Files
import Tokenization

/// A document that is encoded as it comes in, and named where something is wrong in it.
final class DocumentStream {
  private let encoder: StreamingEncoder
  private let number: Int
  private let source: String

  /// Starts a document.
  ///
  /// - Parameters:
  ///   - encoder: What encodes it.
  ///   - number: The document's number in its source, counted from 1.
  ///   - source: The source.
  init(_ encoder: StreamingEncoder, number: Int, source: String) {
    self.encoder = encoder
    self.number = number
    self.source = source
  }

  /// The tokens that are certain after some more of the text.
  func append(_ bytes: [UInt8]) throws -> Encoding {
    try namingDocument { () throws(TokenizationError) in try encoder.append(bytes) }
  }

  /// The tokens of what is left at the end of the text.
  func finish() throws -> Encoding {
    try namingDocument { () throws(TokenizationError) in try encoder.finish() }
  }

  private func namingDocument(
    _ body: () throws(TokenizationError) -> Encoding
  ) throws -> Encoding {
    do throws(TokenizationError) {
      return try body()
    } catch {
      throw SpecialTokenInDocument(error, document: number, source: source) ?? error
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
