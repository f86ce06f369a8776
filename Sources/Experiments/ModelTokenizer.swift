import Files
public import Tokenization

/// What is known of the tokenizer that a model was made with.
public struct ModelTokenizer: Sendable {
  /// The file beside the model, or the record that names its digest.
  public let path: String
  /// The SHA-256 of the tokenizer's file.
  public let digest: String
  private let isFile: Bool

  /// Looks into a model's folder: for its tokenizer.json, else for the plan of the run that made it.
  ///
  /// - Returns: nil where neither is there.
  /// - Throws: `FilesError` for a file that cannot be read.
  public init?(of folder: String) throws {
    path = joined(folder, "tokenizer.json")
    isFile = try fileKind(path) == .file
    if isFile {
      digest = SHA256.hexadecimal(try readFile(path))
    } else if let planned = try? RunPlan(folder: folder).tokenizerSHA256 {
      digest = planned
    } else {
      return nil
    }
  }

  /// Checks that ids were made with this tokenizer, where they say what made them.
  ///
  /// - Throws: ``ExperimentsError/foreignTokenizer(path:other:)``.
  public func check(madeIDs file: TokenIDFile) throws(ExperimentsError) {
    guard let other = file.description?.tokenizerDigest, other != digest else { return }
    throw .foreignTokenizer(path: isFile ? path : "The tokenizer of \(path)", other: file.path)
  }

  /// Checks that another file holds this tokenizer: the same bytes, or the same tokens under the same
  /// numbers.
  ///
  /// - Throws: ``ExperimentsError/foreignTokenizer(path:other:)``, or what reading the file throws.
  public func check(isIn file: String, of model: String) throws {
    guard try fileKind(file) == .file else { return }
    if SHA256.hexadecimal(try readFile(file)) == digest { return }
    guard isFile, try Tokenizer(contentsOf: file).hasTokens(of: Tokenizer(contentsOf: path)) else {
      throw ExperimentsError.foreignTokenizer(path: file, other: model)
    }
  }
}

extension Tokenizer {
  /// Whether the tokens of two tokenizers stand for the same bytes, one by one.
  fileprivate func hasTokens(of other: Tokenizer) -> Bool {
    vocabularySize == other.vocabularySize
      && (0..<TokenID(vocabularySize)).allSatisfy { id in
        isSpecial(id) == other.isSpecial(id) && bytes(of: id) == other.bytes(of: id)
      }
  }
}
