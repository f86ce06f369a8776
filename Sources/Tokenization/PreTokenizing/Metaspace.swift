/// A stage that writes spaces as a visible character, most often `▁`, and cuts before each.
public struct Metaspace: Sendable, Hashable {
  /// Where the character is put in front of a text that does not begin with it.
  public enum PrependScheme: String, CaseIterable, Sendable, Hashable {
    /// In front of every part, also of those after an added token.
    case always
    /// In front of the part that begins the text.
    case first
    /// Nowhere.
    case never
  }

  /// The character that stands for a space.
  public var replacement: Unicode.Scalar
  /// Where the character is put in front.
  public var prependScheme: PrependScheme
  /// Whether the text is cut before each of the characters.
  public var splits: Bool

  /// Creates a stage.
  public init(
    replacement: Unicode.Scalar = "\u{2581}",
    prependScheme: PrependScheme = .always,
    splits: Bool = true
  ) {
    self.replacement = replacement
    self.prependScheme = prependScheme
    self.splits = splits
  }

  /// The parts that a text becomes.
  func apply(_ text: SourcedText) -> [SourcedText] {
    var text = text
    let mark = Array(String(replacement).utf8)
    let spaces = text.bytes.indices.filter { text.bytes[$0] == 0x20 }
    text.replace(spaces.map { $0..<$0 + 1 }, with: mark)
    let isWanted =
      switch prependScheme {
      case .always: true
      case .first: text.start == 0
      case .never: false
      }
    if isWanted, !text.bytes.starts(with: mark) { text.prepend(mark) }
    return splits ? Self.parts(of: text, before: mark) : [text]
  }

  /// Cuts before each occurrence of a mark.
  private static func parts(of text: SourcedText, before mark: [UInt8]) -> [SourcedText] {
    var parts: [SourcedText] = []
    var start = 0
    var position = 0
    while position + mark.count <= text.bytes.count {
      if position > start, text.bytes[position] == mark[0],
        text.bytes[position..<position + mark.count].elementsEqual(mark)
      {
        parts.append(text.slice(start..<position))
        start = position
      }
      position += 1
    }
    if start < text.bytes.count { parts.append(text.slice(start..<text.bytes.count)) }
    return parts
  }
}
