import Accounting
import Kernels
import Randomness
import Testing

@testable import LanguageModels

@Suite struct InferenceTests {
  /// Shapes with widths that fill no vector evenly, besides the small ones.
  static let shapes =
    SampleShapes.all + [
      (
        "uneven",
        SampleShapes.variant(of: SampleShapes.llama) {
          $0.vocabularySize = 131
          $0.contextLength = 70
          $0.width = 37
          $0.headWidth = 10
          $0.feedForwardWidth = 51
        }
      )
    ]
  static let causal = shapes.filter(\.shape.causal)

  /// A model whose every parameter matters, and its reference.
  static func sample(_ shape: ModelShape) throws -> (model: GPT, reference: ReferenceGPT) {
    let model = try GPT(shape, seed: Seed(2))
    for tensor in model.layout.tensors {
      var generator = Seed(12).stream(tensor.name)
      let isNormWeight = !tensor.isMatrix && tensor.name.hasSuffix(".weight")
      let values = (0..<tensor.count).map { _ in
        Float((isNormWeight ? 1 : 0) + 0.25 * generator.normal())
      }
      model.weights.replace(at: tensor.offset, with: values)
    }
    return (model, ReferenceGPT(model))
  }

  static func tokens(_ shape: ModelShape, _ name: String = "tokens") -> [Int] {
    var generator = Seed(3).stream(name)
    return (0..<shape.contextLength).map { _ in generator.below(shape.vocabularySize) }
  }

  private func distance(_ first: [Float], _ second: [Double]) -> Double {
    zip(first, second).map { abs(Double($0) - $1) }.max() ?? 1
  }

  @Test(arguments: shapes)
  func theTraceIsTheReferences(name: String, shape: ModelShape) throws {
    let (model, reference) = try Self.sample(shape)
    let tokens = Self.tokens(shape)
    let expected = reference.forward(tokens)
    let probe = try ModelProbe(model)
    let trace = try probe.trace(tokens)
    for time in 0..<tokens.count {
      #expect(distance(trace.logits[time], expected.logits[time]) < 1e-4, "\(name)")
    }
    for (layer, block) in expected.blocks.enumerated() {
      for (point, matrix) in [
        (HookPoint.residualPre, block.input), (.residualMid, block.middle),
        (.residualPost, block.output),
      ] {
        for time in 0..<tokens.count {
          let row = try #require(trace.residual[point])[layer][time]
          #expect(distance(row, matrix[time]) < 1e-4, "\(name) \(point) \(layer)")
        }
      }
      for (head, probabilities) in block.probabilities.enumerated() {
        for time in 0..<tokens.count {
          let shares = trace.attention[layer][head][time]
          #expect(shares.count == (shape.causal ? time + 1 : tokens.count))
          #expect(distance(shares, probabilities[time]) < 1e-5)
        }
      }
    }
    let last = try #require(trace.residual[.residualPost]?.last)
    #expect(probe.unembed(last) == trace.logits)
  }

  @Test(arguments: causal)
  func readingInPartsGivesTheSameLogits(name: String, shape: ModelShape) throws {
    let (model, reference) = try Self.sample(shape)
    let tokens = Self.tokens(shape)
    let expected = reference.logits(tokens)
    let decoder = try SequenceDecoder(model)
    var last: [Float] = []
    for (time, token) in tokens.enumerated() {
      last = try decoder.read([token])
      #expect(distance(last, expected[time]) < 1e-4, "\(name) \(time)")
    }
    decoder.truncate(0)
    _ = try decoder.read(Array(tokens[..<2]))
    #expect(try decoder.read(Array(tokens[2...])) == last)
  }

  @Test(arguments: causal)
  func readsInBFloat16(name: String, shape: ModelShape) throws {
    let (model, reference) = try Self.sample(shape)
    let tokens = Self.tokens(shape)
    let expected = reference.logits(tokens)[tokens.count - 1]
    let logits = try [1, 2, 3].map { threads in
      try SequenceDecoder(model, threads: threads, precision: .bf16).read(tokens)
    }
    #expect(logits[0] == logits[1])
    #expect(logits[0] == logits[2])
    let size = expected.reduce(0) { max($0, abs($1)) }
    let difference = distance(logits[0], expected)
    #expect(difference < 0.1 * size, "\(name) \(difference) of \(size)")
    #expect(difference > 1e-5, "nothing was rounded")
  }

  @Test(arguments: causal)
  func sequencesDoNotDisturbEachOther(name: String, shape: ModelShape) throws {
    let (model, _) = try Self.sample(shape)
    let alone = try SequenceDecoder(model)
    let together = try SequenceDecoder(model, sequences: 3)
    let tokens = Self.tokens(shape)
    _ = try together.read(Array(tokens[3...4]), into: 2)
    _ = try together.read([tokens[0]], into: 0)
    let both = try together.advance([(2, tokens[5]), (0, tokens[1])])
    _ = try alone.read([tokens[0]])
    #expect(try alone.read([tokens[1]]) == both[1])
    alone.truncate(0)
    _ = try alone.read([tokens[3]])
    _ = try alone.read([tokens[4]])
    #expect(try alone.read([tokens[5]]) == both[0])
    together.copy(2, to: 1)
    #expect(together.lengths == [2, 3, 3])
    let copies = try together.advance([(1, tokens[2]), (2, tokens[2])])
    #expect(copies[0] == copies[1])
  }

  @Test(arguments: causal)
  func threadsChangeNothing(name: String, shape: ModelShape) throws {
    let (model, _) = try Self.sample(shape)
    let tokens = Self.tokens(shape)
    let logits = try [1, 2, 3].map { threads in
      try SequenceDecoder(model, threads: threads).read(tokens)
    }
    #expect(logits[0] == logits[1])
    #expect(logits[0] == logits[2])
  }

  @Test func refusesWhatDoesNotFit() throws {
    let (model, _) = try Self.sample(SampleShapes.gpt2)
    let decoder = try SequenceDecoder(model)
    _ = try decoder.read([1, 2, 3, 4])
    #expect(throws: LanguageModelsError.sequenceLength(length: 7, contextLength: 6)) {
      try decoder.read([1, 2, 3])
    }
    #expect(throws: LanguageModelsError.tokenOutOfRange(id: -1, vocabularySize: 11)) {
      try decoder.read([-1])
    }
    #expect(decoder.lengths == [4])
    #expect(throws: LanguageModelsError.notCausal) {
      try SequenceDecoder(try Self.sample(SampleShapes.operations).model)
    }
  }
}
