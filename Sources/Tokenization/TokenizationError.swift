public import Files
public import UnicodeText

/// What can go wrong with tokenizers and their files.
public enum TokenizationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An option that does not make sense.
  case wrongOption(name: String, value: String, remedy: String)
  /// Something is wrong with a text.
  case text(UnicodeTextError)
  /// A text between two cuts that is too long to be merged.
  case pieceTooLong(byteCount: Int)
  /// A text that is too long to be encoded whole and can not be encoded in parts.
  case textTooLong(limit: Int, reason: String)
  /// A special token stands in a text where that is refused.
  case specialTokenInText(token: String, offset: Int)
  /// A number that names no token.
  case unknownToken(id: TokenID, vocabularySize: Int)
  /// A model whose parts do not fit together; the place says which part.
  case wrongModel(place: String, problem: String)
  /// Something is wrong with a file as a file.
  case file(FilesError)
  /// A file that is not what it should be, or has something in it that is not supported.
  case wrongFile(path: String, place: String, String)
  /// Something that a file format has no word for.
  case notExpressible(format: String, what: String)
  /// Nothing to train on.
  case emptyCorpus
  /// More data than the training structures can address.
  case corpusTooLarge(what: String)
  /// Two files of counted words whose words were made in different ways.
  case countsDiffer(path: String, other: String, what: String)
  /// Less memory than the work needs, in bytes.
  case memoryTooSmall(work: String, bound: Int, needed: Int, remedy: String)
  /// Whoever asked for the work wants it no more.
  case interrupted

  /// One or two sentences: what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .wrongOption(let name, let value, let remedy): "\(name) may not be \(value): \(remedy)."
    case .text(let error): error.description
    case .file(let error): error.description
    case .wrongFile(let path, let place, let problem): "\(path) is wrong at \(place): \(problem)."
    case .notExpressible(let format, let what): "\(format) can not express \(what)."
    case .pieceTooLong(let byteCount):
      "The text has \(byteCount) bytes in a row without any place to cut it. Split it into lines."
    case .textTooLong(let limit, let reason):
      "More than \(mebibytes(limit)) of the text must be held at once: \(reason)."
        + " Encode its lines or records each for itself, or split it."
    case .specialTokenInText(let token, let offset):
      "The text holds the special token \(token) at byte \(offset). Say whether it stands for"
        + " itself or is ordinary text."
    case .unknownToken(let id, let vocabularySize):
      "Token \(id) does not exist: the vocabulary has \(vocabularySize) tokens."
        + " Decode with the tokenizer that encoded."
    case .wrongModel(let place, let problem): "The tokenizer is wrong at \(place): \(problem)."
    case .emptyCorpus:
      "The corpus holds no text. Name files or folders with at least one character of text."
    case .corpusTooLarge(let what):
      "The corpus has too many \(what) to be trained on at once. Train on a sample of it."
    case .countsDiffer(let path, let other, let what):
      "\(path) can not be put together with \(other): it was counted with \(what)."
        + " Count both with the same settings."
    case .memoryTooSmall(let work, let bound, let needed, let remedy):
      "\(mebibytes(bound)) are too few for \(work), which needs \(mebibytes(needed)): \(remedy)."
    case .interrupted: "The work was interrupted before its end."
    }
  }
}

/// Bytes as people read them, rounded up: `512 MiB`.
private func mebibytes(_ bytes: Int) -> String { "\((bytes + 0xF_FFFF) >> 20) MiB" }
