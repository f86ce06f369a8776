import ArgumentParser
import Files
import Tokenization
import UnicodeText

/// The text that words are counted in, and how it becomes words.
struct WordOptions: ParsableArguments {
  @OptionGroup var texts: TextOptions

  @Option(
    help: ArgumentHelp(
      "A tokenizer.json whose normal form, pre-tokenizer and special tokens are used.",
      valueName: "file"
    )
  )
  var like: String?

  @Option(
    name: [.customLong("normalizer"), .customLong("normalization")],
    help: ArgumentHelp(
      "What is done to the text first (default: nfc); may be repeated, in order: none, nfc, nfd, nfkc,"
        + " nfkd, nfkc-casefold, lowercase, lowercase:LANGUAGE, strip-accents, strip, strip-left,"
        + " strip-right, collapse-whitespace, prepend:TEXT, replace:/FROM/TO/, regex:/PATTERN/TO/,"
        + " transform:ICU-ID.",
      valueName: "step"
    ),
    transform: { try Normalization.Step(spelling: $0) }
  )
  var normalizers: [Normalization.Step] = []

  @Option(
    name: .customLong("pre-tokenizer"),
    help: ArgumentHelp(
      "A rule that cuts text into pieces (default: o200k); may be repeated, each cuts the pieces of"
        + " the one before: o200k, cl100k or llama3, cl100k_base, gpt2, qwen2, nanochat, whitespace,"
        + " whitespace-split, punctuation, digits, digits:1, digits:3, scripts, words,"
        + " words:LANGUAGE, graphemes, whole-graphemes, metaspace (spaces as ▁, one in front),"
        + " metaspace:first, metaspace:never, split:/TEXT/, regex:/PATTERN/BEHAVIOR.",
      valueName: "rule"
    ),
    transform: { try WordRule(spelling: $0) }
  )
  var preTokenizers: [WordRule] = []

  @OptionGroup var work: WorkOptions

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
    if like != nil, !normalizers.isEmpty || !preTokenizers.isEmpty {
      throw ValidationError("--like brings the normalizers and the pre-tokenizer along.")
    }
    if preTokenizers.count(where: { $0.isMetaspace }) > 1 {
      throw ValidationError("metaspace can stand among the pre-tokenizers once.")
    }
    if resume, texts.corpus.contains("-") {
      throw ValidationError("Standard input can not be read again: --resume needs files.")
    }
  }

  /// How texts become words, without added tokens unless a tokenizer brings them.
  func configuration() throws -> TokenizerConfiguration {
    if let like { return try Tokenizer(contentsOf: like).withPairs().configuration }
    var configuration = TokenizerConfiguration()
    if !normalizers.isEmpty { configuration.normalization = Normalization(normalizers) }
    if preTokenizers.isEmpty { return configuration }
    configuration.splits = []
    for rule in preTokenizers {
      switch rule {
      case .split(let split): configuration.splits.append(split)
      case .metaspace(let metaspace):
        configuration.metaspace = metaspace
        configuration.metaspaceStage = configuration.splits.count
      }
    }
    return configuration
  }

  /// The stage that writes spaces as a visible character, where one was asked for.
  var metaspace: Metaspace? {
    for case .metaspace(let metaspace) in preTokenizers { return metaspace }
    return nil
  }

  /// Whether words are counted through files.
  var usesDisk: Bool { memory != nil || resume || scratch != nil }

  /// The folder for what waits on disk.
  func scratchFolder(for output: String) -> String {
    scratch ?? (output.hasSuffix("/") ? String(output.dropLast()) : output) + ".scratch"
  }
}

/// A stage of the pre-tokenizer as an option spells it.
enum WordRule {
  case split(TextSplit)
  case metaspace(Metaspace)

  init(spelling: String) throws {
    let parts = spelling.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.first == "metaspace" else {
      self = .split(try TextSplit(spelling: spelling))
      return
    }
    let scheme = parts.count > 1 ? parts[1] : Metaspace.PrependScheme.always.rawValue
    guard let scheme = Metaspace.PrependScheme(rawValue: scheme) else {
      throw ValidationError("\(spelling): metaspace may be always, first or never in front.")
    }
    self = .metaspace(Metaspace(prependScheme: scheme))
  }

  var isMetaspace: Bool {
    if case .metaspace = self { true } else { false }
  }
}

/// The texts of one language.
struct LanguageTexts {
  let name: String
  var inputs: [TextInput]
}

/// Texts by the language that their names say; one group of all where languages need not be kept
/// apart.
func languageTexts(_ inputs: [TextInput], apart isApart: Bool) -> [LanguageTexts] {
  if !isApart { return [LanguageTexts(name: "", inputs: inputs)] }
  var languages: [LanguageTexts] = []
  for input in inputs {
    if let index = languages.firstIndex(where: { $0.name == input.stem }) {
      languages[index].inputs.append(input)
    } else {
      languages.append(LanguageTexts(name: input.stem, inputs: [input]))
    }
  }
  return languages.sorted { $0.name < $1.name }
}
