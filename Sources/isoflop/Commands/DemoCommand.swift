import ArgumentParser
import Corpora
import Experiments
import Files
import Reports
import ScalingLaws
import Training

/// Runs the whole line once.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Run the whole line: tokenizer, small GPTs, loss law, gaps.",
    discussion: """
      isoflop demo
      isoflop demo --corpus my-texts --languages en,th,sw -o runs/mine

      Trains a tokenizer on a corpus, then a ladder of small GPTs; fits the loss
      law on all but the largest, predicts that one and shows measured beside
      predicted; then the loss per language and the gap to a reference. An
      interrupted demo goes on where it stopped.
      """
  )

  /// The corpus in isoflop's own folder.
  static let shippedCorpus = "Corpora/everyday"

  @Option(help: ArgumentHelp("A folder of LANGUAGE.txt files, or one file.", valueName: "path"))
  var corpus = Self.shippedCorpus

  @Option(help: ArgumentHelp("The languages taken: en,th,sw.", valueName: "tag,…"))
  var languages: TagList?

  @Option(help: ArgumentHelp("The language others are compared with.", valueName: "tag"))
  var reference = "en"

  @Option(help: ArgumentHelp("The size of the vocabulary.", valueName: "count"))
  var vocabSize = Count(2048)

  @Option(help: ArgumentHelp("The tokens of the longest runs.", valueName: "count"))
  var tokens = Count(Double(Demonstration.Options.standardTokens))

  @Option(help: ArgumentHelp("The seed of everything drawn.", valueName: "number"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("How many threads compute; it changes no result.", valueName: "count")
  )
  var threads = processorCount

  @Option(name: [.short, .long], help: ArgumentHelp("Where results go.", valueName: "folder"))
  var output = "runs/demo"

  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  @Flag(name: [.short, .long], help: "Show no progress.")
  var quiet = false

  func validate() throws {
    guard let size = vocabSize.whole, size <= 65_536 else {
      throw ValidationError("--vocab-size must be a whole number up to 65536.")
    }
    guard let count = tokens.whole, count >= 4096 else {
      throw ValidationError("--tokens must be a whole number from 4096 up.")
    }
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads must lie between 1 and 1024.")
    }
  }

  func run() throws {
    Interruption.listen()
    var options = Demonstration.Options(corpus: corpus, output: output)
    options.languages = languages?.tags
    options.reference = reference
    options.vocabularySize = vocabSize.whole ?? 0
    options.tokens = tokens.whole ?? 0
    options.seed = seed
    options.threads = threads
    if corpus == Self.shippedCorpus, try fileKind(corpus) == nil {
      throw ValidationError(
        "\(corpus) does not lie here. Run from isoflop's own folder, or name texts with --corpus."
      )
    }
    let demonstration = try Demonstration(options)
    var progress = ProgressLine(quiet: quiet)
    let result = try demonstration.run(isInterrupted: { Interruption.isRequested }) { event in
      progress.show(event)
    }
    progress.finishLine()
    guard let result else {
      Console.note(
        "Interrupted. What is done is kept in \(output); the same command goes on from there.\n"
      )
      throw ExitStatus.interrupted
    }
    let report = DemonstrationReport(result)
    try writeFile(joined(output, "demo.json"), report.json.text)
    try writeFile(joined(output, "ladder.svg"), LadderPlot(result).svg)
    let law = LawFile(
      result.law,
      parameterConvention: "matrices_with_head",
      data: joined(output, "ladder/runs.csv")
    )
    try writeFile(joined(output, "law.json"), law.encoded())
    if let gap = result.gap {
      try writeFile(joined(output, "gap.json"), GapReport(gap).json.text)
    }
    if json { return Console.write(report.json.text) }
    let budget = try EstimateCommand.parse(["--params", "3e9"]).report().text
    Console.write([report.text, budget, ending(result)].joined(separator: "\n"))
  }

  /// What was made, and what to do with it.
  private func ending(_ result: Demonstration.Result) -> String {
    let model = joined(joined(output, "ladder"), result.target.name)
    var table = TextTable([.name(""), .name("")])
    table.add([joined(output, "tokenizer.json"), "the tokenizer, for Hugging Face tokenizers"])
    table.add([joined(output, "tokens.bin"), "the training ids, as nanoGPT reads them"])
    table.add([joined(output, "ladder/runs.csv"), "the runs, a row each"])
    table.add([model, "the largest model, for transformers"])
    table.add([joined(model, "metrics.jsonl"), "its training, a line a step"])
    table.add([joined(model, "losses.csv"), "its losses, a row a segment"])
    table.add([joined(output, "law.json"), "the law, with its runs and draws"])
    table.add([joined(output, "ladder.svg"), "the ladder and the law as a picture"])
    table.add([joined(output, "demo.json"), "all figures above in full precision"])
    return """
      Written:
      \(table.text)
      Try next:
        isoflop estimate --params 3e9
        isoflop law predict \(joined(output, "law.json")) --params 2M --tokens 4M
        isoflop gap --losses \(joined(model, "losses.csv")) --reference \(reference)
        isoflop tokenizer encode --tokenizer \(joined(output, "tokenizer.json")) "Hello, world"

      """
  }
}

extension ProgressLine {
  /// Shows what happens in a demonstration.
  fileprivate mutating func show(_ event: Demonstration.Event) {
    switch event {
    case .corpus(let corpus):
      note("Reading \(corpus.path): \(corpus.languages.count) languages")
    case .tokenizer(let fraction):
      update(stage: "Tokenizer", fraction: fraction, detail: "learning merges")
    case .encoded(let prepared):
      note("Encoded \(DecimalText.grouped(Double(prepared.tokens.count))) training tokens")
    case .ladder(let progress):
      let speed = DecimalText.significant(progress.step.tokensPerSecond)
      update(
        stage: "Training",
        fraction: progress.fraction,
        detail: "run \(progress.number)/\(progress.count) \(progress.run) · "
          + "step \(progress.step.step)/\(progress.steps) · "
          + "loss \(DecimalText.fixed(progress.step.loss, places: 3)) · \(speed) tokens/s",
        secondsLeft: progress.secondsLeft
      )
    }
  }
}
