import ArgumentParser
import Experiments
import Files
import LanguageModels
import Tokenization

/// What commands do with the folder that a model is written to.
enum ModelFolder {
  /// The files of a model folder that belong to its tokenizer.
  static let tokenizerFiles = [
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "vocab.json", "merges.txt", "tokenizer.model",
  ]

  /// Checks in the first second that a model can be written.
  ///
  /// - Throws: `FilesError` where there is a model already, unless it may be replaced, or where the
  ///   folder cannot be written.
  static func prepare(_ path: String, replaces: Bool) throws {
    if !replaces, try fileKind(joined(path, "config.json")) != nil {
      throw FilesError.exists(path: joined(path, "config.json"))
    }
    try prepareOutputFolder(path)
  }

  /// Lays the tokenizer of one folder beside the model of another.
  static func copyTokenizer(from source: String, to target: String) throws {
    for name in tokenizerFiles {
      let path = joined(source, name)
      guard try fileKind(path) == .file else { continue }
      try writeFile(joined(target, name), readFile(path))
    }
  }
}
