import ArgumentParser
import Files

/// Which texts a command reads, and what a document is in them.
struct TextOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A text file in UTF-8 or JSON Lines, .gz and .zst included, a folder of such files, or - for"
        + " standard input; may be repeated.",
      valueName: "file|folder"
    )
  )
  var corpus: [String] = []

  @Flag(help: "Each line of the input is a JSON object, as in files named .jsonl.")
  var jsonl = false

  @Option(help: ArgumentHelp("The key of the text in JSON objects.", valueName: "key"))
  var field = "text"

  /// The texts.
  ///
  /// - Throws: ``FilesError``, or ``CorpusError/empty(paths:)`` where all files are empty.
  func inputs() throws -> [TextInput] {
    let inputs = try TextInput.inputs(at: corpus, field: field, areRecords: jsonl)
    if inputs.allSatisfy(\.isEmpty) { throw CorpusError.empty(paths: corpus) }
    return inputs
  }

  /// Standard input.
  func standardInput() throws -> TextInput {
    try TextInput("-", form: jsonl ? .records(field: field) : .lines)
  }
}

/// The texts that a command of `corpus` is given by position.
struct TextArguments: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "Text files in UTF-8 or JSON Lines, .gz and .zst included, folders of such files, or - for"
        + " standard input.",
      valueName: "file|folder"
    )
  )
  var paths: [String]

  @Flag(help: "Each line of the input is a JSON object, as in files named .jsonl.")
  var jsonl = false

  @Option(help: ArgumentHelp("The key of the text in JSON objects.", valueName: "key"))
  var field = "text"

  /// The texts.
  ///
  /// - Throws: ``FilesError``, or ``CorpusError/empty(paths:)`` where all files are empty.
  func inputs() throws -> [TextInput] {
    let inputs = try TextInput.inputs(at: paths, field: field, areRecords: jsonl)
    if inputs.allSatisfy(\.isEmpty) { throw CorpusError.empty(paths: paths) }
    return inputs
  }
}

/// What can be wrong with the texts a command is given.
enum CorpusError: Error, CustomStringConvertible {
  case empty(paths: [String])
  case noParallelText(language: String, folder: String)

  var description: String {
    switch self {
    case .empty(let paths):
      "There is no text in \(paths.joined(separator: ", ")). Name files with text in UTF-8."
    case .noParallelText(let language, let folder):
      "\(folder) holds no \(language).txt. Every language of --corpus needs its side of the"
        + " parallel text there."
    }
  }
}

/// Checks that files can appear without taking the place of texts that are read or, without
/// --force, of any.
func checkOutputs(_ paths: [String], reading inputs: [TextInput], force: Bool) throws {
  let read = Set(inputs.map(\.identity))
  for path in paths {
    if let identity = FileIdentity(of: path), read.contains(identity) {
      throw ValidationError("\(path) would be written over itself: name another output.")
    }
    if !force, try fileKind(path) != nil { throw FilesError.exists(path: path) }
  }
}

/// Checks that a file can be written where an output is to appear later.
func checkWritable(_ path: String) throws {
  let probe = try AtomicFile(path)
  _ = consume probe
}
