import Synchronization

/// Where a long piece can be cut before it is merged: between two characters that no token has in a
/// row.
///
/// Merges of both sides never meet there, so that the tokens of the piece are those of its parts. In
/// scripts without spaces a piece is a clause that hardly comes again, and its parts are single
/// characters and words, which were met before.
struct CharacterSeams: ~Copyable, Sendable {
  /// Bits by hashes of a character and up to three bytes of the next one, set for all that a token has
  /// in a row, and for some others: what has no bit stands in no token.
  private var pairs: FlatArray<UInt64>
  private let shift: UInt64
  /// A bit for each last byte of a character and first byte of the next, of the tokens that begin
  /// inside of the former.
  private var tails = FlatArray<UInt64>(repeating: 0, count: 64 * 256 / 64)

  /// Pieces of more bytes are looked at.
  static let shortestPiece = 5
  /// Pieces of more bytes are not: their parts would take too much memory at once.
  static let longestPiece = 1 << 14
  /// Whether a word may have seams.
  @inline(__always)
  static func areLikely(in word: WordCache.Key) -> Bool {
    word.count > shortestPiece && word.beginsWithLongCharacter
  }

  /// Only characters of three bytes are told apart: those of the scripts without spaces.
  private static let characterLength = 3

  /// The seams of a byte-level vocabulary.
  ///
  /// - Returns: Nil where a byte has no token, or a token stands for other bytes than its parts.
  init?(_ merges: [Merge], _ tables: TokenizerTables) {
    guard tables.coversAllBytes, merges.allSatisfy({ Self.isWhole($0, tables) }) else { return nil }
    var bits: UInt64 = 14
    // About sixteen bits for each pair of characters.
    while 1 << bits < 16 * merges.count, bits < 30 { bits += 1 }
    shift = 64 - bits
    pairs = FlatArray(repeating: 0, count: 1 << Int(bits - 6))
    for merge in merges { addPairs(of: tables.decodedRange(merge.merged), tables) }
  }

  /// Notes the characters that a token has in a row.
  private mutating func addPairs(of token: Range<Int>, _ tables: TokenizerTables) {
    for place in token.dropFirst() where tables.decodedBytes[place] & 0xF0 == 0xE0 {
      let last = tables.decodedBytes[place - 1]
      if last & 0xC0 != 0x80 { continue }
      if place - token.lowerBound < Self.characterLength {
        let tail = Self.tail(last, tables.decodedBytes[place])
        tails[tail >> 6] |= 1 << UInt64(tail & 63)
        continue
      }
      let former = Self.number(tables, place - Self.characterLength..<place)
      let end = min(place + Self.characterLength, token.upperBound)
      let bit = bit(former, Self.number(tables, place..<end))
      pairs[bit >> 6] |= 1 << UInt64(bit & 63)
    }
  }

  /// Some bytes as one number.
  private static func number(_ tables: TokenizerTables, _ range: Range<Int>) -> UInt32 {
    range.reduce(0) { $0 << 8 | UInt32(tables.decodedBytes[$1]) }
  }

  private static func isWhole(_ merge: Merge, _ tables: TokenizerTables) -> Bool {
    let left = tables.decodedRange(merge.left)
    let right = tables.decodedRange(merge.right)
    let whole = tables.decodedRange(merge.merged)
    guard whole.count == left.count + right.count else { return false }
    for (index, place) in whole.enumerated() {
      let source =
        index < left.count ? left.lowerBound + index : right.lowerBound + index - left.count
      if tables.decodedBytes[place] != tables.decodedBytes[source] { return false }
    }
    return true
  }

  /// The place of the bit for two characters.
  @inline(__always)
  private func bit(_ former: UInt32, _ next: UInt32) -> Int {
    let pair = UInt64(former) &<< 24 | UInt64(next)
    return Int(truncatingIfNeeded: (pair &* 0x9E37_79B9_7F4A_7C15) &>> shift)
  }

  @inline(__always)
  private static func tail(_ last: UInt8, _ first: UInt8) -> Int {
    Int(last & 0x3F) << 8 | Int(first)
  }

  @inline(__always)
  private func mayFollow(_ former: UInt32, _ next: UInt32) -> Bool {
    let bit = bit(former, next)
    return pairs[bit >> 6] &>> UInt64(bit & 63) & 1 != 0
  }

  /// The end of the part of a piece that begins at a place: the next seam or the end of the piece.
  @inline(__always)
  func end(ofPartAt start: Int, _ piece: ByteView) -> Int {
    var place = start &+ Self.characterLength
    while place &+ Self.characterLength <= piece.count {
      if isSeam(piece, place) { return place }
      place &+= piece[place] & 0xF0 == 0xE0 ? Self.characterLength : 1
    }
    return piece.count
  }

  /// Whether a place of a piece, with three bytes on both sides, is between two characters of three
  /// bytes that no token has in a row.
  @inline(__always)
  private func isSeam(_ piece: ByteView, _ place: Int) -> Bool {
    let (first, second, third) = (piece[place], piece[place &+ 1], piece[place &+ 2])
    let lead = piece[place &- 3]
    let (middle, last) = (piece[place &- 2], piece[place &- 1])
    // Bytes that are no such characters are left together.
    if first & 0xF0 != 0xE0 || lead & 0xF0 != 0xE0 || last & middle & 0xC0 != 0x80 { return false }
    let tail = Self.tail(last, first)
    if tails[tail >> 6] &>> UInt64(tail & 63) & 1 != 0 { return false }
    let former = UInt32(lead) &<< 16 | UInt32(middle) &<< 8 | UInt32(last)
    let one = UInt32(first)
    let two = one &<< 8 | UInt32(second)
    return !mayFollow(former, two &<< 8 | UInt32(third)) && !mayFollow(former, one)
      && !mayFollow(former, two)
  }
}

/// The ``CharacterSeams`` of a tokenizer, found when they are first asked for.
final class SharedSeams: Sendable {
  private let seams = Mutex<FoundSeams?>(nil)

  /// The seams of a vocabulary, which may have none.
  func get(_ merges: [Merge], _ tables: TokenizerTables) -> FoundSeams {
    seams.withLock { seams in
      if let seams { return seams }
      let found = FoundSeams(merges, tables)
      seams = found
      return found
    }
  }
}

/// ``CharacterSeams`` that the encoders of all threads share.
final class FoundSeams: Sendable {
  private let seams: CharacterSeams?

  init(_ merges: [Merge], _ tables: TokenizerTables) {
    seams = CharacterSeams(merges, tables)
  }

  /// The end of the part of a piece that begins at a place.
  @inline(__always)
  func end(ofPartAt start: Int, _ piece: ByteView) -> Int {
    seams?.end(ofPartAt: start, piece) ?? piece.count
  }
}
