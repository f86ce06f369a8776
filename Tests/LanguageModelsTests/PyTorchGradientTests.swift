import Accounting
import Foundation
import Kernels
import LanguageModels
import Testing

/// Losses and gradients of whole models against files that PyTorch wrote.
///
/// The variable ISOFLOP_TORCH_DUMPS names a folder with one folder a model, each holding the raw
/// parameters, batch, gradients and losses of one step, as the training benchmark's `torch_gpt.py
/// --dump` writes them.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["ISOFLOP_TORCH_DUMPS"] != nil))
struct PyTorchGradientTests {
  struct Configuration: Sendable, CustomStringConvertible {
    var name: String
    var layers, width, heads, context, vocabulary, batch: Int
    var description: String { name }
  }

  static let configurations = [
    Configuration(
      name: "S0",
      layers: 2,
      width: 64,
      heads: 4,
      context: 32,
      vocabulary: 64,
      batch: 16
    ),
    Configuration(
      name: "S1",
      layers: 2,
      width: 64,
      heads: 4,
      context: 64,
      vocabulary: 512,
      batch: 32
    ),
    Configuration(
      name: "S2",
      layers: 4,
      width: 128,
      heads: 4,
      context: 128,
      vocabulary: 4096,
      batch: 16
    ),
    Configuration(
      name: "S3",
      layers: 6,
      width: 256,
      heads: 8,
      context: 256,
      vocabulary: 8192,
      batch: 8
    ),
    Configuration(
      name: "X1",
      layers: 3,
      width: 60,
      heads: 5,
      context: 37,
      vocabulary: 301,
      batch: 5
    ),
    Configuration(
      name: "X2",
      layers: 2,
      width: 50,
      heads: 2,
      context: 70,
      vocabulary: 97,
      batch: 3
    ),
  ]

  @Test(arguments: configurations)
  func agreesWithPyTorch(configuration: Configuration) throws {
    let root = try #require(ProcessInfo.processInfo.environment["ISOFLOP_TORCH_DUMPS"])
    let folder = URL(fileURLWithPath: root).appendingPathComponent(configuration.name)
    let layout = try ParameterLayout(
      .gpt2(
        vocabularySize: configuration.vocabulary,
        contextLength: configuration.context,
        layerCount: configuration.layers,
        width: configuration.width,
        headCount: configuration.heads
      )
    )
    func floats(_ name: String) throws -> [Float] {
      let data = try Data(contentsOf: folder.appendingPathComponent(name))
      return unsafe data.withUnsafeBytes { unsafe Array($0.bindMemory(to: Float.self)) }
    }
    func ids(_ name: String) throws -> [Int32] {
      try floats(name).map { Int32(bitPattern: $0.bitPattern) }
    }
    var names = [
      layout.tokenEmbedding: "wte.weight", try #require(layout.positionEmbedding): "wpe.weight",
    ]
    func add(_ linear: LinearLayout, _ name: String) throws {
      names[linear.weight] = name + ".weight"
      names[try #require(linear.bias)] = name + ".bias"
    }
    func add(_ norm: NormalizationLayout, _ name: String) throws {
      names[norm.weight] = name + ".weight"
      names[try #require(norm.bias)] = name + ".bias"
    }
    for (index, block) in layout.blocks.enumerated() {
      try add(block.attentionNormalization, "blocks.\(index).ln1")
      try add(block.feedForwardNormalization, "blocks.\(index).ln2")
      try add(block.queryKeyValue, "blocks.\(index).qkv")
      try add(block.attentionOutput, "blocks.\(index).proj")
      try add(block.feedForwardIn, "blocks.\(index).up")
      try add(block.feedForwardOut, "blocks.\(index).down")
    }
    try add(try #require(layout.finalNormalization), "lnf")

    let parameters = try FloatBuffer(count: layout.storageCount)
    for tensor in layout.tensors {
      parameters.replace(at: tensor.offset, with: try floats(try #require(names[tensor]) + ".f32"))
    }
    let gradients = try FloatBuffer(count: layout.storageCount)
    let engine = try GPTEngine(
      layout: layout,
      batch: configuration.batch,
      context: configuration.context,
      threads: 2,
      purpose: .training
    )
    let loss = try engine.gradient(
      parameters: parameters,
      inputs: try ids("idx.i32"),
      targets: try ids("tgt.i32"),
      into: gradients
    )
    struct Meta: Decodable { var losses: [Double] }
    let meta = try JSONDecoder().decode(
      Meta.self,
      from: try Data(contentsOf: folder.appendingPathComponent("meta.json"))
    )
    #expect(abs(loss - meta.losses[0]) < 2e-6, "\(loss) beside \(meta.losses[0])")
    var worst = 0.0
    for tensor in layout.tensors {
      let expected = try floats(try #require(names[tensor]) + ".grad.f32")
      let computed = gradients[tensor.range]
      var difference = 0.0
      var size = 0.0
      for (a, b) in zip(computed, expected) {
        difference += Double(a - b) * Double(a - b)
        size += Double(b) * Double(b)
      }
      let relative = (difference / max(size, 1e-30)).squareRoot()
      worst = max(worst, relative)
      #expect(relative < 1e-5, "\(tensor.name): \(relative)")
    }
    print(configuration.name, "loss difference", loss - meta.losses[0], "worst gradient", worst)
  }
}
