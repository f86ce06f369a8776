import Accounting
import Interpretability
import Kernels
import LanguageModels
import Randomness
import Testing

@Suite struct AttentionTests {
  private let shape = ModelShape.gpt2(
    vocabularySize: 11,
    contextLength: 8,
    layerCount: 2,
    width: 8,
    headCount: 2
  )

  private let byHand = AttentionPattern(
    layer: 0,
    head: 0,
    shares: [[1], [0.5, 0.5], [0.25, 0.5, 0.25]]
  )

  @Test func entropyCountsBits() {
    #expect(byHand.entropies == [0, 1, 1.5])
    #expect(abs(byHand.meanEntropy - 2.5 / 3) < 1e-12)
    #expect(AttentionPattern(layer: 0, head: 0, shares: []).meanEntropy == 0)
    #expect(AttentionPattern(layer: 0, head: 0, shares: [[0, 1]]).entropies == [0])
  }

  @Test func sharesAreTakenByDistance() {
    #expect(abs(byHand.meanShare(back: 0) - (1 + 0.5 + 0.25) / 3) < 1e-12)
    #expect(byHand.meanShare(back: 1) == 0.5)
    #expect(byHand.meanShare(back: 2) == 0.25)
    #expect(byHand.meanShare(back: 3) == 0)
    #expect(byHand.meanShareOfFirst == (0.5 + 0.25) / 2)
  }

  /// Without queries all scores are equal, so that a token sees everything alike.
  @Test func aModelWithoutQueriesSpreadsEvenly() throws {
    let model = try GPT(shape, seed: Seed(1))
    for block in model.layout.blocks {
      let weight = block.queryKeyValue.weight
      model.weights.replace(at: weight.offset, with: [Float](repeating: 0, count: 8 * 8))
    }
    let probe = try ModelProbe(model)
    let entropies = try AttentionEntropies(of: probe, on: [[1, 2, 3, 4], [5, 6]])
    #expect(entropies.tokenCount == 6)
    // log₂ 1 + log₂ 2 + log₂ 3 + log₂ 4, and log₂ 1 + log₂ 2, over six tokens.
    let expected = (1 + 1.584962500721156 + 2 + 1) / 6
    for bits in entropies.bits.joined() { #expect(abs(bits - expected) < 1e-6) }
    #expect(abs((entropies.mean ?? 0) - expected) < 1e-6)
  }

  @Test func aFreshModelHasNoRoles() throws {
    let probe = try ModelProbe(try GPT(shape, seed: Seed(1)))
    let scores = try HeadScores.measure(probe, seed: Seed(2))
    #expect(scores.map(\.count) == [2, 2])
    for score in scores.joined() {
      #expect(score.shares.count == HeadRole.allCases.count)
      #expect(score.shares.values.allSatisfy { $0 > 0 && $0 < 1 })
      // Eight tokens of a fresh model are seen alike: about a fifth for what induction wants.
      #expect(abs((score.shares[.induction] ?? 0) - 0.155) < 0.02)
      #expect(score.role(threshold: 0.9) == nil)
    }
    #expect(try HeadScores.measure(probe, seed: Seed(2)) == scores)
  }

  /// Position vectors are one-hot, keys of position p answer queries of position p + 1.
  @Test func aHeadMadeForThePreviousTokenIsFound() throws {
    let model = try GPT(
      shape,
      initialization: .normal(deviation: 0, scaledResiduals: false),
      seed: Seed(1)
    )
    let layout = model.layout
    let positions = try #require(layout.positionEmbedding)
    for position in 0..<8 { model.weights[positions.offset + position * 8 + position] = 1 }
    // Head 0 has queries and keys of four numbers: position p as the bits of p + 1 and of p.
    let weight = layout.blocks[0].queryKeyValue.weight.offset
    for position in 0..<8 {
      for bit in 0..<3 {
        let query = position >> bit & 1 == 0 ? -1.0 : 1
        let key = (position + 1) >> bit & 1 == 0 ? -1.0 : 1
        model.weights[weight + bit * 8 + position] = Float(8 * query)
        model.weights[weight + (8 + bit) * 8 + position] = Float(8 * key)
      }
    }
    let scores = try HeadScores.measure(try ModelProbe(model), seed: Seed(2))
    #expect(scores[0][0].role(threshold: 0.7) == .previousToken)
    #expect(scores[0][1].role(threshold: 0.7) == nil)
  }
}
