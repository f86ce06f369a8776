import Accounting
import ArgumentParser
import Files
import LanguageModels
import Reports

/// `isoflop model convert`: the same model in another type or format.
struct ModelConvert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Write a model in another number type or format.",
    discussion: """
      isoflop model convert --model runs/demo/ladder/L4-d128-D1310k --type bf16 \\
        -o models/half
      isoflop model convert --model models/sharded -o models/single

      Reads Hugging Face folders of GPT-2 and Llama, also in f16 and bf16 and
      divided over several files, and writes one file. The tokenizer's files are
      taken along.
      """
  )

  @Option(help: ArgumentHelp("The model folder.", valueName: "folder"))
  var model: String

  @Option(help: "What the weights are written in: f32, f16, bf16 or f64.")
  var type = WeightType.f32

  @Option(
    help: ArgumentHelp(
      "gpt2, llama or isoflop; by default the one that most programs read.",
      valueName: "format"
    )
  )
  var format: ModelFormat?

  @Option(name: [.short, .long], help: ArgumentHelp("The folder to write.", valueName: "folder"))
  var output: String

  @Flag(name: [.short, .long], help: "Replace a model that is there.")
  var force = false

  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  func run() throws {
    _ = try ModelShape(configuration: model)
    try ModelFolder.prepare(output, replaces: force)
    let source = try GPT(directory: model)
    try source.save(directory: output, type: type.numberType, format: format)
    try ModelFolder.copyTokenizer(from: model, to: output)
    let written = try ModelInspection(output, withStatistics: false)
    let name = written.format?.rawValue ?? ""
    guard !json else {
      let record = JSONValue.object([
        .init("path", .string(output)),
        .init("format", .string(name)),
        .init("type", .string(type.numberType.rawValue)),
        .init("parameters", .integer(source.layout.parameterCount)),
        .init("bytes", .integer(written.byteCount)),
      ])
      return Console.write(record.text)
    }
    let bytes = Quantity(Double(written.byteCount), .bytes).text
    Console.write("\(output): \(type.rawValue), \(bytes), in the format \(name)\n")
  }
}
