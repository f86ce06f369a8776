import Files
import Foundation
import TestSupport

@testable import LanguageModels

/// What PyTorch computed for a small model; made by Scripts/reference/parity.py.
struct ParityFixture {
  static let names = ["gpt2", "gpt2-untied", "llama", "encoder"]
  static let batch = 2
  static let context = 6
  static let vocabulary = 11

  struct Answers: Decodable {
    struct Tensor: Decodable {
      let name: String
      let shape: [Int]
    }
    struct Gradient: Decodable {
      let norm: Double
      let first: [Double]
    }
    struct Optimizer: Decodable {
      let lr: Double
      let beta1: Double
      let beta2: Double
      let epsilon: Double
      let weightDecay: Double
      let clip: Double
    }
    let tensors: [Tensor]
    let logits: [[[Double]]]
    let loss: Double
    let gradients: [String: Gradient]
    let optimizer: Optimizer
    let losses: [Double]
    let gradientNorms: [Double]
  }

  let name: String
  let answers: Answers
  let config: Data

  /// Reads the fixture of a name.
  init(_ name: String) throws {
    self.name = name
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures/\(name).json")
    let data = try Data(contentsOf: path)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .custom { path in
      // Tensor names hold underscores too and must stay as they are.
      let key = path[path.count - 1]
      let camel = ["weight_decay": "weightDecay", "gradient_norms": "gradientNorms"]
      return Key(camel[key.stringValue] ?? key.stringValue)
    }
    answers = try decoder.decode(Answers.self, from: data)
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    config = try JSONSerialization.data(withJSONObject: object?["config"] ?? [:])
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// The model, read from a folder with transformers' own configuration and tensor names.
  func model() throws -> GPT {
    try withTemporaryFolder { folder in
      try writeFile(joined(folder, "config.json"), [UInt8](config))
      var writer = try SafetensorsWriter(
        joined(folder, "model.safetensors"),
        answers.tensors.map { TensorEntry($0.name, $0.shape) }
      )
      for (number, tensor) in writer.order.enumerated() {
        let raise: Float = tensor.shape.count == 1 && tensor.name.hasSuffix("weight") ? 1 : 0
        try writer.write((0..<tensor.count).map { Self.weight(number, $0) + raise })
      }
      try writer.commit()
      return try GPT(directory: folder)
    }
  }

  /// The formula of one weight.
  static func weight(_ tensor: Int, _ index: Int) -> Float {
    var bits = UInt32(truncatingIfNeeded: (tensor + 1) * 2_654_435_761 + index * 40503)
    bits ^= bits >> 15
    bits = bits &* 2_246_822_519
    bits ^= bits >> 13
    return (Float(bits >> 10) / 0x1p22 - 0.5) / 2
  }

  /// The formula of one token.
  static func token(_ step: Int, _ row: Int, _ time: Int) -> Int {
    (step * 7919 + row * 104_729 + time * 1_299_709 + time * time * 31) % 10007 % vocabulary
  }

  /// The rows of a training step.
  static func batch(_ step: Int) -> [ReferenceGPT.Example] {
    (0..<batch).map { row in
      let ids = (0...context).map { token(step, row, $0) }
      return ReferenceGPT.Example(tokens: Array(ids.dropLast()), targets: Array(ids.dropFirst()))
    }
  }
}
