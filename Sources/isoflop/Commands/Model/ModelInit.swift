import Accounting
import ArgumentParser
import Files
import LanguageModels
import Randomness
import Reports
import Tokenization

/// `isoflop model init`: new weights for a blueprint.
struct ModelInit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Draw the weights of a new model.",
    discussion: """
      isoflop model init --preset nano-3 -o models/new
      isoflop model init --preset gpt2 --tokenizer tokenizer.json -o models/new
      isoflop model init --blueprint config.json --seed 7 -o models/new
      isoflop model init --preset nano-5 --init mup --base-width 64 -o wide

      The folder opens in Hugging Face transformers wherever GPT-2's or Llama's
      format can express the model. The same blueprint and seed give the same
      weights to the bit.
      """
  )

  @Option(help: ArgumentHelp("A well-known model, such as nano-3 or gpt2.", valueName: "name"))
  var preset: String?

  @Option(
    help: ArgumentHelp("A Hugging Face config.json, or its folder.", valueName: "file")
  )
  var blueprint: String?

  @Option(help: ArgumentHelp("The size of the vocabulary.", valueName: "tokens"))
  var vocabSize: Count?

  @Option(help: ArgumentHelp("The longest sequence.", valueName: "tokens"))
  var context: Count?

  @Option(help: ArgumentHelp("The number of blocks.", valueName: "count"))
  var layers: Count?

  @Option(
    help: ArgumentHelp(
      "A tokenizer.json, which sets the vocabulary and is laid beside the model.",
      valueName: "file"
    )
  )
  var tokenizer: String?

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp("The same as --initialization.", valueName: "scheme")
  )
  var scheme: InitializationOptions.Scheme?

  @OptionGroup var dropout: DropoutOptions
  @OptionGroup var weights: InitializationOptions

  @Option(help: ArgumentHelp("What the weights are drawn from.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(help: "What the weights are written in: f32, f16, bf16 or f64.")
  var type = WeightType.f32

  @Option(name: [.short, .long], help: ArgumentHelp("The folder.", valueName: "folder"))
  var output: String

  @Flag(name: [.short, .long], help: "Replace a model that is there.")
  var force = false

  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  func validate() throws {
    if scheme == .mup, weights.baseWidth == nil {
      throw ValidationError("--init mup needs the width to start from: --base-width 64.")
    }
    guard (preset == nil) != (blueprint == nil) else {
      throw ValidationError("Name a model: --preset nano-3, or --blueprint config.json.")
    }
    if let preset {
      do { _ = try Blueprint.preset(preset) } catch { throw ValidationError("\(error)") }
    }
    for (name, count) in [("vocab-size", vocabSize), ("context", context), ("layers", layers)] {
      if let count, count.whole == nil {
        throw ValidationError("--\(name) is a whole number.")
      }
    }
    if tokenizer != nil, vocabSize != nil {
      throw ValidationError("--tokenizer sets the vocabulary: leave out --vocab-size.")
    }
  }

  func run() throws {
    let tokens = try tokenizer.map { try Tokenizer(contentsOf: $0) }
    let shape = try shape(tokens)
    try ModelFolder.prepare(output, replaces: force)
    let model = try GPT(
      shape,
      initialization: drawing,
      seed: Seed(seed),
      specialTokens: SpecialTokenIDs(
        beginning: tokens?.endOfText.map(Int.init),
        ends: tokens?.endOfText.map { [Int($0)] } ?? []
      )
    )
    try model.save(directory: output, type: type.numberType)
    if let tokenizer { try writeFile(joined(output, "tokenizer.json"), readFile(tokenizer)) }
    let format = ModelFormat.best(for: shape)
    guard !json else {
      let record = JSONValue.object([
        .init("path", .string(output)),
        .init("format", .string(format.rawValue)),
        .init("parameters", .integer(model.layout.parameterCount)),
        .init("seed", Int(exactly: seed).map { .integer($0) } ?? .string(String(seed))),
      ])
      return Console.write(record.text)
    }
    let count = Quantity(Double(model.layout.parameterCount), .parameters).text
    Console.write(
      """
      \(output): \(count) parameters in the format \(format.rawValue)
      Look inside: isoflop model inspect \(output)
      \(trainingHint)
      """
    )
  }

  /// How weights are drawn.
  private var drawing: Initialization {
    weights.initialization(of: scheme ?? weights.scheme ?? .normal)
  }

  /// How to go on: rates must follow the width as the weights do.
  private var trainingHint: String {
    guard let width = weights.baseWidth else { return "" }
    return "Train it: isoflop model train --init \(output) --base-width \(width) …\n"
  }

  /// The shape of the blueprint with what was said otherwise.
  private func shape(_ tokens: Tokenizer?) throws -> ModelShape {
    var shape: ModelShape
    if let preset {
      shape = try Blueprint.preset(preset).shape
    } else {
      shape = try ModelShape(configuration: blueprint ?? "")
    }
    if let count = vocabSize?.whole ?? tokens?.vocabularySize { shape.vocabularySize = count }
    if let count = context?.whole { shape.contextLength = count }
    if let count = layers?.whole { shape.layerCount = count }
    if let probabilities = dropout.probabilities { shape.dropout = probabilities }
    try shape.validate()
    return shape
  }
}
