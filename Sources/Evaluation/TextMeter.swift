import Corpora
import Tokenization
import UnicodeText

/// Measures one text after the other with one tokenizer.
///
/// One value is used by one thread at a time.
final class TextMeter {
  private let encoder: BPEEncoder
  private let normalizer: TextNormalizer
  private let nfkc = TextNormalizer(NormalizationForm.nfkc)
  private let graphemes: TextBoundaries
  private let vocabularySize: Int

  init(_ tokenizer: Tokenizer) throws(EvaluationError) {
    encoder = BPEEncoder(tokenizer)
    vocabularySize = tokenizer.vocabularySize
    do {
      normalizer = try TextNormalizer(tokenizer.configuration.normalization)
      graphemes = try TextBoundaries(.graphemes)
    } catch {
      throw .text(error)
    }
  }

  /// Measures the segments of a language.
  func measures(_ language: String, _ segments: [Segment]) throws(EvaluationError) -> TextMeasures {
    var measures = TextMeasures(language: language, vocabularySize: vocabularySize)
    var types: Set<[UInt8]> = []
    let words = try text { () throws(UnicodeTextError) in
      try TextBoundaries(.words, locale: isTag(language) ? language : "")
    }
    for segment in segments {
      let bytes = Array(segment.text.utf8)
      measures.segments += 1
      measures.bytes += bytes.count
      measures.characters += segment.text.unicodeScalars.count
      let found = try text { () throws(UnicodeTextError) in
        measures.graphemes += try unsafe graphemes.count(in: bytes.span.bytes).segments
        try measures.normalizerDamage.add(bytes, normalizer)
        try measures.nfkcDamage.add(bytes, nfkc)
        return try unsafe words.segments(of: bytes.span.bytes).filter(\.isWord).map(\.range)
      }
      for word in found { types.insert(Array(bytes[word])) }
      let encoding = try tokens { () throws(TokenizationError) in
        try unsafe encoder.encodeWithOffsets(bytes.span.bytes, specialTokens: .asText)
      }
      measures.tokens += encoding.ids.count
      measures.counts.add(encoding.ids)
      measures.segmentTokens[segment.index] = encoding.ids.count
      measures.words += found.count
      measures.continuedWords += continued(found, encoding.offsets)
    }
    measures.wordTypes = types.count
    measures.singleTokenWordTypes = try singleTokens(types)
    return measures
  }

  /// How many words have parts in more than one token.
  private func continued(_ words: [Range<Int>], _ offsets: [Range<Int>]) -> Int {
    var count = 0
    var first = 0
    for word in words {
      while first < offsets.count, offsets[first].upperBound <= word.lowerBound { first += 1 }
      var parts = 0
      var index = first
      while index < offsets.count, parts < 2, offsets[index].lowerBound < word.upperBound {
        if !offsets[index].isEmpty { parts += 1 }
        index += 1
      }
      if parts > 1 { count += 1 }
    }
    return count
  }

  /// How many of some words are one token, alone or with a space before them.
  private func singleTokens(_ types: Set<[UInt8]>) throws(EvaluationError) -> Int {
    try tokens { () throws(TokenizationError) in
      var singles = 0
      for word in types {
        var isSingle = try isSingleToken(word)
        if !isSingle { isSingle = try isSingleToken([UInt8(ascii: " ")] + word) }
        if isSingle { singles += 1 }
      }
      return singles
    }
  }

  private func isSingleToken(_ text: [UInt8]) throws(TokenizationError) -> Bool {
    var ids: [TokenID] = []
    try unsafe encoder.encode(text.span.bytes, specialTokens: .asText, into: &ids)
    return ids.count == 1
  }

  /// Whether a file's name can be a tag, whose language's rules then apply.
  private func isTag(_ name: String) -> Bool {
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    return parts.allSatisfy { (1...8).contains($0.count) } && (2...3).contains(parts[0].count)
      && parts.joined().unicodeScalars.allSatisfy {
        ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
      }
  }
}

/// Runs what can fail on a text.
private func text<Result>(
  _ body: () throws(UnicodeTextError) -> Result
) throws(EvaluationError) -> Result {
  do { return try body() } catch { throw .text(error) }
}

/// Runs what a tokenizer can fail at.
private func tokens<Result>(
  _ body: () throws(TokenizationError) -> Result
) throws(EvaluationError) -> Result {
  do { return try body() } catch { throw .tokenization(error) }
}
