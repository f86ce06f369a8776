import Accounting
import Foundation
import Interpretability
import LanguageModels
import Randomness
import Testing

@Suite struct LogitLensTests {
  private let shape = ModelShape.llama(
    vocabularySize: 11,
    contextLength: 8,
    layerCount: 3,
    width: 8,
    headCount: 2
  )

  @Test func theLastLayerIsTheModel() throws {
    let model = try GPT(
      shape,
      initialization: .normal(deviation: 0.5, scaledResiduals: false),
      seed: Seed(1)
    )
    let probe = try ModelProbe(model)
    let trace = try probe.trace([3, 1, 4, 1, 5])
    let lens = LogitLens(trace, probe)
    #expect(lens.readings.count == 4)
    let last = try #require(lens.readings.last)
    #expect(last.allSatisfy { abs($0.divergence) < 1e-9 })
    #expect(last[4].loss == nil && last[4].targetRank == nil)
    for (time, reading) in last.enumerated() {
      let logits = trace.logits[time].map(Double.init)
      let sum = log(logits.reduce(0) { $0 + exp($1) })
      #expect(reading.prediction == logits.firstIndex(of: logits.max() ?? 0))
      guard time < 4 else { continue }
      let target = trace.tokens[time + 1]
      #expect(abs((reading.loss ?? 0) - (sum - logits[target])) < 1e-6)
      #expect(reading.targetRank == logits.count { $0 > logits[target] })
    }
    #expect(lens.readings[0].contains { $0.divergence > 0.01 })
    #expect(lens.meanLosses.count == 4)
  }

  @Test func aModelOfZerosKnowsNothing() throws {
    let model = try GPT(
      shape,
      initialization: .normal(deviation: 0, scaledResiduals: false),
      seed: Seed(1)
    )
    let probe = try ModelProbe(model)
    let lens = LogitLens(try probe.trace([1, 2]), probe, targets: [5, -1])
    for loss in lens.meanLosses { #expect(abs(loss - log(11)) < 1e-6) }
    #expect(lens.readings[0][0].prediction == 0)
    #expect(abs(lens.readings[0][0].probability - 1 / 11) < 1e-6)
  }
}
