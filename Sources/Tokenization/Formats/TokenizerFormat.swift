import Files

/// The kinds of files a tokenizer is kept in.
public enum TokenizerFormat: String, CaseIterable, Sendable, Hashable {
  /// `tokenizer.json` of Hugging Face's `tokenizers`.
  case json
  /// Ranks of byte strings, as `tiktoken` reads them.
  case tiktoken
  /// `vocab.json` and `merges.txt`, as GPT-2 was published.
  case vocabularyAndMerges = "vocab-merges"
  /// A `.model` of SentencePiece.
  case sentencePiece = "sentencepiece"
  /// A folder with `tokenizer.json` and `tokenizer_config.json`, as `transformers` reads it.
  case transformers

  /// The format that a path's name says, or nil.
  public init?(path: String) {
    let name = split(path).name
    if name.hasSuffix(".tiktoken") {
      self = .tiktoken
    } else if name.hasSuffix(".model") {
      self = .sentencePiece
    } else if name == "vocab.json" || name == "merges.txt" || name.hasSuffix("-vocab.json")
      || name.hasSuffix("-merges.txt")
    {
      self = .vocabularyAndMerges
    } else if name.hasSuffix(".json") {
      self = .json
    } else {
      return nil
    }
  }

  /// The format of a file that exists, by its name and, where that says nothing, by its content.
  static func of(_ file: MappedFile) -> TokenizerFormat {
    if let format = TokenizerFormat(path: file.path) { return format }
    // A model of SentencePiece begins with its first piece, field 1 of two fields or three.
    let isMessage = file.withBytes { bytes in
      bytes.withByteView { bytes in bytes.count > 2 && bytes[0] == 0x0A && bytes[2] == 0x0A }
    }
    return isMessage ? .sentencePiece : .json
  }
}

/// What a file of merges or ranks does not say about its tokenizer.
public struct MissingSettings: Sendable, Hashable {
  /// The rule that cuts texts into pieces; nil for the one that the file's name or size tells.
  public var pattern: SplitPattern?
  /// The special tokens with their numbers; nil for those that the name or size tells.
  public var specialTokens: [AddedToken]?

  /// Creates settings.
  public init(pattern: SplitPattern? = nil, specialTokens: [AddedToken]? = nil) {
    self.pattern = pattern
    self.specialTokens = specialTokens
  }
}
