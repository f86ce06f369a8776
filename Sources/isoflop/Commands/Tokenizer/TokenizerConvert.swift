import ArgumentParser
import Files
import Tokenization

/// `isoflop tokenizer convert`: from one format of tokenizer files to another.
struct TokenizerConvert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a tokenizer in another format, with the same ids for every text.",
    discussion: """
      isoflop tokenizer convert tokenizer.json -o tokenizer.tiktoken
      isoflop tokenizer convert spm.model -o tokenizer.json
      isoflop tokenizer convert ranks.tiktoken --pre-tokenizer cl100k \\
        --special '<|endoftext|>=100257' -o folder --to transformers

      The format is that of the output's name: .json, .tiktoken, .model, or
      vocab.json with merges.txt beside it; --to says it for other names. Beside
      a tokenizer.json, tokenizer_config.json is written for transformers. What
      a format has no word for is refused by its name, and nothing is written.
      """
  )

  @Argument(
    help: ArgumentHelp(
      "The tokenizer: tokenizer.json, .tiktoken, vocab.json, SentencePiece .model, or a folder.",
      valueName: "file|folder"
    )
  )
  var from: String

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The file or folder to write.", valueName: "file|folder")
  )
  var output: String

  @Option(
    help: ArgumentHelp(
      "json, tiktoken, vocab-merges, sentencepiece or transformers (a folder).",
      valueName: "format"
    )
  )
  var to: TokenizerFormat?

  @OptionGroup var reading: TokenizerFileOptions

  @Flag(name: [.short, .long], help: "Replace files that exist.")
  var force = false

  @Flag(help: "Print the facts as JSON.")
  var json = false

  func validate() throws {
    if format == nil {
      throw ValidationError(
        "The name \(output) tells no format. Say it with --to, or end the name with .json,"
          + " .tiktoken or .model."
      )
    }
  }

  private var format: TokenizerFormat? { to ?? TokenizerFormat(path: output) }

  func run() throws {
    guard let format else { return }
    if !force, try fileKind(output) == .file { throw FilesError.exists(path: output) }
    let tokenizer = try reading.tokenizer(at: from)
    var paths = try tokenizer.save(to: output, as: format)
    if format == .json {
      let folder = split(output).folder
      let path = joined(folder, "tokenizer_config.json")
      // One that stands there already may say more than is known here.
      if try force || fileKind(path) == nil {
        let converted = try Tokenizer(contentsOf: output)
        try writeFile(path, converted.transformersConfiguration())
        paths.append(path)
      }
    }
    if json {
      Console.writeLine(
        JSONText.object([
          ("format", JSONText.string(format.rawValue)),
          ("files", JSONText.array(paths.map(JSONText.string))),
          ("vocabulary_size", "\(tokenizer.vocabularySize)"),
          ("notes", JSONText.array(notes(tokenizer, format).map(JSONText.string))),
        ])
      )
      return
    }
    Console.writeLine("\(paths.joined(separator: ", ")): \(tokenizer.vocabularySize) tokens")
    for note in notes(tokenizer, format) { Console.note(note + "\n") }
  }

  /// What a reader of the new file must know beyond it.
  private func notes(_ tokenizer: Tokenizer, _ format: TokenizerFormat) -> [String] {
    let configuration = tokenizer.configuration
    var notes: [String] = []
    let special = configuration.addedTokens.filter(\.isSpecial)
    switch format {
    case .tiktoken:
      let names = special.map { "\($0.content)=\($0.id)" }.joined(separator: " ")
      notes.append(
        "Not in the file: the pattern \(configuration.splitName)"
          + (names.isEmpty ? "." : " and the special tokens \(names).")
      )
    case .json, .transformers:
      if configuration.specialTokenPolicy != .recognize, !special.isEmpty {
        notes.append(
          "A tokenizer.json recognizes special tokens in texts; "
            + (tokenizer.sentencePiece == nil
              ? "tiktoken refuses them." : "to SentencePiece they are text.")
        )
      }
    case .sentencePiece:
      if tokenizer.sentencePiece == nil, !special.isEmpty {
        notes.append("SentencePiece takes the names of special tokens in texts for text.")
      }
    case .vocabularyAndMerges: break
    }
    return notes
  }
}
