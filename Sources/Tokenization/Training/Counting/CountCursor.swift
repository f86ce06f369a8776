/// Reads the words of a ``CountFile`` one after the other, in constant memory.
final class CountCursor {
  /// The word that was read last.
  private(set) var word: [UInt8] = []
  /// Its count.
  private(set) var count: UInt64 = 0

  private let source: CountFile
  private let file: BlockFile
  private let bodyEnd: Int
  private var block: [UInt8] = []
  private var blockStart: Int
  private var place = 0
  private var left: Int
  private var check = CRC64()

  private static let blockSize = 1 << 18

  /// Opens the file again at its first word.
  init(_ source: CountFile) throws(TokenizationError) {
    self.source = source
    file = try BlockFile(source.path)
    guard file.count == source.fileSize else {
      throw .wrongFile(path: source.path, place: "its size", "it changed meanwhile")
    }
    bodyEnd = source.fileSize - CountFile.footerSize
    left = source.uniqueCount
    // Everything before the words has a part in the check as well.
    blockStart = 0
    var start = 0
    while start < source.bodyStart {
      try file.read(min(Self.blockSize, source.bodyStart - start), at: start, into: &block)
      block.withByteView { check.update($0) }
      start += block.count
    }
    blockStart = source.bodyStart
    block = []
  }

  /// Reads the next word; false where there is none.
  ///
  /// - Throws: ``TokenizationError/wrongFile(path:place:_:)`` for a damaged file.
  func advance() throws(TokenizationError) -> Bool {
    if left == 0 {
      try finish()
      return false
    }
    let start = blockStart + place
    let shared = try number()
    let length = try number()
    guard shared <= UInt64(word.count), length <= UInt64(bodyEnd - blockStart - place) else {
      throw damaged(start, "a word is too long")
    }
    let next = try byte(orZeroIf: length == 0)
    // In order of their bytes: longer than the word before, or greater where they part.
    let isFirst = left == source.uniqueCount
    let isSound =
      isFirst
      || (length > 0 && (Int(shared) == word.count || next > word[Int(shared)]))
    guard isSound else { throw damaged(start, "the words are not in order") }
    word.removeSubrange(Int(shared)...)
    if length > 0 { word.append(next) }
    var rest = Int(length) - 1
    while rest > 0 {
      if place == block.count { try fill() }
      let part = min(rest, block.count - place)
      word.append(contentsOf: block[place..<place + part])
      place += part
      rest -= part
    }
    count = try number()
    if count == 0 { throw damaged(start, "a word has the count 0") }
    left -= 1
    return true
  }

  private func damaged(_ place: Int, _ problem: String) -> TokenizationError {
    .wrongFile(path: source.path, place: "byte \(place)", "\(problem); count the text again")
  }

  @inline(__always)
  private func byte(orZeroIf isAbsent: Bool) throws(TokenizationError) -> UInt8 {
    if isAbsent { return 0 }
    if place == block.count { try fill() }
    defer { place += 1 }
    return block[place]
  }

  private func number() throws(TokenizationError) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let next = try byte(orZeroIf: false)
      if shift > 56 { throw damaged(blockStart + place, "a number is too large") }
      value |= UInt64(next & 0x7F) << shift
      if next < 0x80 { return value }
      shift += 7
    }
  }

  private func fill() throws(TokenizationError) {
    let start = blockStart + block.count
    guard start < bodyEnd else { throw damaged(start, "words are missing") }
    try file.read(min(Self.blockSize, bodyEnd - start), at: start, into: &block)
    block.withByteView { check.update($0) }
    blockStart = start
    place = 0
  }

  /// Checks, after the last word, that the file is the one that was written.
  private func finish() throws(TokenizationError) {
    if blockStart + place != bodyEnd {
      throw damaged(blockStart + place, "more follows than the words that were announced")
    }
    if left < 0 { return }
    left = 0
    var footer: [UInt8] = []
    try file.read(CountFile.footerSize, at: bodyEnd, into: &footer)
    Array(footer[..<48]).withByteView { check.update($0) }
    guard check.value == footer.number64(at: 48) else {
      throw damaged(bodyEnd + 48, "the file is damaged, its checksum is another")
    }
  }
}
