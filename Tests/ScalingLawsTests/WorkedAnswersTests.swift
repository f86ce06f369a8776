import Accounting
import Foundation
import ScalingLaws
import Tables
import Testing

/// One line of the fixture: a question, and a number computed elsewhere.
struct WorkedAnswer: Sendable, CustomTestStringConvertible {
  var query: String
  var law: String
  var input: String
  var output: String
  var value: Double
  var line: Int

  var testDescription: String { "line \(line): \(query), \(law), \(input): \(output)" }

  /// The number after `name=` in the input.
  func number(_ name: String) throws -> Double {
    let parts = input.split(whereSeparator: { $0 == "," || $0 == " " })
    let part = try #require(parts.first { $0.hasPrefix(name + "=") }, "\(name) in \(input)")
    return try #require(Double(part.dropFirst(name.count + 1)), "\(part)")
  }

  static let all: [WorkedAnswer] = {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/worked-answers.csv")
    guard let data = try? Data(contentsOf: path),
      let table = try? CSVTable([UInt8](data), file: path.path)
    else { return [] }
    return (0..<table.rowCount).compactMap { row in
      guard let cells = try? (0..<4).map({ try table.text(row: row, column: $0) }),
        let value = try? table.number(row: row, column: 4)
      else { return nil }
      return WorkedAnswer(
        query: cells[0],
        law: cells[1],
        input: cells[2],
        output: cells[3],
        value: value,
        line: table.line(ofRow: row)
      )
    }
  }()
}

@Suite struct WorkedAnswersTests {
  @Test func allRowsAreThere() {
    #expect(WorkedAnswer.all.count == 186)
  }

  /// Values have ten digits; the inference optimum was found by a search with fewer.
  @Test(arguments: WorkedAnswer.all)
  func answersAgree(answer: WorkedAnswer) throws {
    let found = try Self.answer(answer)
    let tolerance = answer.query == "inference-adjusted" ? 1e-6 : 1e-9
    #expect(abs(found / answer.value - 1) < tolerance, "\(found) instead of \(answer.value)")
  }

  static let rules = Result { try PublishedRules() }

  static let names = [
    "chinchilla-a3-printed": "hoffmann2022-printed", "chinchilla-a3-tex": "hoffmann2022-tex",
    "besiroglu": "besiroglu2024", "chinchilla-fig4-exact": "figure4-minimum",
    "muennighoff-base": "muennighoff2023-c4", "kaplan-LN": "kaplan2020-params",
    "kaplan-LND": "kaplan2020",
  ]

  static func law(_ answer: WorkedAnswer) throws -> PublishedLaw {
    try PublishedLaw.named(try #require(names[answer.law], "\(answer.law)"))
  }

  static func answer(_ answer: WorkedAnswer) throws -> Double {
    switch answer.query {
    case "rule-20x":
      switch answer.output {
      case "D=20N": return 20 * 3e9
      case "C=6ND": return TrainingFLOPs.sixND(parameters: 3e9, tokens: 20 * 3e9)
      default: return (try answer.number("C") / 120).squareRoot()
      }
    case "loss":
      return try #require(law(answer).parametric)
        .loss(parameters: answer.number("N"), tokens: answer.number("D"))
    case "optimal-for-size":
      return try field(
        answer.output,
        #require(law(answer).parametric).optimum(parameters: answer.number("N"))
      )
    case "optimal-for-budget":
      return try field(
        answer.output,
        #require(law(answer).parametric).optimum(flops: answer.number("C"))
      )
    case "smaller-model": return try smallerModel(answer)
    case "inference-adjusted": return try inference(answer)
    case "data-constrained": return try dataConstrained(answer)
    case "kaplan", "deepseek", "steplaw", "llama3", "tao": return try rule(answer)
    case "architecture", "flops": return try gpt2(answer)
    case "memory": return try memory(answer)
    case "time":
      return answer.output == "years"
        ? 1.08e21 / 1e11 / (365.25 * 24 * 3600)
        : try TrainingTime(flops: 1.08e21, peak: 312e12, utilization: 0.4, devices: 1).deviceHours
    case "bpb": return 3.0 / (log(2) * 4)
    default:
      Issue.record("no way to answer \(answer.query)")
      return .nan
    }
  }

  static func field(_ name: String, _ allocation: Allocation) throws -> Double {
    switch name {
    case "N": allocation.parameters
    case "D": allocation.tokens
    case "C": allocation.flops
    case "L": try #require(allocation.loss)
    default: allocation.tokensPerParameter
    }
  }

  static func smallerModel(_ answer: WorkedAnswer) throws -> Double {
    let law = try #require(law(answer).parametric)
    if answer.output == "kN limit" { return law.smallestParameterFactor }
    let trade = try law.tradeOff(parameterFactor: answer.number("kN"))
    return answer.output == "kD" ? trade.tokenFactor : 100 * (trade.flopFactor - 1)
  }

  static func inference(_ answer: WorkedAnswer) throws -> Double {
    let law = try #require(law(answer).parametric)
    let plain = law.optimum(flops: 1.08e21)
    if answer.output == "total FLOP of the plain optimum" {
      return plain.flops + 2 * plain.parameters * 1e12
    }
    let best = try law.optimum(loss: #require(plain.loss), inferenceTokens: 1e12)
    switch answer.output {
    case "N": return best.parameters
    case "Dtr": return best.tokens
    default: return best.flops
    }
  }

  static func dataConstrained(_ answer: WorkedAnswer) throws -> Double {
    let law = try rules.get().dataConstrainedLaw()
    if answer.output == "U_N/U_D" { return law.base.optimum(tokens: 1e9).parameters / 1e9 }
    let unique = try answer.number("U")
    let tokens = unique * (try answer.number("epochs"))
    let parameters = try answer.number("N")
    switch answer.output {
    case "L": return law.loss(parameters: parameters, tokens: tokens, uniqueTokens: unique)
    case "D'": return law.effectiveTokens(tokens: tokens, uniqueTokens: unique)
    default: return law.effectiveParameters(parameters: parameters, uniqueTokens: unique)
    }
  }

  static func rule(_ answer: WorkedAnswer) throws -> Double {
    let rules = try Self.rules.get()
    switch (answer.law, answer.output) {
    case ("kaplan-LN", _): return try #require(law(answer).power).loss(answer.number("N"))
    case ("kaplan-LND", _):
      return try #require(law(answer).kaplan)
        .loss(parameters: answer.number("N"), tokens: answer.number("D"))
    case ("kaplan-Bcrit", _): return try rules.criticalBatch(loss: answer.number("L"))
    case ("kaplan-Nopt", _): return try rules.kaplanAllocation(flops: 8.64e19).parameters
    case ("deepseek-hyper", "lr"): return try rules.deepSeekLearningRate(flops: answer.number("C"))
    case ("deepseek-hyper", _): return try rules.deepSeekBatch(flops: answer.number("C"))
    case ("deepseek-alloc", "M"):
      return try rules.deepSeekAllocation(flops: answer.number("C")).flopsPerToken
    case ("deepseek-alloc", _):
      return try rules.deepSeekAllocation(flops: answer.number("C")).tokens
    case ("steplaw", "lr"):
      return try rules.stepLawLearningRate(
        parameters: answer.number("N"),
        tokens: answer.number("D")
      )
    case ("steplaw", _): return try rules.stepLawBatch(tokens: answer.number("D"))
    case ("llama3-alloc figure values", _):
      return try rules.llama3Tokens(flops: answer.number("C"))
    case ("llama3-alloc text values", _):
      return try rules.llama3Tokens(flops: answer.number("C"), fromFigure: false)
    default:
      return try rules.vocabulary(nonVocabularyParameters: answer.number("Nnv"), width: 4096)
        .isoFLOPs.rounded(.down)
    }
  }

  static func gpt2(_ answer: WorkedAnswer) throws -> Double {
    var blueprint = try Blueprint.preset("gpt2")
    let count = Double(try ParameterCount(blueprint).total)
    let forward = try FLOPCount(blueprint).matmulAndAttention * 1024
    switch (answer.law, answer.output) {
    case ("gpt2", "params tied with biases"): return count
    case ("gpt2", "params"):
      blueprint.shape.attentionBiases = false
      blueprint.shape.feedForwardBiases = false
      // Its norms have no biases either: d for each of the 2 L + 1.
      return Double(try ParameterCount(blueprint).total) - 768 * 25
    case ("gpt2", "forward"): return forward
    case ("gpt2", _):
      return 1024 * (try TrainingFLOPs.perToken(blueprint, convention: .matmulAndAttention))
    case ("gpt2 PaLM formula", _):
      // nanoGPT's N: without the position table, without biases.
      return 1024
        * PublishedFLOPs.palm(
          parameters: 124_337_664 - 1024 * 768,
          layers: 12,
          heads: 12,
          headWidth: 64,
          context: 1024
        )
    case ("gpt2 DeepSeek M", _):
      return PublishedFLOPs.deepSeek(layers: 12, width: 768, context: 1024)
    default:
      return PublishedFLOPs.narayanan(
        sequences: 1,
        context: 1024,
        layers: 12,
        width: 768,
        vocabulary: 50257,
        recomputing: answer.law.hasSuffix("with recompute")
      )
    }
  }

  static func memory(_ answer: WorkedAnswer) throws -> Double {
    if answer.law.hasPrefix("ZeRO") {
      let stage = try #require(Int(answer.law.suffix(1)))
      return try TrainingMemory(
        parameters: 7.5e9,
        plan: ParallelPlan(zeroStage: stage, dataParallel: 64)
      ).total
    }
    if answer.law == "KV cache" {
      return try InferenceMemory(.preset("llama3.1-8b"), sequences: 1).keyValueBytesPerToken
    }
    let kinds = ["no recompute": Recomputation.none, "selective": .selective, "full": .full]
    let kind = try #require(kinds[answer.law.replacingOccurrences(of: "Korthikanti ", with: "")])
    return try TrainingMemory(.preset("gpt2"), sequences: 8, recomputation: kind).activations
  }
}
