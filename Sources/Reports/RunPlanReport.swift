import Accounting
public import Experiments
import Kernels
import LanguageModels
import Training

/// What a run on files of token ids will do.
public struct RunPlanReport {
  private let run: PreparedRun
  private let speed: PreparedRun.Speed?
  private let count: ParameterCount
  private let flops: Double

  /// Reports a run.
  ///
  /// - Parameters:
  ///   - run: The run.
  ///   - speed: How fast its steps are here; nil where they were not tried.
  /// - Throws: `AccountingError` for an impossible shape.
  public init(_ run: PreparedRun, speed: PreparedRun.Speed?) throws {
    self.run = run
    self.speed = speed
    count = try run.parameterCount()
    flops = try run.flops()
  }

  private var plan: TrainingPlan { run.plan.training }
  private var seconds: Double? { speed.map { $0.secondsPerStep * Double(plan.steps) } }

  /// The plan for a terminal.
  public var text: String {
    var table = TextTable([.name(""), .name("")])
    table.add(["model", model])
    table.add(["weights", start])
    for file in run.plan.ids {
      let tokens = Quantity(Double(file.tokens), .tokens).text
      let share = run.plan.ids.count > 1 ? ", weight \(DecimalText.significant(file.weight))" : ""
      table.add(["ids", "\(file.path): \(tokens) tokens\(share)"])
    }
    if !validation.isEmpty { table.add(["held out", validation]) }
    let tokens = Quantity(Double(plan.tokenCount), .tokens).text
    let epochs = Double(plan.tokenCount) / Double(run.uniqueTokens)
    table.add([
      "length",
      "\(DecimalText.grouped(Double(plan.steps))) steps of \(plan.batch) × \(plan.context)"
        + (plan.accumulation > 1 ? " in \(plan.accumulation) micro-batches: " : ": ")
        + "\(tokens) tokens, \(DecimalText.significant(epochs)) epochs",
    ])
    let sixND = TrainingFLOPs.sixND(
      parameters: Double(count.matrices),
      tokens: Double(plan.tokenCount)
    )
    table.add([
      "operations",
      "\(DecimalText.scientific(flops)) FLOPs (6ND: \(DecimalText.scientific(sixND)))",
    ])
    table.add(["rate", rate])
    table.add(["optimizer", optimizer])
    if plan.shape.dropout != .none { table.add(["dropout", plan.shape.dropout.text]) }
    table.add(["precision", precision])
    table.add(["order", "\(plan.order.rawValue), seed \(plan.seed), \(threads)"])
    table.add(["time", time])
    return table.text
  }

  /// The threads, and how many of them have work where that is not all.
  private var threads: String {
    let ofUse = GPTEngine.threadsOfUse(
      batch: max(1, plan.batch / plan.accumulation),
      context: plan.context
    )
    return "\(plan.threads) threads"
      + (plan.threads > ofUse
        ? ", of which \(ofUse) \(ofUse == 1 ? "has" : "have") work within a block:"
          + " \(ofUse == 1 ? "it takes" : "each takes") whole sequences" : "")
  }

  /// What is measured on, and when.
  private var validation: String {
    guard let interval = plan.evaluationInterval else { return "" }
    var parts = run.plan.validation.map { part in
      "\(part.label) (\(Quantity(Double(part.tokens), .tokens).text) tokens)"
    }
    if let corpus = run.plan.validationCorpus { parts.append(corpus.path) }
    let stopping = plan.earlyStopping.map {
      ", at most \($0.patience) evaluations without improvement"
    }
    return parts.joined(separator: ", ") + " every \(interval) steps" + (stopping ?? "")
  }

  private var precision: String {
    switch plan.precision {
    case .f32: "f32"
    case .bf16: "bf16 factors of matrix products, f32 sums and all else"
    }
  }

  private var model: String {
    let shape = plan.shape
    return "\(Quantity(Double(count.total), .parameters).text) parameters "
      + "(\(Quantity(Double(count.nonEmbedding), .parameters).text) non-embedding): "
      + "\(shape.layerCount) blocks of width \(shape.width), \(shape.headCount) heads, "
      + "vocabulary \(DecimalText.grouped(Double(shape.vocabularySize)))"
  }

  private var start: String {
    switch run.plan.start {
    case .drawn: "drawn anew"
    case .model(let path, _): "from \(path)"
    }
  }

  private var rate: String {
    let schedule = plan.schedule
    return "\(schedule.form.rawValue), \(DecimalText.significant(schedule.peak)) "
      + "after \(schedule.warmupSteps) steps of warm-up"
  }

  private var optimizer: String {
    let numbers =
      switch plan.optimizer {
      case .adamw: "AdamW, β₁ \(plan.beta1), β₂ \(plan.beta2), ε \(plan.epsilon)"
      case .lion: "Lion, β₁ \(plan.beta1), β₂ \(plan.beta2)"
      case .sgd: "SGD, momentum \(plan.momentum)\(plan.nesterov ? ", Nesterov's" : "")"
      }
    return numbers + ", weight decay \(plan.weightDecay), "
      + (plan.clip > 0 ? "clipped to norm \(plan.clip)" : "not clipped")
      + (plan.baseWidth.map { ", rates carried over from width \($0)" } ?? "")
  }

  private var time: String {
    guard let speed, let seconds else { return "not known: a step is too large to be tried" }
    let rate = Double(plan.batch * plan.context) / speed.secondsPerStep
    return "\(Quantity(seconds, .seconds).text) at \(DecimalText.significant(rate)) tokens/s, "
      + "measured on \(speed.steps) steps here"
  }

  /// The plan for scripts, in full precision.
  public var json: JSONValue {
    .object([
      .init(
        "parameters",
        .object([
          .init("total", .integer(count.total)),
          .init("non_embedding", .integer(count.nonEmbedding)),
          .init("matrices_with_head", .integer(count.matrices)),
        ])
      ),
      .init("steps", .integer(plan.steps)),
      .init("batch", .integer(plan.batch)),
      .init("accumulate", .integer(plan.accumulation)),
      .init("context", .integer(plan.context)),
      .init("tokens", .integer(plan.tokenCount)),
      .init("unique_tokens", .integer(run.uniqueTokens)),
      .init("flops", .number(flops)),
      .init(
        "flops_6nd",
        .number(
          TrainingFLOPs.sixND(
            parameters: Double(count.matrices),
            tokens: Double(plan.tokenCount)
          )
        )
      ),
      .init("lr", .number(plan.schedule.peak)),
      .init("warmup", .integer(plan.schedule.warmupSteps)),
      .init("schedule", .string(plan.schedule.form.rawValue)),
      .init("optimizer", .string(plan.optimizer.rawValue)),
      .init("order", .string(plan.order.rawValue)),
      .init("dropout", plan.shape.dropout.json),
      .init("precision", .string(plan.precision.rawValue)),
      .init("seed", .string(String(plan.seed))),
      .init("ids", .array(run.plan.ids.map(source))),
      .init("evaluate_every", plan.evaluationInterval.map { .integer($0) } ?? .null),
      .init("early_stopping", plan.earlyStopping.map { .integer($0.patience) } ?? .null),
      .init("estimated_seconds", .optional(seconds)),
    ])
  }

  private func source(_ source: RunPlan.Source) -> JSONValue {
    .object([
      .init("path", .string(source.path)),
      .init("weight", .number(source.weight)),
      .init("tokens", .integer(source.tokens)),
    ])
  }
}
