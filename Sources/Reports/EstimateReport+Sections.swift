import Accounting
import ScalingLaws

/// The parts of a report that are there only when they were asked for.
extension EstimateReport {
  func memory(_ estimate: Estimate) -> String {
    guard let memory = estimate.trainingMemory, let asked = plan.memory else { return "" }
    func bytes(_ value: Double) -> String { Quantity(value, .bytes).text }
    var table = TextTable([.name("memory of training"), .number("per device")])
    table.add(["  weights", bytes(memory.weights)])
    table.add(["  gradients", bytes(memory.gradients)])
    table.add(["  optimizer", bytes(memory.optimizer)])
    if memory.activations > 0 {
      table.add(["  activations", bytes(memory.activations)])
      table.add(["  logits", bytes(memory.logits)])
    }
    table.add(["  all", bytes(memory.total)])
    var text = table.text
    if let capacity = plan.hardware?.memory {
      text +=
        memory.total <= capacity
        ? "It fits the \(bytes(capacity)) of \(plan.hardware?.name ?? "one device").\n"
        : "It does not fit the \(bytes(capacity)) of \(plan.hardware?.name ?? "one device"): "
          + "share it (--zero, --data-parallel, --tensor-parallel) or recompute (--recompute).\n"
    }
    if let inference = estimate.inferenceMemory {
      text +=
        "Inference in 16 bits: weights \(bytes(inference.weights)), keys and values "
        + "\(bytes(inference.keyValueCache)) for \(DecimalText.brief(asked.sequences)) "
        + "sequences, \(bytes(inference.keyValueBytesPerToken)) a token.\n"
    }
    return text
  }

  func smallerModels(_ estimate: Estimate) -> String {
    guard let factor = plan.parameterFactor, !estimate.smallerModels.isEmpty else { return "" }
    var table = TextTable([
      .name("at \(DecimalText.brief(factor)) of the optimal size"), .number("params"),
      .number("tokens"), .number("tokens factor"), .number("overhead"), .number("smallest factor"),
    ])
    for entry in estimate.smallerModels {
      let size = entry.allocation.map { Quantity($0.parameters, .parameters).text } ?? "-"
      let tokens = entry.allocation.map { Quantity($0.tokens, .tokens).text } ?? "-"
      let trade = entry.tradeOff
      table.add([
        "  " + entry.law, size, tokens,
        trade.map { DecimalText.significant($0.tokenFactor) } ?? "never",
        trade.map { DecimalText.significant(100 * ($0.flopFactor - 1)) + " %" } ?? "-",
        DecimalText.significant(entry.smallestFactor),
      ])
    }
    return table.text
  }

  func lifetimes(_ estimate: Estimate) -> String {
    guard let tokens = plan.inferenceTokens, !estimate.lifetimes.isEmpty else { return "" }
    var table = TextTable([
      .name("with \(Quantity(tokens, .tokens).text) tokens of use"), .number("params"),
      .number("tokens"), .number("all FLOPs"), .number("saved"),
    ])
    for entry in estimate.lifetimes {
      let allocation = entry.allocation
      table.add([
        "  " + entry.law, Quantity(allocation.parameters, .parameters).text,
        Quantity(allocation.tokens, .tokens).text, Quantity(allocation.flops, .flops).text,
        DecimalText.significant(100 * (1 - allocation.flops / entry.plainFLOPs)) + " %",
      ])
    }
    return table.text
  }

  func repetition(_ estimate: Estimate) -> String {
    guard let entry = estimate.repetition else { return "" }
    var text =
      "\(Quantity(entry.uniqueTokens, .tokens).text) distinct tokens: "
      + "\(DecimalText.significant(entry.epochs)) epochs, worth "
      + "\(Quantity(entry.effectiveTokens, .tokens).text) fresh ones; loss "
      + "\(Quantity(entry.loss, .natsPerToken).text) instead of "
      + "\(Quantity(entry.freshLoss, .natsPerToken).text) nats/token (muennighoff2023).\n"
      + "A further epoch is worth half of fresh data after "
      + "\(DecimalText.significant(entry.epochsUntilHalf)) epochs, a tenth after "
      + "\(DecimalText.significant(entry.epochsUntilTenth)).\n"
    if entry.isFar {
      text += "Beyond 16 epochs the law's constants are weakly known: expect less.\n"
    }
    return text
  }

  func hyperparameters(_ estimate: Estimate) -> String {
    guard let entry = estimate.hyperparameters else { return "" }
    var table = TextTable([
      .name("a start for tuning"), .number("peak learning rate"), .number("batch (tokens)"),
    ])
    table.add([
      "  steplaw2025", DecimalText.scientific(entry.stepLawLearningRate),
      Quantity(entry.stepLawBatch, .tokens).text,
    ])
    table.add([
      "  deepseek2024", DecimalText.scientific(entry.deepSeekLearningRate),
      Quantity(entry.deepSeekBatch, .tokens).text,
    ])
    return table.text
      + (entry.hasNonVocabularyCount
        ? "" : "The Step Law counts N without vocabulary: give a blueprint.\n")
  }

  func language(_ estimate: Estimate) -> String {
    guard let entry = estimate.language, let asked = plan.language else { return "" }
    let tokens = Quantity(estimate.answer.budget.tokens, .tokens).text
    var text =
      "As much content as \(tokens) tokens of English at "
      + "\(DecimalText.brief(asked.englishBytesPerToken)) bytes a token,\n"
      + "in \(asked.measure.tag): \(Quantity(entry.bytes, .bytes).text)"
    if let characters = entry.characters {
      text += ", \(Quantity(characters, .tokens).text) characters"
    }
    if let own = entry.tokens, let premium = entry.premium {
      text +=
        ", \(Quantity(own, .tokens).text) tokens (\(DecimalText.significant(premium)) times as many)"
    }
    if let words = entry.words { text += ", about \(Quantity(words, .tokens).text) words" }
    text +=
      ".\nByte premium \(DecimalText.significant(asked.measure.bytePremium)) "
      + "(\(asked.measure.source))."
    if let source = asked.tokenSource, let bytes = asked.bytesPerToken {
      text += "\nThe tokenizer on \(source):\n\(DecimalText.significant(bytes)) bytes a token"
      if let words = asked.fertility { text += ", \(DecimalText.significant(words)) tokens a word" }
      if let premium = asked.tokenPremium {
        text += ", \(DecimalText.significant(premium)) times its own tokens of English"
      }
      text += "."
    }
    if entry.tokens == nil {
      text += " For tokens, name the --tokenizer or give its --bytes-per-token there."
    }
    return text + "\n"
  }

  func vocabulary(_ estimate: Estimate) -> String {
    guard let entry = estimate.vocabulary else { return "" }
    let width = DecimalText.grouped(entry.width.rounded())
    return
      "Vocabulary (tao2024): \(DecimalText.grouped(entry.byIsoFLOPs.rounded())) by isoFLOPs, "
      + "\(DecimalText.grouped(entry.byDerivative.rounded())) by derivative, "
      + "\(DecimalText.grouped(entry.byParametricFit.rounded())) by parametric fit, for a width of "
      + (entry.isWidthKnown ? "\(width).\n" : "\(width), guessed from the size.\n")
  }
}
