import UnicodeText

/// Cuts normalized texts by all the stages that a `tokenizer.json` can have: rules, a prefix space,
/// and a visible character for spaces.
///
/// One value is used by one thread at a time.
final class StagedSplitter {
  /// Stages that cut, with nothing between them that changes a text.
  private struct Group {
    let metaspace: Metaspace?
    let addsPrefixSpace: Bool
    let splitter: TextSplitter?
  }

  /// The stages that cut, and what stands before each group of them.
  private let groups: [Group]
  /// Whether a part must say where in the text it begins.
  let needsPlaces: Bool

  init(_ configuration: TokenizerConfiguration) throws(UnicodeTextError) {
    let splits = configuration.splits
    let metaspaceStage = configuration.metaspace == nil ? nil : configuration.metaspaceStage
    let spaceStage = configuration.addsPrefixSpace ? configuration.prefixSpaceStage : nil
    var starts: Set<Int> = [0]
    if let metaspaceStage { starts.insert(min(metaspaceStage, splits.count)) }
    if let spaceStage { starts.insert(min(spaceStage, splits.count)) }
    let ordered = starts.sorted()
    var groups: [Group] = []
    for (index, start) in ordered.enumerated() {
      let end = index + 1 < ordered.count ? ordered[index + 1] : splits.count
      groups.append(
        Group(
          metaspace: metaspaceStage == start ? configuration.metaspace : nil,
          addsPrefixSpace: spaceStage == start,
          splitter: start < end ? try TextSplitter(Array(splits[start..<end])) : nil
        )
      )
    }
    self.groups = groups
    needsPlaces = configuration.metaspace?.prependScheme == .first
  }

  /// The pieces of a text between added tokens.
  func pieces(of text: SourcedText) throws(TokenizationError) -> [SourcedText] {
    var pieces = [text]
    for group in groups {
      if let metaspace = group.metaspace { pieces = pieces.flatMap { metaspace.apply($0) } }
      if group.addsPrefixSpace { pieces = pieces.map(Self.withPrefixSpace) }
      if let splitter = group.splitter { pieces = try Self.cut(pieces, splitter) }
    }
    return pieces
  }

  private static func cut(
    _ pieces: [SourcedText],
    _ splitter: TextSplitter
  ) throws(TokenizationError) -> [SourcedText] {
    var finer: [SourcedText] = []
    for piece in pieces {
      let ranges: [Range<Int>]
      do {
        ranges = try piece.bytes.withByteView { (bytes) throws(UnicodeTextError) in
          try splitter.pieces(of: bytes)
        }
      } catch {
        throw .text(error)
      }
      if ranges == [0..<piece.bytes.count] {
        finer.append(piece)
      } else {
        for range in ranges { finer.append(piece.slice(range)) }
      }
    }
    return finer
  }

  private static func withPrefixSpace(_ text: SourcedText) -> SourcedText {
    if text.bytes.first == 0x20 { return text }
    var text = text
    text.prepend([0x20])
    return text
  }
}
