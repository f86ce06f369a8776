import ArgumentParser
import Files
import Tokenization
import UnicodeText

/// The text that words are counted in, and how it becomes words.
struct WordOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A text file in UTF-8, a folder of .txt files, or - for standard input; may be repeated.",
      valueName: "file|folder"
    )
  )
  var corpus: [String] = []

  @Option(
    help: ArgumentHelp(
      "A tokenizer.json whose normal form, pre-tokenizer and special tokens are used.",
      valueName: "file"
    )
  )
  var like: String?

  @Option(help: ArgumentHelp("The normal form of the text (default: nfc).", valueName: "form"))
  var normalization: NormalizationForm?

  @Option(
    name: .customLong("pre-tokenizer"),
    help: ArgumentHelp("The rule that cuts text into pieces (default: o200k).", valueName: "rule")
  )
  var preTokenizer: SplitPattern?

  @Option(help: ArgumentHelp("How many threads count words.", valueName: "count"))
  var threads = processorCount

  @Option(
    help: ArgumentHelp(
      "The memory that the whole process may use, 4GiB say; words that do not fit wait on disk.",
      valueName: "size"
    )
  )
  var memory: ByteSize?

  @Option(
    help: ArgumentHelp(
      "A folder for what waits on disk (default: the output's name with .scratch).",
      valueName: "folder"
    )
  )
  var scratch: String?

  @Flag(help: "Go on with an interrupted counting.")
  var resume = false

  func validate() throws {
    if normalization == .nfkcCasefold {
      throw ValidationError("tokenizer.json has no word for nfkc-casefold; use nfkc.")
    }
    if like != nil, normalization != nil || preTokenizer != nil {
      throw ValidationError("--like brings the normal form and the pre-tokenizer along.")
    }
    if threads < 1 { throw ValidationError("--threads must be 1 or more.") }
    if resume, corpus.contains("-") {
      throw ValidationError("Standard input can not be read again: --resume needs files.")
    }
  }

  /// How texts become words, without added tokens unless a tokenizer brings them.
  func configuration() throws -> TokenizerConfiguration {
    if let like { return try Tokenizer(contentsOf: like).configuration }
    var configuration = TokenizerConfiguration()
    configuration.normalization = Normalization(normalization ?? .nfc)
    configuration.splits = [TextSplit(preTokenizer ?? .o200k)]
    return configuration
  }

  /// Whether words are counted through files.
  var usesDisk: Bool { memory != nil || resume || scratch != nil }

  /// The folder for what waits on disk.
  func scratchFolder(for output: String) -> String {
    scratch ?? (output.hasSuffix("/") ? String(output.dropLast()) : output) + ".scratch"
  }
}

/// The text files of one language.
struct LanguageFiles {
  let name: String
  var paths: [String]
}

/// The text files that `--corpus` names, by the language that their names say; one group of all
/// where languages need not be kept apart.
func languageFiles(_ corpora: [String], apart isApart: Bool) throws -> [LanguageFiles] {
  var languages: [LanguageFiles] = []
  for path in try corpusPaths(corpora) {
    let name = isApart ? stem(of: path) : ""
    if let index = languages.firstIndex(where: { $0.name == name }) {
      languages[index].paths.append(path)
    } else {
      languages.append(LanguageFiles(name: name, paths: [path]))
    }
  }
  return isApart ? languages.sorted { $0.name < $1.name } : languages
}

/// The paths of the text files that `--corpus` names: files themselves, and those of folders.
func corpusPaths(_ corpora: [String]) throws -> [String] {
  var paths: [String] = []
  for path in corpora {
    if path != "-", try fileKind(path) == .folder {
      let names = try fileNames(in: path).filter { $0.hasSuffix(".txt") }
      if names.isEmpty { throw CorpusError.noTexts(folder: path) }
      paths += names.map { joined(path, $0) }
    } else {
      if path != "-", try fileKind(path) == nil { throw FilesError.notFound(path: path) }
      paths.append(path)
    }
  }
  return paths
}

/// The name of a file without folder and extension, by which a language is known.
func stem(of path: String) -> String {
  let name = split(path).name
  guard let dot = name.firstIndex(of: "."), dot > name.startIndex else { return name }
  return String(name[..<dot])
}
