import Accounting
import ArgumentParser
import Corpora
import Evaluation
import Experiments
import Files
import Kernels
import LanguageModels
import Reports
import Tokenization

extension CorpusPart: ExpressibleByArgument {}

/// `isoflop model evaluate`: the loss of a model.
struct ModelEvaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure a model's loss on token ids, or per language on a corpus.",
    discussion: """
      isoflop model evaluate --model runs/a --ids valid.bin --context 256
      isoflop model evaluate --model runs/a --ids valid.bin --stride 64 --json
      isoflop model evaluate --model runs/a --corpus texts --losses losses.csv
      isoflop gap --losses losses.csv --reference en

      Ids are read in windows, and every id but the first is predicted once; a
      --stride below the context gives each prediction more context. On a corpus
      each segment is read by itself, its end included.
      """
  )

  @Option(help: ArgumentHelp("A model folder, such as a run's.", valueName: "folder"))
  var model: String

  @Option(help: ArgumentHelp("Token ids.", valueName: "file"))
  var ids: String?

  @Option(help: ArgumentHelp("A folder of LANGUAGE.txt files, or one file.", valueName: "path"))
  var corpus: String?

  @Option(help: ArgumentHelp("Length of the windows; the model's by default.", valueName: "tokens"))
  var context: Count?

  @Option(help: ArgumentHelp("How far windows lie apart; the context.", valueName: "tokens"))
  var stride: Count?

  @Option(help: ArgumentHelp("The languages taken: en,th,sw.", valueName: "tag,…"))
  var languages: TagList?

  @Option(help: "The segments taken: evaluation (those held out), training or all.")
  var part: CorpusPart?

  @Option(help: ArgumentHelp("The most segments of one language.", valueName: "count"))
  var limit: Count?

  @Option(
    help: ArgumentHelp("The tokenizer.json; the model folder's by default.", valueName: "file")
  )
  var tokenizer: String?

  @Option(help: ArgumentHelp("Write the losses too, a row a segment.", valueName: "file"))
  var losses: String?

  @Option(
    help: ArgumentHelp("How many threads compute; it changes no result.", valueName: "count")
  )
  var threads = processorCount

  @Option(help: "f32, or bf16 as model train takes it: what matrix products multiply.")
  var precision = ProductPrecision.f32

  @Flag(help: "Print one JSON object with every digit.")
  var json = false

  @Flag(name: [.short, .long], help: "Show no progress.")
  var quiet = false

  func validate() throws {
    guard (ids == nil) != (corpus == nil) else {
      throw ValidationError("Name what is measured on: --ids valid.bin, or --corpus texts.")
    }
    let isOfCorpus =
      languages != nil || part != nil || limit != nil || tokenizer != nil || losses != nil
    if ids != nil, isOfCorpus {
      throw ValidationError(
        "--languages, --part, --limit, --tokenizer and --losses go with --corpus."
      )
    }
    if corpus != nil, stride != nil { throw ValidationError("--stride goes with --ids.") }
    for (name, count) in [("context", context), ("stride", stride), ("limit", limit)] {
      if let count, count.whole == nil { throw ValidationError("--\(name) is a whole number.") }
    }
    if let context, let stride, stride.value > context.value {
      throw ValidationError("--stride may not exceed --context: tokens would be left out.")
    }
    if corpus != nil, let context, context.value < 2 {
      throw ValidationError("--context is at least 2 on a corpus.")
    }
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads must lie between 1 and 1024.")
    }
  }

  func run() throws {
    try precision.noteEmulation()
    let network = try GPT(directory: model)
    guard network.shape.causal else { throw ExperimentsError.notCausal }
    let context = context?.whole ?? network.shape.contextLength
    guard context <= network.shape.contextLength else {
      throw LanguageModelsError.sequenceLength(
        length: context,
        contextLength: network.shape.contextLength
      )
    }
    var line = ProgressLine(quiet: quiet)
    let report =
      try ids.map { try streamReport(network, $0, context, &line) }
      ?? corpusReport(network, corpus ?? "", context, &line)
    line.finishLine()
    Console.write(json ? report.json.text : report.text)
  }

  private func streamReport(
    _ network: GPT,
    _ path: String,
    _ context: Int,
    _ line: inout ProgressLine
  ) throws -> LossReport {
    let size = network.shape.vocabularySize
    let file = try TokenIDFile(path, vocabularySize: size, isWide: size > 1 << 16)
    try ModelTokenizer(of: model)?.check(madeIDs: file)
    let stride = stride?.whole ?? context
    guard stride <= context else {
      throw ValidationError("--stride may not exceed the context of \(context).")
    }
    let loss = try TokenStreamLoss(
      of: network,
      count: file.count,
      ids: { file.tokens(in: $0) },
      context: context,
      stride: stride,
      threads: threads,
      precision: precision,
      progress: { line.update(stage: "Evaluating", fraction: $0, detail: path) }
    )
    guard loss.nats.isFinite else {
      line.finishLine()
      throw BrokenModelError(path: model)
    }
    return LossReport(loss, of: model, ids: path, context: context, stride: stride)
  }

  private func corpusReport(
    _ network: GPT,
    _ path: String,
    _ context: Int,
    _ line: inout ProgressLine
  ) throws -> LossReport {
    if let losses {
      let probe = try AtomicFile(losses)
      _ = consume probe
    }
    if let tokenizer { try ModelTokenizer(of: model)?.check(isIn: tokenizer, of: model) }
    let tokenizer = try Tokenizer(contentsOf: tokenizer ?? joined(model, "tokenizer.json"))
    guard tokenizer.vocabularySize <= network.shape.vocabularySize else {
      throw LanguageModelsError.tokenOutOfRange(
        id: tokenizer.vocabularySize - 1,
        vocabularySize: network.shape.vocabularySize
      )
    }
    let set = try EvaluationSet(
      Corpus(path: path, languages: languages?.tags),
      tokenizer: tokenizer,
      part: part ?? .evaluation,
      limit: limit?.whole ?? .max
    )
    let evaluator = try Evaluator(
      set: set,
      context: context,
      threads: threads,
      precision: precision
    )
    let table = try evaluator.losses(of: network) {
      line.update(stage: "Evaluating", fraction: $0, detail: path)
    }
    guard table.total.nats.isFinite else {
      line.finishLine()
      throw BrokenModelError(path: model)
    }
    if let losses { try table.write(to: losses) }
    return LossReport(table, of: model, context: context)
  }
}

/// A model whose loss is no number.
private struct BrokenModelError: Error, CustomStringConvertible {
  let path: String

  var description: String {
    "The loss of \(path) is not a number: some of its weights are none, or far too large. See which: "
      + "isoflop model inspect \(path) --statistics"
  }
}
