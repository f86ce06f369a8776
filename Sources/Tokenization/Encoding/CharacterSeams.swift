import Synchronization

/// Where a piece can be cut before it is merged: between two characters that no token has in a
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
  /// A bit for each last byte of a character and first byte of the next one, which has three, of the
  /// tokens that begin inside of the former.
  private var tails = FlatArray<UInt64>(repeating: 0, count: 64 * 16 / 64)

  /// Pieces of more bytes are looked at.
  static let shortestPiece = 5
  /// Pieces of more bytes are not: their parts would take too much memory at once.
  static let longestPiece = 1 << 12

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
        let tail = Self.tail(UInt64(tables.decodedBytes[place]) << 24 | UInt64(last) << 16)
        tails[tail >> 6] |= 1 << UInt64(tail & 63)
        continue
      }
      let start = place - Self.characterLength
      let end = min(place + Self.characterLength, token.upperBound)
      var bytes: UInt64 = 0
      for place in (start..<end).reversed() {
        bytes = bytes << 8 | UInt64(tables.decodedBytes[place])
      }
      let bit = bit(bytes)
      pairs[bit >> 6] |= 1 << UInt64(bit & 63)
    }
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

  /// The place of the bit for a character and up to three bytes of the next one, the first byte lowest.
  @inline(__always)
  private func bit(_ bytes: UInt64) -> Int {
    Int(truncatingIfNeeded: (bytes &* 0x9E37_79B9_7F4A_7C15) &>> shift)
  }

  /// The place of the bit for the third and the fourth of some bytes.
  @inline(__always)
  private static func tail(_ bytes: UInt64) -> Int {
    Int(truncatingIfNeeded: bytes &>> 16 & 0x3F | bytes &>> 18 & 0x3C0)
  }

  @inline(__always)
  private func mayFollow(_ bytes: UInt64) -> Bool {
    let bit = bit(bytes)
    return pairs[bit >> 6] &>> UInt64(bit & 63) & 1 != 0
  }

  /// The end of the part of a piece that begins at a place: the next seam or the end of the piece.
  @inline(__always)
  func end(ofPartAt start: Int, _ piece: ByteView) -> Int {
    var place = start &+ Self.characterLength
    while place &+ Self.characterLength <= piece.count {
      let bytes = piece.word(at: place &- Self.characterLength, length: 6)
      if isSeam(bytes) { return place }
      place &+= bytes &>> 24 & 0xF0 == 0xE0 ? Self.characterLength : 1
    }
    return piece.count
  }

  /// Whether six bytes, the first one lowest, are two characters of three bytes that no token has in a
  /// row.
  @inline(__always)
  private func isSeam(_ bytes: UInt64) -> Bool {
    // Bytes that are no such characters are left together.
    if bytes & 0xF0C0_C0F0 != 0xE080_80E0 { return false }
    let tail = Self.tail(bytes)
    if tails[tail >> 6] &>> UInt64(tail & 63) & 1 != 0 { return false }
    return !mayFollow(bytes) && !mayFollow(bytes & 0xFFFF_FFFF)
      && !mayFollow(bytes & 0xFF_FFFF_FFFF)
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
