/// Reads the model of a `tokenizer.json`: its settings, vocabulary and merges.
///
/// What comes in the order in which files have it is read in one pass.
struct ModelReader {
  /// The vocabulary, from where it was read to where it is needed.
  private final class Vocabulary {
    var tokens: StringTable?

    /// Gives the tokens away.
    func take() -> StringTable? { tokens.take() }
  }

  private let path: String
  private var settings: [(key: String, value: JSONValue)] = []
  private var vocabularyPlace: Int?
  private var mergesPlace: Int?
  private let vocabulary = Vocabulary()
  /// The merges, and the prefix they were read with.
  private var merges: (list: [Merge], prefix: [UInt8])?

  init(path: String) {
    self.path = path
  }

  /// The value of a setting; null where there is none.
  func setting(_ key: String) -> JSONValue { JSONValue.object(settings)[key] }

  private func error(_ place: String, _ problem: String) -> TokenizationError {
    .wrongFile(path: path, place: place, problem)
  }

  /// Reads the model's settings and notes where vocabulary and merges stand.
  mutating func readSettings(_ reader: inout JSONReader) throws(TokenizationError) {
    var found = self
    try reader.readObject { (reader, key) throws(TokenizationError) in
      let name = String(decoding: try reader.copy(key), as: UTF8.self)
      switch name {
      case "vocab":
        _ = reader.peek()
        found.vocabularyPlace = reader.position
        found.merges = nil
        // Other models' vocabularies have other forms.
        guard found.setting("type").string == "BPE" else {
          try reader.skipValue()
          return
        }
        found.vocabulary.tokens = try found.parseVocabulary(&reader)
      case "merges":
        _ = reader.peek()
        found.mergesPlace = reader.position
        let prefix = Array((found.setting("continuing_subword_prefix").string ?? "").utf8)
        guard let tokens = found.vocabulary.take() else {
          try reader.skipValue()
          return
        }
        let list = try found.parseMerges(&reader, tokens, prefix: prefix)
        found.vocabulary.tokens = consume tokens
        found.merges = (list, prefix)
      default: found.settings.append((name, try reader.readValue()))
      }
    }
    self = found
    // Old files have no type; only BPE has merges.
    let type = setting("type").string ?? (mergesPlace == nil ? "nothing" : "BPE")
    if type != "BPE" {
      throw error("model.type", "\(type) is not supported, only BPE is")
    }
    if vocabularyPlace == nil { throw error("model.vocab", "it is missing") }
    if mergesPlace == nil { throw error("model.merges", "it is missing") }
  }

  /// What the settings say the model does beyond merging.
  func options() throws(TokenizationError) -> BPEOptions {
    var options = BPEOptions(
      unknownToken: setting("unk_token").string,
      fusesUnknown: setting("fuse_unk").bool ?? false,
      byteFallback: setting("byte_fallback").bool ?? false,
      continuingSubwordPrefix: setting("continuing_subword_prefix").string,
      endOfWordSuffix: setting("end_of_word_suffix").string
    )
    if case .number(let text) = setting("dropout") {
      guard let dropout = Double(text), (0...1).contains(dropout) else {
        throw error("model.dropout", "\(text) does not lie between 0 and 1")
      }
      options.dropout = dropout
    }
    return options
  }

  /// Reads the vocabulary, which the settings' reading found.
  ///
  /// - Returns: The tokens by number; numbers without one have ``Tokenizer/gapSpelling(_:)``.
  /// - Throws: ``TokenizationError`` with the place.
  func readVocabulary(_ reader: inout JSONReader) throws(TokenizationError) -> StringTable {
    if let tokens = vocabulary.take() { return tokens }
    reader.move(to: vocabularyPlace ?? 0)
    return try parseVocabulary(&reader)
  }

  private func parseVocabulary(
    _ reader: inout JSONReader
  ) throws(TokenizationError) -> StringTable {
    var table = StringTable(capacity: 1 << 15, byteCapacity: 1 << 18)
    var ids: [Int] = []
    var isInOrder = true
    try reader.readObject { (reader, key) throws(TokenizationError) in
      let place = reader.position
      let isNew = try reader.withBytes(of: key) { (bytes) throws(TokenizationError) in
        if bytes.count == 0 { throw reader.error("a token is empty", at: place) }
        // What begins with this byte is no UTF-8, and stands for numbers without a token.
        if bytes[0] == 0xFF { throw reader.error("a token is no UTF-8", at: place) }
        return table.insert(bytes) != nil
      }
      let id = try reader.readInteger()
      if !isNew { throw reader.error("the token stands in the vocabulary twice", at: place) }
      if id < 0 || id > BPETrainer.largestVocabulary {
        throw reader.error("\(id) is no number of a token", at: place)
      }
      if id != ids.count { isInOrder = false }
      ids.append(id)
    }
    if isInOrder { return table }
    return try sorted(table, ids)
  }

  /// The tokens in the order of their numbers.
  private func sorted(
    _ table: borrowing StringTable,
    _ ids: [Int]
  ) throws(TokenizationError) -> StringTable {
    let count = (ids.max() ?? -1) + 1
    if count > ids.count + Tokenizer.largestGap {
      let known = Set(ids)
      let gap = (0..<count).first { !known.contains($0) } ?? 0
      throw error("model.vocab", "no token has the number \(gap), and too few of those above it")
    }
    var byID = [Int](repeating: -1, count: count)
    for (index, id) in ids.enumerated() {
      if byID[id] >= 0 {
        let names = [byID[id], index].map { String(decoding: table.string($0), as: UTF8.self) }
        throw error("model.vocab", "\(names[0]) and \(names[1]) both have the number \(id)")
      }
      byID[id] = index
    }
    var sorted = StringTable(capacity: count, byteCapacity: table.byteCount)
    for id in 0..<count {
      let isNew: Bool
      if byID[id] >= 0 {
        isNew = table.withString(byID[id]) { sorted.insert($0) != nil }
      } else {
        isNew = Tokenizer.gapSpelling(id).withByteView { sorted.insert($0) != nil }
      }
      if !isNew { throw error("model.vocab", "token \(id) is spelled like one before it") }
    }
    return sorted
  }

  /// Reads the merges, which the settings' reading found, by rank.
  func readMerges(
    _ reader: inout JSONReader,
    _ tokens: borrowing StringTable,
    prefix: [UInt8] = []
  ) throws(TokenizationError) -> [Merge] {
    if let merges, merges.prefix == prefix { return merges.list }
    reader.move(to: mergesPlace ?? 0)
    return try parseMerges(&reader, tokens, prefix: prefix)
  }

  private func parseMerges(
    _ reader: inout JSONReader,
    _ tokens: borrowing StringTable,
    prefix: [UInt8]
  ) throws(TokenizationError) -> [Merge] {
    var merges: [Merge] = []
    merges.reserveCapacity(tokens.count)
    // subtle: a noncopyable table can not be captured, hence the loop over an explicit array.
    var list = try reader.startArray()
    while try reader.nextElement(&list) {
      let place = reader.position
      // Trained vocabularies number their tokens in the order of the merges.
      let next = (merges.last.map { Int($0.merged) } ?? -1) + 1
      let found: FoundMerge
      if reader.peek() == UInt8(ascii: "\"") {
        // The old form: both in one string, with a space between.
        let text = try reader.copy(reader.readText())
        let halves = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard halves.count == 2 else {
          throw reader.error("a merge is not two tokens with a space between", at: place)
        }
        found = text.withByteView { text in
          let space = halves[0].count
          let (left, right) = (text[0..<space], text[space + 1..<text.count])
          return FoundMerge(left, right, prefix.count, next, in: tokens)
        }
      } else {
        var pair = try reader.startArray()
        guard try reader.nextElement(&pair) else {
          throw reader.error("a merge is not two tokens", at: place)
        }
        let first = try reader.readText()
        guard try reader.nextElement(&pair) else {
          throw reader.error("a merge is not two tokens", at: place)
        }
        let second = try reader.readText()
        if try reader.nextElement(&pair) {
          throw reader.error("a merge has more than two tokens", at: place)
        }
        found = try reader.withBytes(of: first) { (left) throws(TokenizationError) in
          try reader.withBytes(of: second) { (right) throws(TokenizationError) in
            FoundMerge(left, right, prefix.count, next, in: tokens)
          }
        }
      }
      guard let left = found.left, let right = found.right else {
        throw reader.error(
          "merge \(merges.count) names a token that is not in the vocabulary",
          at: place
        )
      }
      guard let merged = found.merged else {
        throw reader.error(
          "merge \(merges.count) makes \(String(decoding: found.joined, as: UTF8.self)),"
            + " which is not in the vocabulary",
          at: place
        )
      }
      merges.append(
        Merge(left: TokenID(left), right: TokenID(right), merged: TokenID(merged))
      )
    }
    return merges
  }
}

/// The tokens that a merge names.
private struct FoundMerge {
  let left: Int?
  let right: Int?
  let merged: Int?
  /// What the merge makes, where it is not the expected token.
  private(set) var joined: [UInt8] = []

  /// Finds the tokens by the spellings of the halves.
  ///
  /// - Parameters:
  ///   - first: The left half.
  ///   - second: The right half, which goes on behind the prefix that says so.
  ///   - prefix: The length of that prefix.
  ///   - next: The token that the merge makes most likely.
  ///   - tokens: The vocabulary.
  init(
    _ first: ByteView,
    _ second: ByteView,
    _ prefix: Int,
    _ next: Int,
    in tokens: borrowing StringTable
  ) {
    left = tokens.find(first)
    right = tokens.find(second)
    let rest = second[min(prefix, second.count)..<second.count]
    let isNext =
      next < tokens.count
      && tokens.withString(next) { token in
        token.count == first.count + rest.count
          && token[0..<first.count].isEqual(to: first)
          && token[first.count..<token.count].isEqual(to: rest)
      }
    if isNext {
      merged = next
      return
    }
    joined = first.toArray() + rest.toArray()
    merged = joined.withByteView { tokens.find($0) }
  }
}
