import Accounting
import Foundation
import Kernels
import LanguageModels
import Randomness

/// The weights and the batch that a timed training starts from.
struct Start {
  let layout: ParameterLayout
  let parameters: FloatBuffer
  let inputs: [Int32]
  let targets: [Int32]

  /// Draws weights (deviation 0.02) and tokens.
  init(_ configuration: Configuration, llama: Bool) throws {
    let shape = configuration.shape(llama: llama)
    layout = try ParameterLayout(shape)
    parameters = try FloatBuffer(count: layout.storageCount)
    var generator = Seed(1337).stream("weights")
    for tensor in layout.tensors {
      if tensor.isMatrix {
        for index in tensor.range { parameters[index] = Float(0.02 * generator.normal()) }
      } else if tensor.name.hasSuffix("weight") {
        for index in tensor.range { parameters[index] = 1 }
      }
    }
    var tokens = Seed(7).stream("tokens")
    let count = configuration.batch * shape.contextLength
    let vocabulary = Int32(shape.vocabularySize)
    inputs = (0..<count).map { _ in Int32.random(in: 0..<vocabulary, using: &tokens) }
    targets = (0..<count).map { _ in Int32.random(in: 0..<vocabulary, using: &tokens) }
  }

  /// Reads a model folder and `batch` rows of a file of uint16.
  init(folder: String, ids path: String, batch: Int) throws {
    let model = try GPT(directory: folder)
    layout = model.layout
    parameters = model.weights
    let context = model.shape.contextLength
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let count = batch * context
    guard batch > 0, bytes.count >= 2 * (count + 1) else {
      throw BenchError(description: "\(path) holds fewer than \(batch) rows of \(context) tokens")
    }
    let ids = (0...count).map { Int32(bytes[2 * $0]) | Int32(bytes[2 * $0 + 1]) << 8 }
    inputs = Array(ids.dropLast())
    targets = Array(ids.dropFirst())
  }
}
