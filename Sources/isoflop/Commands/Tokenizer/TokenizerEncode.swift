import ArgumentParser
import Files
import Tokenization

/// `isoflop tokenizer encode`: from text to token ids.
struct TokenizerEncode: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Turn text into token ids.",
    discussion: """
      isoflop tokenizer encode --tokenizer tokenizer.json "Hello world"
      isoflop tokenizer encode --tokenizer tokenizer.json --json < text.txt
      isoflop tokenizer encode --tokenizer tokenizer.json \\
        --corpus train.txt --output train.bin

      A text is one document: the text itself, a file, standard input, or a
      record of JSON Lines. With --output each line of a file is a document
      of its own, and the token that ends texts follows each. Elsewhere the
      special tokens that the tokenizer's post-processor names are added.

      A text that is one document is encoded as it comes in, in memory that
      does not grow with it, and so is a line or record of --output beyond
      4 MiB: it is cut between characters where its tokens are the same for
      the parts as for the whole. Text without such a place (one
      endless word), and all text of tokenizers that look at it as a whole
      (regular expressions of a user, ICU transforms, SentencePiece models with
      rules for spaces), is held, up to 1 GiB.

      isoflop tokenizer encode --tokenizer ranks.tiktoken --pre-tokenizer cl100k \\
        --special '<|end|>=100257' --special-in-text text "Hello"
      isoflop tokenizer encode --tokenizer spm.model --dropout 0.1 --seed 7 "Hello"
      """
  )

  /// What offsets count.
  enum OffsetUnit: String, CaseIterable, ExpressibleByArgument {
    case characters, bytes
  }

  @Option(
    help: ArgumentHelp(
      "The tokenizer: tokenizer.json, .tiktoken, vocab.json, SentencePiece .model, or a folder.",
      valueName: "file|folder"
    )
  )
  var tokenizer: String

  @OptionGroup var reading: TokenizerFileOptions

  @Argument(help: "The text; standard input where there is neither text nor --corpus.")
  var text: String?

  @OptionGroup var texts: TextOptions

  @Flag(help: "Print ids, tokens and offsets as JSON, one object a document.")
  var json = false

  @Option(help: ArgumentHelp("What offsets count: characters or bytes.", valueName: "unit"))
  var offsets: OffsetUnit = .characters

  @Option(
    name: .customLong("special-in-text"),
    help: ArgumentHelp(
      "Special tokens in the text: recognize, text (ordinary text), refuse. By default as the"
        + " library of the file does; with --output, refuse.",
      valueName: "policy"
    )
  )
  var specialInText: SpecialTokenPolicy?

  @Option(
    help: ArgumentHelp(
      "Bytes that are not UTF-8: strict (an error), replace (U+FFFD), bytes (they stay).",
      valueName: "policy"
    )
  )
  var invalid: InvalidText = .strict

  @OptionGroup var dropout: MergeDropoutOptions

  @OptionGroup var limits: LengthOptions

  @Flag(name: .customLong("no-special"), help: "Add no special tokens around the text.")
  var noSpecial = false

  @Option(
    name: [.customShort("o"), .customLong("output"), .customLong("ids-output")],
    help: ArgumentHelp("Write the ids to this file, for training.", valueName: "file")
  )
  var idsOutput: String?

  @Flag(name: [.short, .long], help: "Show no progress.")
  var quiet = false

  @Option(help: ArgumentHelp("How many threads encode.", valueName: "count"))
  var threads = processorCount

  func validate() throws {
    if text != nil, !texts.corpus.isEmpty || texts.jsonl {
      throw ValidationError("Give a text or --corpus, not both.")
    }
    if text != nil, idsOutput != nil {
      throw ValidationError("--output takes the lines or records of --corpus, not a text.")
    }
    if json, idsOutput != nil { throw ValidationError("Give --json or --output, not both.") }
    if noSpecial, idsOutput != nil {
      throw ValidationError("--output needs the token that ends texts; omit --no-special.")
    }
    if limits.isGiven, idsOutput != nil {
      throw ValidationError("--output takes whole texts; omit --max-length and --pad-to.")
    }
    if tokenizer == "-", text == nil, texts.corpus.isEmpty || texts.corpus.contains("-") {
      throw ValidationError("Standard input is the tokenizer; give a text or --corpus a file.")
    }
    if threads < 1 { throw ValidationError("--threads must be 1 or more.") }
  }

  func run() throws {
    if let idsOutput {
      try checkWritable(idsOutput, reading: [self.tokenizer] + texts.corpus)
    }
    let tokenizer = try reading.tokenizer(at: tokenizer)
    let encoder = DocumentEncoder(
      tokenizer,
      threads: threads,
      specialInText: specialInText ?? (idsOutput == nil ? nil : .refuse),
      dropout: try dropout.merge(for: tokenizer)
    )
    if let text {
      var documents = Documents()
      documents.append(text.utf8)
      try encode(documents, from: "the text", with: encoder)
      return
    }
    let inputs = try texts.corpus.isEmpty ? [texts.standardInput()] : texts.inputs()
    if let idsOutput {
      try writeIDs(of: inputs, with: encoder, to: idsOutput)
      return
    }
    for input in inputs {
      guard case .records = input.form else {
        try encodeStream(input, with: encoder)
        continue
      }
      let blocks = TextBlocks([input])
      while let block = try blocks.next() {
        let documents = try invalid.documents(of: block, keepsEmpty: true)
        try encode(documents, from: input.path, with: encoder)
      }
    }
  }

  /// Encodes a text that is one document and prints its tokens as they become certain.
  private func encodeStream(_ input: TextInput, with encoder: DocumentEncoder) throws {
    let stream = try invalid.stream(input)
    var printer = try EncodingPrinter(
      encoder.tokenizer,
      isJSON: json,
      addsSpecialTokens: !noSpecial,
      limits: limits.limits(encoder.tokenizer)
    )
    try encoder.encodeStream(
      from: input.path,
      offsets: json ? (offsets == .bytes ? .bytes : .codePoints) : nil,
      next: { try invalid.namingRemedy(stream.next) },
      take: { try printer.append($0) }
    )
    try printer.finish()
  }

  /// Encodes documents of a source and prints a line for each.
  private func encode(
    _ documents: Documents,
    from source: String,
    with encoder: DocumentEncoder
  ) throws {
    let tokenizer = encoder.tokenizer
    var output = OutputBuffer()
    let limits = try limits.limits(tokenizer)
    if json {
      let encodings = try encoder.encodeWithOffsets(documents, from: source)
      for (range, encoding) in zip(documents.ranges, encodings) {
        let finished = try tokenizer.finish(
          encoding,
          addsSpecialTokens: !noSpecial,
          limits: limits
        )
        let document = Array(documents.text[range])
        output.append(record(of: finished, document, tokenizer) + "\n")
      }
    } else {
      let batch = try encoder.encode(documents, from: source)
      for index in 0..<batch.count {
        let ids = Array(batch[index])
        let finished = try tokenizer.finish(
          Encoding(ids: ids, offsets: Array(repeating: 0..<0, count: ids.count)),
          addsSpecialTokens: !noSpecial,
          limits: limits
        )
        output.append(finished.ids.map(String.init).joined(separator: " ") + "\n")
      }
    }
    output.flush()
  }

  private func record(
    of encoding: Encoding,
    _ document: [UInt8],
    _ tokenizer: Tokenizer
  ) -> String {
    let ranges =
      offsets == .bytes
      ? encoding.offsets : unsafe encoding.codePointOffsets(in: document.span.bytes)
    return JSONText.object([
      ("ids", JSONText.array(encoding.ids.map(String.init))),
      ("tokens", JSONText.array(encoding.ids.map { JSONText.string(tokenizer.spelling(of: $0)) })),
      ("offsets", JSONText.array(ranges.map { "[\($0.lowerBound), \($0.upperBound)]" })),
    ])
  }
}
