import UnicodeText

/// Finds the seams of texts: places where a text can be cut so that the tokens of its parts, one
/// after the other, are those of the whole.
///
/// A place is a seam by the two characters around it, whatever else the text holds: no added token
/// can lie across it, no step of the normalization looks beyond it, and either a stage that cuts the
/// text surely cuts there, or no token of the vocabulary has the two characters in a row, so that
/// nothing is ever merged across it. One value is used by one thread at a time.
final class TextSeams {
  /// Why texts have no seams with this tokenizer; nil where they may have some.
  let obstacle: String?
  /// Whether the space after a seam is left out of the part it begins, since the encoder puts one in
  /// front of every text.
  let dropsSpace: Bool

  private let addedTokens: AddedTokenSeams
  private let normalization: NormalizationSeams
  private let normalizedTokens: AddedTokenSeams
  private let splits: SplitSeams
  private let looksAtBases: Bool
  private lazy var merges = MergeSeams(tokenizer)
  private let sentencePiece: SentencePieceSeams?
  private let tokenizer: Tokenizer
  /// Whether what one part holds changes how another is merged.
  private let mergesTogether: Bool
  /// The answers for pairs of characters asked about before.
  private var answers = [(pair: UInt64, isSeam: Bool)](repeating: (0, false), count: 1 << 12)

  /// Prepares the search.
  ///
  /// - Parameters:
  ///   - tokenizer: The tokenizer that encodes.
  ///   - dropsMerges: Whether merges are left out at random.
  /// - Throws: ``TokenizationError`` where the normalization of added tokens fails.
  init(_ tokenizer: Tokenizer, dropsMerges: Bool) throws(TokenizationError) {
    let configuration = tokenizer.configuration
    self.tokenizer = tokenizer
    addedTokens = AddedTokenSeams(
      configuration.addedTokens.filter { !$0.isNormalized }.map { (Array($0.content.utf8), $0) }
    )
    normalizedTokens = AddedTokenSeams(try configuration.normalizedContents())
    sentencePiece = tokenizer.sentencePiece.map { SentencePieceSeams($0, tokenizer) }
    normalization = NormalizationSeams(configuration)
    splits = SplitSeams(configuration)
    looksAtBases = splits.looksAtBases
    mergesTogether =
      dropsMerges || configuration.ignoresMerges || configuration.options.marksWords
    if let sentencePiece {
      dropsSpace = sentencePiece.dropsSpace
      obstacle =
        dropsMerges ? "with dropout, merges depend on the whole text" : sentencePiece.obstacle
    } else {
      dropsSpace = normalization.dropsSpace
      obstacle = normalization.obstacle
    }
  }

  /// The last seam of a text behind a place, or nil.
  func last(in text: ByteView, after start: Int) -> Int? {
    if obstacle != nil { return nil }
    var place = text.count - 1
    while place > start {
      if isSeam(text, place) { return place }
      place -= 1
    }
    return nil
  }

  /// The first seam of a text within a range, or nil.
  func first(in text: ByteView, _ range: Range<Int>) -> Int? {
    obstacle == nil ? range.first { isSeam(text, $0) } : nil
  }

  /// Whether a place inside a text is a seam.
  private func isSeam(_ text: ByteView, _ place: Int) -> Bool {
    guard place > 0, place < text.count, text[place] & 0xC0 != 0x80 else { return false }
    let right = unsafe UTF8Decoding.step(text.address, at: place, limit: text.count)
    var start = place - 1
    while start > 0, place - start < 4, text[start] & 0xC0 == 0x80 { start -= 1 }
    let left = unsafe UTF8Decoding.step(text.address, at: start, limit: place)
    guard right.isWellFormed, left.isWellFormed, start + left.length == place,
      let leftScalar = Unicode.Scalar(left.scalar), let rightScalar = Unicode.Scalar(right.scalar)
    else { return false }
    if looksAtBases, CharacterClass(of: leftScalar).contains(.combining) {
      guard let cluster = cluster(in: text, endingAt: place), parts(cluster, rightScalar) else {
        return false
      }
    } else {
      let pair = UInt64(left.scalar) << 32 | UInt64(right.scalar)
      let index = Int(truncatingIfNeeded: (pair &* hashKey0) >> 52)
      if answers[index].pair != pair {
        answers[index] = (pair, parts(String(leftScalar), rightScalar))
      }
      guard answers[index].isSeam else { return false }
    }
    if dropsSpace {
      // The space must be inside of a text between added tokens, each of which gets its own in front.
      guard right.scalar == 0x20, place + 1 < text.count, text[place + 1] != 0x20,
        !addedTokens.touches(text[place - 1], text[place + 1]),
        !normalizedTokens.touches(text[place - 1], text[place + 1])
      else { return false }
    }
    return sentencePiece?.keepsApart(text, left: start, place) ?? true
  }

  /// The marks before a place with the character that they belong to, where they are few.
  private func cluster(in text: ByteView, endingAt place: Int) -> String? {
    var start = place
    while start > 0, place - start < 24 {
      start -= 1
      if text[start] & 0xC0 == 0x80 { continue }
      let step = unsafe UTF8Decoding.step(text.address, at: start, limit: place)
      guard step.isWellFormed, let scalar = Unicode.Scalar(step.scalar) else { return nil }
      if !CharacterClass(of: scalar).contains(.combining) {
        return text[start..<place].withSpan { span in
          unsafe span.withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) }
        }
      }
    }
    return nil
  }

  /// Whether two characters in a row are parted, whatever stands around them.
  ///
  /// - Parameters:
  ///   - left: The left one; where that is a mark, behind all that it belongs to or alone.
  ///   - right: The right one.
  /// - Returns: Whether that is certain.
  private func parts(_ left: String, _ right: Unicode.Scalar) -> Bool {
    guard let last = left.unicodeScalars.last, addedTokens.parts(last, right) else { return false }
    if let sentencePiece { return sentencePiece.parts(last, right) }
    guard let normal = normalization.ends(of: left, right), let first = normal.left.first,
      let last = normal.left.last, normalizedTokens.parts(last, normal.right)
    else { return false }
    let hasBase = normal.left.dropFirst().allSatisfy { WordRole(of: $0) == .mark }
    switch splits.effect(last, normal.right, base: hasBase ? first : nil) {
    case .cut: return true
    case .none(let left, let right): return !mergesTogether && merges.parts(left, right)
    case .unknown: return false
    }
  }
}

/// Where no added token lies, nor takes white space or the lack of a word into account.
struct AddedTokenSeams {
  /// Whether two bytes stand in a row inside of a token.
  private var hasPair = [Bool](repeating: false, count: 1 << 16)
  private var firsts = [Bool](repeating: false, count: 256)
  private var lasts = [Bool](repeating: false, count: 256)
  /// The bytes that begin or end tokens that look at the character before or after them.
  private var lookingBack = [Bool](repeating: false, count: 256)
  private var lookingAhead = [Bool](repeating: false, count: 256)
  private let isEmpty: Bool

  init(_ tokens: [(text: [UInt8], token: AddedToken)]) {
    isEmpty = tokens.isEmpty
    for (text, token) in tokens {
      guard let first = text.first, let last = text.last else { continue }
      for (left, right) in zip(text, text.dropFirst()) {
        hasPair[Int(left) << 8 | Int(right)] = true
      }
      firsts[Int(first)] = true
      lasts[Int(last)] = true
      if token.singleWord || token.stripsLeft { lookingBack[Int(first)] = true }
      if token.singleWord || token.stripsRight { lookingAhead[Int(last)] = true }
    }
  }

  /// Whether a token may end with one byte, or begin with another.
  func touches(_ before: UInt8, _ after: UInt8) -> Bool {
    lasts[Int(before)] || firsts[Int(after)]
  }

  /// Whether tokens on both sides of a place are found without looking across it.
  ///
  /// subtle: white space that a token takes along may reach up to the place from a token further
  /// away; it ends there where the other side has no white space, and no token takes space behind it
  /// where the left side ends without any.
  func parts(_ left: Unicode.Scalar, _ right: Unicode.Scalar) -> Bool {
    if isEmpty { return true }
    let (last, first) = (left.lastByte, right.firstByte)
    let bothSpaces = left.properties.isWhitespace && right.properties.isWhitespace
    return !hasPair[Int(last) << 8 | Int(first)] && !lookingAhead[Int(last)]
      && !lookingBack[Int(first)] && !bothSpaces
  }
}

extension Unicode.Scalar {
  /// The first byte in UTF-8.
  var firstByte: UInt8 {
    switch value {
    case 0..<0x80: UInt8(value)
    case 0..<0x800: UInt8(0xC0 | value >> 6)
    case 0..<0x1_0000: UInt8(0xE0 | value >> 12)
    default: UInt8(0xF0 | value >> 18)
    }
  }

  /// The last byte in UTF-8.
  var lastByte: UInt8 { value < 0x80 ? UInt8(value) : UInt8(0x80 | value & 0x3F) }
}
