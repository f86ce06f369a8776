import ArgumentParser
import Reports
import ScalingLaws

/// `isoflop estimate`: budgets.
struct EstimateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate",
    abstract: "Estimate what training takes: tokens, compute, loss, time, memory.",
    discussion: """
      isoflop estimate --params 3e9
      isoflop estimate --params 125M,350M,1B,3B
      isoflop estimate --flops 1e21 --law besiroglu2024 --json
      isoflop estimate --loss 2.3 --params 7B
      isoflop estimate --params 7B --accelerator h100-sxm --count 256
      isoflop estimate --preset nano-5 --accelerator here
      isoflop estimate --preset gpt2 --batch 8 --recompute selective
      isoflop estimate --params 7B --inference-tokens 1e12
      isoflop estimate --params 1B --language th --tokenizer tokenizer.json

      Give one quantity, and rule and laws choose the others; or give two. Losses are
      nats per token of each law's own tokenizer: compare them within a law only.
      """
  )

  @Option(help: ArgumentHelp("Parameters: 3e9, 3B, 125M,350M.", valueName: "count,…"))
  var params: CountList?

  @Option(help: ArgumentHelp("Training tokens: 6e10, 60B.", valueName: "count,…"))
  var tokens: CountList?

  @Option(help: ArgumentHelp("Training compute, 6 N D: 1e21.", valueName: "count,…"))
  var flops: CountList?

  @Option(help: ArgumentHelp("Loss to reach in nats per token: 2.3.", valueName: "nats,…"))
  var loss: CountList?

  @Option(help: ArgumentHelp("Tokens for each parameter, by rule.", valueName: "ratio"))
  var tokensPerParam: Count = Count(20)

  @OptionGroup var laws: LawOptions
  @OptionGroup(title: "Model") var model: BlueprintOptions

  @Option(help: ArgumentHelp("Length of the sequences, for exact counts.", valueName: "tokens"))
  var context: Count?

  @OptionGroup(title: "Time and cost") var hardware: HardwareOptions
  @OptionGroup(title: "Memory") var memory: MemoryOptions

  @Option(help: ArgumentHelp("Tokens of use after training.", valueName: "count"))
  var inferenceTokens: Count?

  @Option(help: ArgumentHelp("Size over the compute-optimal one: 0.5.", valueName: "factor"))
  var paramsFactor: Count?

  @Option(help: ArgumentHelp("Distinct tokens there are; the rest repeats.", valueName: "count"))
  var uniqueTokens: Count?

  @Flag(help: "Add learning rate and batch by published rules.")
  var hyperparameters = false

  @Flag(help: "Add the vocabulary size by published rules.")
  var vocabulary = false

  @OptionGroup(title: "Language") var language: LanguageOptions

  @OptionGroup(title: "Output") var format: FormatOptions

  func validate() throws {
    let given = [params, tokens, flops, loss].compactMap(\.self)
    let hasModel = model.blueprint != nil || model.preset != nil
    if hasModel, params != nil {
      throw ValidationError("The model of --blueprint or --preset has its own --params.")
    }
    guard (1...2).contains(given.count + (hasModel ? 1 : 0)) else {
      throw ValidationError(
        "Give one or two of --params, --tokens, --flops and --loss, such as --params 3e9."
      )
    }
    if given.count(where: { $0.counts.count > 1 }) > 1 {
      throw ValidationError("Only one of the quantities may have several values.")
    }
    for (name, list) in [("--params", params), ("--tokens", tokens), ("--flops", flops)] {
      if let list, list.counts.contains(where: { $0.value < 1 }) {
        throw ValidationError("\(name) counts from 1.")
      }
    }
    if let context, context.whole == nil {
      throw ValidationError("--context is a whole number of tokens.")
    }
  }

  /// The answer to the question asked.
  func report() throws -> EstimateReport {
    let plan = try plan()
    return EstimateReport(try questions(plan).map { try Estimate($0, plan) }, plan: plan)
  }

  func run() throws {
    let report = try report()
    Console.write(format.json ? report.json.text : format.csv ? report.csv : report.text)
  }
}

extension EstimateCommand {
  private func plan() throws -> EstimatePlan {
    var plan = EstimatePlan(laws: try laws.read())
    plan.blueprint = try model.read()
    plan.contextLength = context?.whole
    plan.hardware = try hardware.plan(plan.blueprint)
    plan.memory = memory.plan()
    plan.inferenceTokens = inferenceTokens?.value
    plan.parameterFactor = paramsFactor?.value
    plan.uniqueTokens = uniqueTokens?.value
    plan.language = try language.plan()
    plan.wantsHyperparameters = hyperparameters
    plan.wantsVocabulary = vocabulary
    return plan
  }

  /// One question for each value of the quantity that has several.
  private func questions(_ plan: EstimatePlan) throws -> [BudgetQuestion] {
    let count = [params, tokens, flops, loss].compactMap { $0?.counts.count }.max() ?? 1
    func value(_ list: CountList?, _ index: Int) -> Double? {
      guard let counts = list?.counts else { return nil }
      return counts.count == 1 ? counts[0].value : counts[index].value
    }
    return try (0..<count).map { index in
      try BudgetQuestion(
        parameters: try plan.parameterCount ?? value(params, index),
        tokens: value(tokens, index),
        flops: value(flops, index),
        loss: value(loss, index),
        tokensPerParameter: tokensPerParam.value
      )
    }
  }
}
