import Accounting
import ArgumentParser
import Experiments

/// `isoflop model train`: a model learns from files of token ids.
struct ModelTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model on files of token ids.",
    discussion: """
      isoflop model train --preset nano-3 --ids train.bin --steps 1000 -o runs/a
      isoflop model train --preset nano-5 --ids en.bin:0.7 th.bin:0.3 \\
        --tokens-per-param 20 --tokenizer tokenizer.json -o runs/b
      isoflop model train --preset nano-7 --ids train.bin --minutes 30 --dry-run
      isoflop model train --preset nano-3 --ids train.bin --steps 1000 \\
        --validation en.bin:en th.bin:th --early-stopping 3 -o runs/c
      isoflop model train --preset operations --task operations -o runs/ops
      isoflop model train --resume runs/a

      The folder gets the model, plan.json, metrics.jsonl (a line a step),
      evaluations.jsonl (a line an evaluation on held-out text) and summary.json.
      Ctrl-C writes a checkpoint; --resume goes on from the last one, and the run
      ends as it would have without a break, to the bit.

      The operations task: a row is an operation's token (10-19) and seven digits
      (0-9), and at each digit's place the model says a digit of the answer. With
      copy it is the digit itself, reverse and sort put the digits in another
      order, rotate shifts them to the left, successor adds 1, complement is 9
      minus the digit, add adds the digit to the right, all modulo 10; maximum and
      minimum are those so far, count is how often the digit occurs in the row.
      epochs.jsonl has a line an epoch, from epoch 0, before training, on.
      """
  )

  @Option(help: ArgumentHelp("A well-known shape, such as nano-3 or gpt2.", valueName: "name"))
  var preset: String?

  @Option(help: ArgumentHelp("The shape of a config.json, or its folder.", valueName: "file"))
  var blueprint: String?

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp("A model folder to start from.", valueName: "folder")
  )
  var initial: String?

  @Option(help: ArgumentHelp("The folder of a run to go on with.", valueName: "folder"))
  var resume: String?

  @Option(
    help: ArgumentHelp(
      "Vocabulary of a new model; by default the tokenizer's or what the ids say.",
      valueName: "tokens"
    )
  )
  var vocabSize: Count?

  @Option(help: ArgumentHelp("Blocks of a new model.", valueName: "count"))
  var layers: Count?

  @OptionGroup var dropout: DropoutOptions
  @OptionGroup(title: "New weights") var weights: InitializationOptions
  @OptionGroup(title: "Task") var task: TaskOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup(title: "Run") var options: RunOptions

  func validate() throws {
    let named = [preset, blueprint, initial, resume].count { $0 != nil }
    guard named == 1 || named == 0 && !task.isEmpty else {
      throw ValidationError("Name one start: --preset, --blueprint, --init or --resume.")
    }
    let isShaped = vocabSize != nil || layers != nil || weights.scheme != nil
    if resume != nil {
      let isPlanned =
        isShaped || weights.baseWidth != nil || !training.isEmpty || !task.isEmpty
        || dropout.dropout != nil
      guard !isPlanned, options.output == nil, !options.force, !options.dryRun else {
        throw ValidationError("--resume goes on with the run's own plan: name --threads at most.")
      }
      return
    }
    if initial != nil, isShaped {
      throw ValidationError("--vocab-size, --layers and --initialization are for new models.")
    }
    if let preset {
      do { _ = try Blueprint.preset(preset) } catch { throw ValidationError("\(error)") }
    }
    for (name, count) in [("vocab-size", vocabSize), ("layers", layers)] {
      if let count, count.whole == nil { throw ValidationError("--\(name) is a whole number.") }
    }
    if task.isEmpty {
      try training.validateNew()
    } else {
      try training.validateTask()
      if initial != nil || options.dryRun {
        throw ValidationError("--task starts from --preset or --blueprint, without --dry-run.")
      }
    }
    if options.output == nil, !options.dryRun {
      throw ValidationError("Name the run's folder: -o runs/first.")
    }
  }

  func run() throws {
    if let resume { return try options.resume(resume) }
    guard task.isEmpty else {
      // It is too small for several processes.
      return try LaunchedProcesses.runAlone { threads in
        var request = request(threads: options.threads ?? threads)
        if training.batch == nil { request.batch = OperationsRun.defaultBatch }
        try options.start(request, task)
      }
    }
    try options.start(request)
  }

  private func request(threads: Int) -> RunRequest {
    var request = training.request(start: start, threads: threads)
    request.vocabularySize = vocabSize?.whole
    request.layerCount = layers?.whole
    request.dropout = dropout.probabilities
    request.initialization = weights.initialization ?? request.initialization
    request.baseWidth = weights.baseWidth
    return request
  }

  private var start: RunRequest.Start {
    if let initial { return .model(initial) }
    if let blueprint { return .blueprint(blueprint) }
    return .preset(preset ?? "operations")
  }
}
