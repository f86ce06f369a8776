public import Accounting

/// A model as it is counted before it exists.
public struct BlueprintReport: Sendable {
  let blueprint: Blueprint
  let contextLength: Int
  let count: ParameterCount
  let active: ParameterCount
  let forward: FLOPCount
  let training: [(convention: FLOPConvention, flops: Double)]
  let tensors: [TensorDescription]
  let memory: TrainingMemory
  let inference: InferenceMemory

  /// Counts a blueprint for sequences of a length, the shape's own by default.
  ///
  /// - Throws: `AccountingError` when the blueprint is impossible.
  public init(_ blueprint: Blueprint, contextLength: Int? = nil) throws(AccountingError) {
    self.blueprint = blueprint
    self.contextLength = contextLength ?? blueprint.shape.contextLength
    count = try ParameterCount(blueprint)
    active = try ParameterCount(blueprint, activeOnly: true)
    forward = try FLOPCount(blueprint, contextLength: contextLength)
    var training: [(convention: FLOPConvention, flops: Double)] = []
    for convention in FLOPConvention.allCases {
      let flops = try TrainingFLOPs.perToken(
        blueprint,
        convention: convention,
        contextLength: contextLength
      )
      training.append((convention, flops))
    }
    self.training = training
    tensors = try blueprint.tensors()
    memory = try TrainingMemory(
      blueprint,
      sequences: 1,
      contextLength: contextLength,
      precision: .fp32
    )
    inference = try InferenceMemory(blueprint, sequences: 1, contextLength: contextLength)
  }

  /// The report for a terminal.
  public var text: String {
    let shape = blueprint.shape
    var text =
      "\(blueprint.name): \(Quantity(Double(count.total), .parameters).text) parameters\n"
      + "\(shape.layerCount) blocks of width \(shape.width), \(shape.headCount) heads of "
      + "\(shape.headWidth)"
    if shape.keyValueHeadCount != shape.headCount {
      text += " sharing \(shape.keyValueHeadCount) keys and values"
    }
    text +=
      ", feed-forward \(shape.feedForwardWidth), vocabulary "
      + "\(DecimalText.grouped(Double(shape.vocabularySize))), context "
      + "\(DecimalText.grouped(Double(shape.contextLength)))\n"
    text += shape.options + "\n"
    if shape.dropout != .none { text += "Training drops \(shape.dropout.text).\n" }
    text += "\n"
    text += parameters + "\n" + operations + "\n" + tensorTable + "\n" + bytes
    return text
  }

  private func grouped(_ count: Int) -> String { DecimalText.grouped(Double(count)) }

  private var parameters: String {
    var table = TextTable([.name("parameters"), .number("")])
    for part in count.parts where part.count > 0 {
      table.add(["  " + part.key.split(separator: "_").joined(separator: " "), grouped(part.count)])
    }
    table.add(["all", grouped(count.total)])
    table.add(["without vocabulary and positions", grouped(count.nonEmbedding)])
    table.add(["in matrix products, head included", grouped(count.matrices)])
    if active.total != count.total { table.add(["that a token passes", grouped(active.total)]) }
    return table.text
  }

  private var operations: String {
    var table = TextTable([.name("training FLOPs per token"), .number(""), .name("")])
    for (convention, flops) in training {
      table.add([
        "  " + convention.rawValue, Quantity(flops, .flops).text, convention.explanation,
      ])
    }
    return table.text + "At sequences of \(grouped(contextLength)) tokens.\n"
  }

  private var tensorTable: String {
    var table = TextTable([.name("tensor"), .name("shape"), .number("copies"), .number("values")])
    for tensor in tensors {
      table.add([
        tensor.name, tensor.shape.map(String.init).joined(separator: " x "),
        String(tensor.copies), grouped(tensor.count),
      ])
    }
    return table.text
  }

  private var bytes: String {
    let loss = DecimalText.fixed(naturalLogarithm(of: blueprint.shape.vocabularySize), places: 4)
    return
      "Training in fp32 with Adam, one sequence: \(Quantity(memory.total, .bytes).text), of which "
      + "\(Quantity(memory.states, .bytes).text) for weights, gradients and moments.\n"
      + "Inference in 16 bits: \(Quantity(inference.weights, .bytes).text), and "
      + "\(Quantity(inference.keyValueBytesPerToken, .bytes).text) for each token kept.\n"
      + "Loss before training: ln V = \(loss) nats/token.\n"
  }
}
