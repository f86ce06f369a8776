import Accounting
import Kernels
public import LanguageModels

/// How well a model does the operations task.
public struct OperationsEvaluation: Sendable, Hashable {
  /// The mean loss over the answers' digits in nats.
  public let loss: Double
  /// The share of the answers' digits that are right.
  public let accuracy: Double
  /// The share of rows whose digits are all right.
  public let exactMatch: Double
  /// The share of right digits by operation.
  public let accuracyByOperation: [SequenceOperation: Double]
  /// The mean probability of the digits that the model says, right or wrong.
  public let confidence: Double
  /// How widely each head looks, by block and head: the entropy of a query's weights in bits, mean
  /// over all queries; at most log₂ 8 = 3.
  public let attentionEntropies: [[Double]]

  /// Measures a model.
  ///
  /// - Parameters:
  ///   - model: A model of the task's vocabulary and length.
  ///   - examples: What is asked, at least one row.
  ///   - threads: How many threads compute; it changes no result.
  /// - Throws: `LanguageModelsError` for a model that does not fit, `KernelsError` when memory does
  ///   not suffice.
  public init(of model: GPT, on examples: [OperationsData.Example], threads: Int) throws {
    precondition(!examples.isEmpty, "no examples")
    let length = OperationsData.length
    let vocabulary = model.shape.vocabularySize
    let engine = try GPTEngine(
      layout: model.layout,
      batch: examples.count,
      context: length,
      threads: threads,
      purpose: .evaluation
    )
    let inputs = examples.flatMap(\.inputs)
    let targets = examples.flatMap(\.targets)
    let logits = try engine.logits(parameters: model.weights, inputs: inputs)
    let losses = try engine.losses(
      parameters: model.weights,
      inputs: inputs,
      targets: targets
    )
    attentionEntropies = try engine.attentionEntropies(
      parameters: model.weights,
      inputs: inputs
    )
    var right: [SequenceOperation: (right: Int, all: Int)] = [:]
    var exact = 0
    var certainty = 0.0
    for (row, example) in examples.enumerated() {
      var count = 0
      for position in row * length + 1..<(row + 1) * length {
        let scores = logits[position * vocabulary..<(position + 1) * vocabulary]
        var best = scores.startIndex
        for index in scores.indices where scores[index] > scores[best] { best = index }
        if best - scores.startIndex == Int(targets[position]) { count += 1 }
        certainty += 1 / scores.reduce(0.0) { $0 + exponential(Double($1 - scores[best])) }
      }
      right[example.operation, default: (0, 0)].right += count
      right[example.operation, default: (0, 0)].all += length - 1
      if count == length - 1 { exact += 1 }
    }
    let answers = Double(examples.count * (length - 1))
    loss = losses.reduce(0.0) { $0 + Double($1) } / answers
    accuracy = Double(right.values.reduce(0) { $0 + $1.right }) / answers
    exactMatch = Double(exact) / Double(examples.count)
    accuracyByOperation = right.mapValues { Double($0.right) / Double($0.all) }
    confidence = certainty / answers
  }
}
