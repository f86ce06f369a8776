import ArgumentParser
import Experiments
import Kernels
import Training

extension LearningRateSchedule.Form: ExpressibleByArgument {}
extension BatchSampler.Order: ExpressibleByArgument {}

/// How a model is trained, whatever it starts from.
struct TrainingOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Token ids as nanoGPT, llm.c or tokenizer encode write them; shares mix several.",
      valueName: "file[:weight]"
    )
  )
  var ids: [WeightedFile] = []

  @Option(help: ArgumentHelp("Length of the windows; the model's by default.", valueName: "tokens"))
  var context: Count?

  @Option(help: ArgumentHelp("Windows in a step.", valueName: "count"))
  var batch: Count?

  @Option(
    help: ArgumentHelp(
      "Micro-batches that a step's windows are computed in; they take the memory of one.",
      valueName: "count"
    )
  )
  var accumulate: Count?

  @Option(help: ArgumentHelp("Budget: optimizer steps.", valueName: "count"))
  var steps: Count?

  @Option(help: ArgumentHelp("Budget: tokens seen, repeats counted.", valueName: "count"))
  var tokens: Count?

  @Option(help: ArgumentHelp("Budget: operations by the exact count.", valueName: "count"))
  var flops: Count?

  @Option(help: ArgumentHelp("Budget: tokens for each parameter, such as 20.", valueName: "ratio"))
  var tokensPerParam: Count?

  @Option(help: ArgumentHelp("Budget: time here, turned into steps first.", valueName: "minutes"))
  var minutes: Count?

  @Option(
    help: ArgumentHelp(
      "Highest learning rate; 0.256 / width by default, a tenth of it from a trained model.",
      valueName: "rate"
    )
  )
  var lr: Count?

  @Option(help: "What follows the warm-up: constant, cosine, linear or wsd.")
  var schedule: LearningRateSchedule.Form?

  @Option(
    help: ArgumentHelp("Steps of warm-up; 5 % by default, 0 if constant.", valueName: "count")
  )
  var warmup: Int?

  @Option(help: ArgumentHelp("The last learning rate over the highest.", valueName: "share"))
  var finalShare: Double?

  @Option(help: ArgumentHelp("For wsd, the share of steps that decay.", valueName: "share"))
  var decayShare: Double?

  @OptionGroup(title: "Optimizer") var optimizer: OptimizerOptions
  @OptionGroup(title: "Held-out text") var validation: ValidationOptions

  @Option(help: "shuffled, or sequential: row r of step s starts at (s·B + r)·T.")
  var order: BatchSampler.Order?

  @Option(
    help: """
      f32, or bf16: products of matrices multiply bfloat16 numbers and sum in f32, as all else is \
      computed. Processors without AVX512_BF16 compute the same bits, more slowly than f32.
      """
  )
  var precision: ProductPrecision?

  @Option(help: ArgumentHelp("What weights and windows are drawn from.", valueName: "number"))
  var seed: UInt64?

  @Option(help: ArgumentHelp("Seconds between two checkpoints; 60 by default.", valueName: "time"))
  var checkpointInterval: Double?

  @Option(
    help: ArgumentHelp("A tokenizer.json to lay beside the model.", valueName: "file")
  )
  var tokenizer: String?

  func validate() throws {
    for (name, count) in [
      ("context", context), ("batch", batch), ("accumulate", accumulate), ("steps", steps),
    ] {
      if let count, count.whole == nil || count.value >= 0x1p40 {
        throw ValidationError("--\(name) is a whole number.")
      }
    }
    if let warmup, warmup < 0 { throw ValidationError("--warmup is a whole number from 0 up.") }
    if let checkpointInterval, !(0..<1e9).contains(checkpointInterval) {
      throw ValidationError("--checkpoint-interval is a number of seconds from 0 up.")
    }
    if budgets.count > 1 {
      throw ValidationError(
        "Name one budget: --steps, --tokens, --flops, --tokens-per-param or --minutes."
      )
    }
  }

  /// Checks what a new run needs and a resumed one has.
  func validateNew() throws {
    if ids.isEmpty { throw ValidationError("Name what to train on: --ids train.bin.") }
    if budgets.isEmpty {
      throw ValidationError(
        "Name a budget: --steps, --tokens, --flops, --tokens-per-param or --minutes."
      )
    }
  }

  /// Checks that nothing is said that a task says itself.
  func validateTask() throws {
    let others: [Any?] = [context, order, tokenizer]
    guard ids.isEmpty, budgets.isEmpty, validation.isEmpty, others.allSatisfy({ $0 == nil }) else {
      throw ValidationError(
        "A --task has its own data and length: name --epochs, and leave out --ids, --context, "
          + "--order, --tokenizer, --validation and other budgets."
      )
    }
  }

  /// Whether anything was said that a resumed run's plan says already.
  var isEmpty: Bool {
    let numbers: [Any?] = [
      context, batch, accumulate, lr, schedule, warmup, finalShare, decayShare, order, precision,
      seed, checkpointInterval, tokenizer,
    ]
    return ids.isEmpty && budgets.isEmpty && optimizer.isEmpty && validation.isEmpty
      && numbers.allSatisfy { $0 == nil }
  }

  private var budgets: [RunRequest.Budget] {
    [
      steps.map { .steps($0.whole ?? 0) }, tokens.map { .tokens($0.value) },
      flops.map { .flops($0.value) }, tokensPerParam.map { .tokensPerParameter($0.value) },
      minutes.map { .minutes($0.value) },
    ].compactMap(\.self)
  }

  /// What is asked for, beginning somewhere.
  func request(start: RunRequest.Start, threads: Int) -> RunRequest {
    var request = RunRequest(
      start: start,
      sources: ids.map(\.source),
      budget: budgets.first ?? .steps(1)
    )
    request.tokenizer = tokenizer
    request.context = context?.whole
    request.batch = batch?.whole ?? request.batch
    request.accumulation = accumulate?.whole ?? request.accumulation
    request.learningRate = lr?.value
    request.schedule = schedule ?? request.schedule
    request.warmupSteps = warmup
    request.finalShare = finalShare ?? request.finalShare
    request.decayShare = decayShare ?? request.decayShare
    optimizer.apply(to: &request)
    validation.apply(to: &request)
    request.order = order ?? request.order
    request.precision = precision ?? request.precision
    request.seed = seed ?? request.seed
    request.threads = threads
    request.checkpointSeconds = checkpointInterval ?? request.checkpointSeconds
    return request
  }
}
