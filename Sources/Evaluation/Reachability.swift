public import Tokenization
import UnicodeText

/// Which tokens of a vocabulary no text of their own gives.
///
/// A token is unreachable when its bytes, encoded alone, give anything but itself: merges that
/// other merges forestall, tokens that the pre-tokenizer or the normalizer always breaks. Special
/// tokens are left out, since text never gives them.
///
/// - Source: Land and Bartolo 2024 (2405.05417), section 3.1.
public struct Reachability: Sendable, Hashable {
  /// Unreachable tokens that are whole text, ascending.
  public let unreachable: [TokenID]
  /// Unreachable tokens that begin or end inside a character, ascending.
  public let unreachableParts: [TokenID]
  /// How many tokens begin or end inside a character, reachable ones included.
  public let partCount: Int

  /// Encodes every token of a vocabulary.
  ///
  /// - Complexity: One encoding of all tokens.
  public init(of tokenizer: Tokenizer) throws(EvaluationError) {
    let encoder = BPEEncoder(tokenizer)
    var unreachable: [TokenID] = []
    var parts: [TokenID] = []
    var partCount = 0
    var ids: [TokenID] = []
    let added = Set(tokenizer.configuration.addedTokens.map(\.id))
    for id in 0..<TokenID(tokenizer.vocabularySize) where !tokenizer.isSpecial(id) {
      let bytes = tokenizer.bytes(of: id)
      let isPart = unsafe firstInvalidUTF8(in: bytes.span.bytes) != nil
      if isPart { partCount += 1 }
      ids.removeAll(keepingCapacity: true)
      do {
        try unsafe encoder.encode(
          bytes.span.bytes,
          specialTokens: added.contains(id) ? .recognize : .asText,
          into: &ids
        )
      } catch {
        throw .tokenization(error)
      }
      if ids == [id] { continue }
      if isPart { parts.append(id) } else { unreachable.append(id) }
    }
    self.unreachable = unreachable
    unreachableParts = parts
    self.partCount = partCount
  }
}
