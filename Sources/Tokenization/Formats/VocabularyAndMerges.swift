import Files
import UnicodeText

/// The two files of GPT-2: `vocab.json`, an object of tokens and numbers, and `merges.txt`, a line for
/// each merge.
///
/// They say nothing of how text is cut, nor of special tokens: without ``MissingSettings``, text is cut
/// as GPT-2 cuts it, and `<|endoftext|>` is special where the vocabulary has it.
enum VocabularyAndMerges {
  /// The names of both files, given one of them.
  static func names(of path: String) -> (vocabulary: String, merges: String) {
    let (folder, name) = split(path)
    func sibling(_ name: String) -> String { folder.isEmpty ? name : joined(folder, name) }
    for (one, other) in [("vocab.json", "merges.txt"), ("merges.txt", "vocab.json")]
    where name.hasSuffix(one) {
      let prefix = String(name.dropLast(one.count))
      let both = [path, sibling(prefix + other)]
      return one == "vocab.json" ? (both[0], both[1]) : (both[1], both[0])
    }
    return (joined(path, "vocab.json"), joined(path, "merges.txt"))
  }

  /// Reads both files, given one of them.
  static func read(
    _ file: MappedFile,
    _ missing: MissingSettings
  ) throws(TokenizationError) -> Tokenizer {
    let (vocabularyPath, mergesPath) = names(of: file.path)
    let vocabulary: MappedFile
    let merges: MappedFile
    do {
      vocabulary = try vocabularyPath == file.path ? file : MappedFile(vocabularyPath)
      merges = try mergesPath == file.path ? file : MappedFile(mergesPath)
    } catch {
      throw .file(error)
    }
    return try vocabulary.withBytes { (bytes) throws(TokenizationError) in
      try bytes.withByteView { (first) throws(TokenizationError) in
        try merges.withBytes { (bytes) throws(TokenizationError) in
          try bytes.withByteView { (second) throws(TokenizationError) in
            try read(first, vocabularyPath, second, mergesPath, missing, source: nil)
          }
        }
      }
    }
  }

  /// Reads both files from memory.
  static func read(
    _ vocabulary: ByteView,
    _ vocabularyPath: String,
    _ merges: ByteView,
    _ mergesPath: String,
    _ missing: MissingSettings,
    source: MappedFile?
  ) throws(TokenizationError) -> Tokenizer {
    var reader = JSONReader(vocabulary, path: vocabularyPath)
    let tokens = try ModelReader(path: vocabularyPath).readVocabulary(&reader)
    try reader.expectEnd()
    let list = try self.merges(merges, mergesPath, tokens)
    var special = missing.specialTokens ?? []
    if missing.specialTokens == nil,
      let id = Array("<|endoftext|>".utf8).withByteView({ tokens.find($0) })
    {
      special = [AddedToken(id: TokenID(id), content: "<|endoftext|>")]
    }
    var configuration = TokenizerConfiguration(
      normalization: .none,
      pattern: missing.pattern ?? .gpt2,
      postProcessors: [.byteLevel(addsPrefixSpace: false, trimsOffsets: false)],
      addedTokens: special
    )
    configuration.lacksSettings = true
    do throws(TokenizationError) {
      return try Tokenizer(
        tokens: tokens,
        merges: list,
        configuration: configuration,
        source: source
      )
    } catch .wrongModel(let place, let problem) {
      throw .wrongFile(path: vocabularyPath, place: place, problem)
    }
  }

  private static func merges(
    _ bytes: ByteView,
    _ path: String,
    _ tokens: borrowing StringTable
  ) throws(TokenizationError) -> [Merge] {
    var merges: [Merge] = []
    var start = 0
    var line = 0
    while start < bytes.count {
      line += 1
      var end = start
      while end < bytes.count, bytes[end] != 0x0A { end += 1 }
      var text = bytes[start..<end].toArray()
      start = end + 1
      if text.last == 0x0D { text.removeLast() }
      if text.isEmpty || text.starts(with: "#version".utf8) { continue }
      let place = "line \(line)"
      let halves = text.split(separator: 0x20, omittingEmptySubsequences: false).map { Array($0) }
      guard halves.count == 2 else {
        throw .wrongFile(path: path, place: place, "it is not two tokens with a space between")
      }
      guard let left = halves[0].withByteView({ tokens.find($0) }),
        let right = halves[1].withByteView({ tokens.find($0) }),
        let merged = (halves[0] + halves[1]).withByteView({ tokens.find($0) })
      else {
        throw .wrongFile(
          path: path,
          place: place,
          "it names or makes a token that is not in the vocabulary"
        )
      }
      merges.append(
        Merge(left: TokenID(left), right: TokenID(right), merged: TokenID(merged))
      )
    }
    return merges
  }
}
