import ArgumentParser
import Corpora
import Evaluation
import Files
import Reports
import Tokenization

/// The text that tokenizers are measured on, and what it is compared with.
struct MeasuredTextOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "A corpus folder, a folder of LANGUAGE.txt or .jsonl files, text files named by language,"
        + " .gz and .zst included, or - for standard input.",
      valueName: "folder|files"
    )
  )
  var corpus: [String]

  @Flag(help: "Each line of the input is a JSON object, as in files named .jsonl.")
  var jsonl = false

  @Option(help: ArgumentHelp("The key of the text in JSON objects.", valueName: "key"))
  var field = "text"

  @Option(help: ArgumentHelp("The languages, in this order (default: all).", valueName: "tags"))
  var languages: TagList?

  @Option(
    help: ArgumentHelp(
      "The language that others are compared with on parallel text (default: en, or the first).",
      valueName: "tag"
    )
  )
  var reference: String?

  @Option(
    name: .customLong("rare-under"),
    help: ArgumentHelp("Tokens seen less often than this are rare.", valueName: "count")
  )
  var rareLimit = 10

  @Option(help: ArgumentHelp("How many threads measure.", valueName: "count"))
  var threads = processorCount

  func validate() throws {
    if corpus.isEmpty { throw ValidationError("Name a text with --corpus.") }
    if rareLimit < 1 { throw ValidationError("--rare-under must be 1 or more.") }
    if threads < 1 { throw ValidationError("--threads must be 1 or more.") }
  }

  /// Measures tokenizers one after the other on the text.
  func report(on paths: [String]) throws -> TokenizerReport {
    let tokenizers = try paths.map { try Tokenizer(contentsOf: $0) }
    let names = distinctNames(paths)
    let (languages, isParallel) = try text()
    let evaluations = try zip(tokenizers, names).map { tokenizer, name in
      try TokenizerEvaluation(
        of: tokenizer,
        name: name,
        on: languages,
        isParallel: isParallel,
        reference: reference,
        rareLimit: rareLimit,
        threads: threads
      )
    }
    return TokenizerReport(evaluations, corpus: corpus.joined(separator: ", "))
  }

  private func text() throws -> (languages: [LanguageText], isParallel: Bool) {
    if corpus.count == 1 {
      let corpus = try read(corpus[0], languages?.tags)
      return (corpus.languages, corpus.isParallel)
    }
    var texts = try corpus.flatMap { try read($0, nil).languages }
    if let tags = languages?.tags {
      texts = try tags.map { tag in
        guard let text = texts.first(where: { $0.tag == tag }) else {
          throw EvaluationError.noReference(language: tag, available: texts.map(\.tag))
        }
        return text
      }
    }
    if Set(texts.map(\.tag)).count < texts.count {
      throw ValidationError("Two of the files are named after the same language.")
    }
    return (texts, Set(texts.map(\.lineCount)).count == 1)
  }

  private func read(_ path: String, _ tags: [String]?) throws -> Corpus {
    try Corpus(path: path, languages: tags, field: field, areRecords: jsonl)
  }

  /// The files' names, or the paths where names are the same.
  private func distinctNames(_ paths: [String]) -> [String] {
    let names = paths.map { Files.split($0).name }
    return Set(names).count == names.count ? names : paths
  }
}
