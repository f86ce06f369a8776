import UnicodeText

/// A text on its way through the stages, each of its bytes with the bytes of the original text that
/// it stands for.
///
/// The rules by which changes move the places are those of Hugging Face's `tokenizers`: a character
/// that replaces another takes its place over, a new one has the place of the character before it,
/// and what is removed leaves no trace.
struct SourcedText {
  /// A place in the original text.
  struct Origin: Equatable {
    var start: Int
    var end: Int
  }

  /// A character of the changed text and what it stands in for.
  struct Change {
    enum Kind {
      /// A new character after the one before it.
      case inserted
      /// It replaces the next character, and takes some more after that one away.
      case replaced(removing: Int)
    }

    let bytes: [UInt8]
    let kind: Kind
  }

  private(set) var bytes: [UInt8]
  /// A place for each byte; nil where nobody asked for them.
  private(set) var origins: [Origin]?
  /// Where the original of this part starts.
  private(set) var start: Int

  /// A part of the original text.
  ///
  /// - Parameters:
  ///   - text: The bytes of the part.
  ///   - start: Where the part starts in the original.
  ///   - isSourced: Whether the places are kept.
  init(_ text: ByteView, start: Int, isSourced: Bool) {
    bytes = text.toArray()
    self.start = start
    guard isSourced else { return }
    var origins: [Origin] = []
    origins.reserveCapacity(text.count)
    let scanned = ScannedText(text)
    var position = 0
    while position < text.count {
      let end = scanned.character(at: position).end
      let origin = Origin(start: start + position, end: start + end)
      for _ in position..<end { origins.append(origin) }
      position = end
    }
    self.origins = origins
  }

  private init(bytes: [UInt8], origins: [Origin]?, start: Int) {
    self.bytes = bytes
    self.origins = origins
    self.start = start
  }

  /// The bytes of the original that a range of bytes stands for.
  ///
  /// - Precondition: The places are kept, and the range lies in the text and is not empty.
  func source(of range: Range<Int>) -> Range<Int> {
    guard let origins else { return 0..<0 }
    let lower = origins[range.lowerBound].start
    return lower..<max(lower, origins[range.upperBound - 1].end)
  }

  /// A part of the text.
  func slice(_ range: Range<Int>) -> SourcedText {
    guard let origins else {
      return SourcedText(
        bytes: Array(bytes[range]),
        origins: nil,
        start: range.lowerBound == 0 ? start : start + range.lowerBound
      )
    }
    let first = range.isEmpty ? start : origins[range.lowerBound].start
    return SourcedText(bytes: Array(bytes[range]), origins: Array(origins[range]), start: first)
  }

  /// Replaces the text by a sequence of changes, which say what becomes of each character.
  mutating func transform(_ changes: [Change]) {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + 16)
    var moved: [Origin] = []
    if origins != nil { moved.reserveCapacity(bytes.count + 16) }
    var position = 0
    for change in changes {
      text += change.bytes
      var origin = Origin(start: start, end: start)
      switch change.kind {
      case .inserted:
        if let origins, position > 0 { origin = origins[position - 1] }
      case .replaced(let removed):
        if let origins, position < origins.count { origin = origins[position] }
        for _ in 0...removed { position = endOfCharacter(at: position) }
      }
      if origins != nil {
        moved.append(contentsOf: repeatElement(origin, count: change.bytes.count))
      }
    }
    bytes = text
    if origins != nil { origins = moved }
  }

  /// Replaces ranges, in ascending order, by one text: it stands where the last character of each
  /// range stood, or the one before an empty range.
  mutating func replace(_ ranges: [Range<Int>], with content: [UInt8]) {
    if ranges.isEmpty { return }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + 16)
    var moved: [Origin] = []
    var position = 0
    for range in ranges {
      text += bytes[position..<range.lowerBound]
      text += content
      if let origins {
        moved += origins[position..<range.lowerBound]
        let end = range.upperBound
        let origin = end > 0 ? origins[end - 1] : Origin(start: start, end: start)
        moved.append(contentsOf: repeatElement(origin, count: content.count))
      }
      position = range.upperBound
    }
    text += bytes[position...]
    if let old = origins { origins = moved + old[position...] }
    bytes = text
  }

  /// Puts a text in front, which shares the place of the first character; an empty text stays empty.
  mutating func prepend(_ content: [UInt8]) {
    if bytes.isEmpty { return }
    if let first = origins?[0] {
      origins?.insert(contentsOf: repeatElement(first, count: content.count), at: 0)
    }
    bytes.insert(contentsOf: content, at: 0)
  }

  /// Takes a change over whose alignment is known: what was changed has the places of all that it
  /// replaces.
  mutating func replace(with text: [UInt8], _ alignment: Alignment) {
    defer { bytes = text }
    guard let old = origins else { return }
    var moved: [Origin] = []
    moved.reserveCapacity(text.count)
    var position = 0
    for change in alignment.changes {
      moved += old[position..<change.source.lowerBound]
      position = change.source.upperBound
      if change.target.isEmpty { continue }
      let origin: Origin
      if change.source.isEmpty {
        origin = position > 0 ? old[position - 1] : Origin(start: start, end: start)
      } else {
        origin = Origin(
          start: old[change.source.lowerBound].start,
          end: old[change.source.upperBound - 1].end
        )
      }
      moved.append(contentsOf: repeatElement(origin, count: change.target.count))
    }
    moved += old[position...]
    origins = moved
  }

  /// Spells each byte by its character of the ``ByteAlphabet``.
  mutating func spellBytes() {
    var spelled: [UInt8] = []
    spelled.reserveCapacity(2 * bytes.count)
    var moved: [Origin] = []
    for (index, byte) in bytes.enumerated() {
      let spelling = ByteAlphabet.spelling(of: byte)
      spelled += spelling
      if let origins {
        moved.append(contentsOf: repeatElement(origins[index], count: spelling.count))
      }
    }
    bytes = spelled
    if origins != nil { origins = moved }
  }

  /// The end of the character that starts at a position; ill-formed bytes count as one each part.
  func endOfCharacter(at position: Int) -> Int {
    if position >= bytes.count { return position }
    return bytes.withByteView { ScannedText($0).character(at: position).end }
  }
}
