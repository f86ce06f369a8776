import Accounting
import ArgumentParser
import Experiments
import Files
import Kernels
import LanguageModels
import Randomness
import Reports
import Tokenization

/// `isoflop model generate`: what a model writes after a prompt.
struct ModelGenerate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Continue texts with a model.",
    discussion: """
      isoflop model generate --model runs/demo/ladder/L4-d128-D1310k "The weather"
      isoflop model generate --model runs/demo/ladder/L4-d128-D1310k "Once" \\
        --temperature 0
      isoflop model generate --model DIR --prompts prompts.txt --top-p 0.9 --json

      One prompt is written as it comes; several are continued side by side and
      written when all have ended. The same seed gives the same text, whatever
      stands beside it.
      """
  )

  @Option(help: ArgumentHelp("A model folder, such as a run's.", valueName: "folder"))
  var model: String

  @Argument(help: "The text to continue; without it the model begins one.")
  var prompt: String?

  @Option(
    help: ArgumentHelp("A file with a prompt a line; - for standard input.", valueName: "file")
  )
  var prompts: String?

  @Option(
    help: ArgumentHelp("The tokenizer.json; the model folder's by default.", valueName: "file")
  )
  var tokenizer: String?

  @OptionGroup(title: "Drawing") var sampling: SamplingOptions

  @Option(help: ArgumentHelp("The most tokens after each prompt.", valueName: "tokens"))
  var maxTokens = Count(100)

  @Option(help: ArgumentHelp("Ends a text before this string; may be repeated.", valueName: "text"))
  var stop: [String] = []

  @Option(help: ArgumentHelp("Threads; the text does not depend on them.", valueName: "count"))
  var threads = processorCount

  @Option(help: "f32, or bf16 as model train takes it: what matrix products multiply.")
  var precision = ProductPrecision.f32

  @Flag(
    inversion: .prefixedNo,
    help: "Guess tokens ahead and check them several at a time; it changes only the speed."
  )
  var guesses = true

  @Flag(help: "Print one JSON object a prompt, with ids and the reason of the end.")
  var json = false

  @Flag(name: [.short, .long], help: "Do not tell the speed.")
  var quiet = false

  func validate() throws {
    if prompt != nil, prompts != nil {
      throw ValidationError("Give a prompt or --prompts, not both.")
    }
    guard maxTokens.whole != nil else {
      throw ValidationError("--max-tokens is a whole number.")
    }
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads must lie between 1 and 1024.")
    }
  }

  func run() throws {
    try precision.noteEmulation()
    Interruption.listen()
    if let tokenizer { try ModelTokenizer(of: model)?.check(isIn: tokenizer, of: model) }
    let tokenizer = try Tokenizer(contentsOf: tokenizer ?? joined(model, "tokenizer.json"))
    let texts = try readPrompts()
    let model = try GPT(directory: model)
    guard tokenizer.vocabularySize <= model.shape.vocabularySize else {
      throw LanguageModelsError.tokenOutOfRange(
        id: tokenizer.vocabularySize - 1,
        vocabularySize: model.shape.vocabularySize
      )
    }
    let ids = try texts.map { try firstTokens($0, tokenizer, model) }
    let decoder = try SequenceDecoder(
      model,
      sequences: max(texts.count, 1),
      threads: threads,
      precision: precision,
      drafting: guesses && SequenceDecoder.draftsPay(model, sequences: texts.count)
    )
    let isStreamed = texts.count == 1 && !json
    if isStreamed { Console.write(texts[0]) }

    var streams = texts.map { _ in TextStream(stops: stop) }
    var written = [String](repeating: "", count: texts.count)
    func write(_ text: String, _ index: Int) {
      written[index] += text
      if isStreamed { Console.write(text) }
    }
    let start = ContinuousClock.now
    let results = try decoder.generate(
      ids,
      tokenLimit: maxTokens.whole ?? 0,
      settings: sampling.settings,
      seed: Seed(sampling.seed),
      guessing: guesses
    ) { index, token in
      let id = TokenID(token)
      // A model may have more ids than its tokenizer: its table was filled up to a round number.
      if token < tokenizer.vocabularySize, !tokenizer.isSpecial(id) {
        write(streams[index].add(tokenizer.bytes(of: id)), index)
      }
      return !streams[index].isStopped && !Interruption.isRequested
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    for index in streams.indices { write(streams[index].finish(), index) }
    if isStreamed { Console.write("\n") }
    if !isStreamed { show(texts, written, results) }
    if !quiet {
      let count = results.reduce(0) { $0 + $1.tokens.count }
      let rate = DecimalText.grouped((Double(count) / max(seconds, 1e-9)).rounded())
      Console.note("\(count) tokens in \(decoder.passCount) passes, \(rate) tokens/s\n")
    }
    if Interruption.isRequested { throw ExitStatus.interrupted }
  }

  private func show(_ texts: [String], _ written: [String], _ results: [GeneratedSequence]) {
    for (index, result) in results.enumerated() {
      guard json else {
        Console.write(texts[index] + written[index] + "\n\n")
        continue
      }
      let record = JSONValue.object([
        .init("prompt", .string(texts[index])),
        .init("text", .string(written[index])),
        .init("ids", .array(result.tokens.map { .integer($0) })),
        .init("end", .string(result.end.rawValue)),
      ])
      Console.write(record.line)
    }
  }

  private func readPrompts() throws -> [String] {
    guard let prompts else { return [prompt ?? ""] }
    return try TextInput(prompts).documents().map { String(decoding: $0, as: UTF8.self) }
  }

  /// The ids of a prompt; an empty one begins with the token that separates texts.
  private func firstTokens(_ text: String, _ tokenizer: Tokenizer, _ model: GPT) throws -> [Int] {
    let ids = try tokenizer.encode(text).map(Int.init)
    guard ids.isEmpty else { return ids }
    guard let first = model.specialTokens.beginning ?? tokenizer.endOfText.map(Int.init) else {
      throw ValidationError("This model has no token that begins a text: give a prompt.")
    }
    return [first]
  }
}
