/// What a vocabulary consists of: how many tokens of each kind, script, length and tenth of ranks.
public struct VocabularySummary: Sendable {
  /// Merges of a part of all ranks.
  public struct RankGroup: Sendable {
    /// The ranks.
    public let ranks: Range<Int>
    /// How many tokens have them.
    public let count: Int
    /// The mean length of these tokens in bytes.
    public let meanLength: Double
    /// The scripts of these tokens with their numbers, most first.
    public let scripts: [(name: String, count: Int)]
  }

  /// Kinds with their numbers; numbers without token only where there are some.
  public let kinds: [(name: String, count: Int)]
  /// Scripts with the number of tokens of whole text in them, most first.
  public let scripts: [(name: String, count: Int)]
  /// Lengths in bytes with the number of tokens, ascending; special tokens are left out.
  public let lengths: [(length: Int, count: Int)]
  /// The merges in ten groups of ranks, first to last.
  public let ranks: [RankGroup]

  /// Counts what a vocabulary consists of.
  public init(_ entries: [VocabularyEntry]) {
    kinds = VocabularyEntry.Kind.allCases.compactMap { kind in
      let count = entries.count { $0.kind == kind }
      return count == 0 && kind == .gap ? nil : (kind.rawValue, count)
    }
    scripts = Self.scripts(of: entries)
    var lengths: [Int: Int] = [:]
    for entry in entries where entry.kind != .special && entry.kind != .gap {
      lengths[entry.bytes.count, default: 0] += 1
    }
    self.lengths = lengths.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    let ranked = entries.filter { $0.rank != nil }.sorted { ($0.rank ?? 0) < ($1.rank ?? 0) }
    let limit = (ranked.last?.rank ?? -1) + 1
    ranks = (0..<10).compactMap { group in
      let range = limit * group / 10..<limit * (group + 1) / 10
      let members = ranked.filter { range.contains($0.rank ?? -1) }
      if members.isEmpty { return nil }
      let bytes = members.reduce(0) { $0 + $1.bytes.count }
      return RankGroup(
        ranks: range,
        count: members.count,
        meanLength: Double(bytes) / Double(members.count),
        scripts: Self.scripts(of: members)
      )
    }
  }

  private static func scripts(of entries: [VocabularyEntry]) -> [(name: String, count: Int)] {
    var scripts: [String: Int] = [:]
    for entry in entries { if let script = entry.script { scripts[script, default: 0] += 1 } }
    return scripts.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
  }
}

extension Tokenizer {
  /// What the vocabulary consists of.
  public func vocabularySummary() -> VocabularySummary { VocabularySummary(vocabularyEntries()) }
}
