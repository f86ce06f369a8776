import Accounting
import Foundation
import Kernels
import LanguageModels
import Randomness

/// Times training steps: one integer N a line in, {"ms": [...], "loss": x} out.
///
/// Usage: training-bench [--config S2] [--arch gpt2|llama] [--threads 2] [--precision f32|bf16]
///                       [--purpose training|evaluation]
///
/// The configurations and the protocol are those of the comparison with PyTorch, JAX and llm.c: one
/// fixed batch of random tokens, AdamW, no clipping, the same every step. A step of an evaluation is
/// one forward pass over the batch.
@main
enum TrainingBench {
  static func main() throws {
    let options = Options(CommandLine.arguments.dropFirst())
    guard let configuration = Configuration.all[options["config"] ?? "S2"] else {
      throw BenchError(description: "--config is one of S0, S1, S2, S3, S4")
    }
    let threads = Int(options["threads"] ?? "2") ?? 2
    let shape = configuration.shape(llama: options["arch"] == "llama")
    guard let precision = ProductPrecision(rawValue: options["precision"] ?? "f32") else {
      throw BenchError(description: "--precision is f32 or bf16")
    }
    let run = try TrainingRun(
      shape: shape,
      batch: configuration.batch,
      threads: threads,
      purpose: options["purpose"] == "evaluation" ? .evaluation : .training,
      precision: precision
    )
    while let line = readLine(), let count = Int(line) {
      var milliseconds: [Double] = []
      var loss = 0.0
      for _ in 0..<count {
        let time = try ContinuousClock().measure { loss = try run.step() }
        let (seconds, attoseconds) = time.components
        milliseconds.append(Double(seconds) * 1e3 + Double(attoseconds) * 1e-15)
      }
      print("{\"ms\": \(milliseconds), \"loss\": \(loss)}")
      // A pipe's reader waits for the answer to each line.
      fflush(nil)
    }
  }
}

struct BenchError: Error, CustomStringConvertible {
  let description: String
}

/// Flags of the form `--name value`.
struct Options {
  private var values: [String: String] = [:]

  init(_ arguments: ArraySlice<String>) {
    var rest = arguments
    while let name = rest.popFirst() {
      values[String(name.drop { $0 == "-" })] = rest.popFirst()
    }
  }

  subscript(name: String) -> String? { values[name] }
}

/// The sizes of one comparison.
struct Configuration {
  var layers, width, heads, context, vocabulary, batch: Int

  static let all = [
    "S0": Configuration(layers: 2, width: 64, heads: 4, context: 32, vocabulary: 64, batch: 16),
    "S1": Configuration(layers: 2, width: 64, heads: 4, context: 64, vocabulary: 512, batch: 32),
    "S2": Configuration(layers: 4, width: 128, heads: 4, context: 128, vocabulary: 4096, batch: 16),
    "S3": Configuration(layers: 6, width: 256, heads: 8, context: 256, vocabulary: 8192, batch: 8),
    "S4": Configuration(layers: 8, width: 512, heads: 8, context: 256, vocabulary: 16384, batch: 4),
  ]

  func shape(llama: Bool) -> ModelShape {
    if llama {
      return .llama(
        vocabularySize: vocabulary,
        contextLength: context,
        layerCount: layers,
        width: width,
        headCount: heads,
        tiedHead: true
      )
    }
    return .gpt2(
      vocabularySize: vocabulary,
      contextLength: context,
      layerCount: layers,
      width: width,
      headCount: heads
    )
  }
}

/// A model, a batch and an optimizer.
final class TrainingRun {
  private let engine: GPTEngine
  private let parameters: FloatBuffer
  private let gradients: FloatBuffer
  private let moments: AdamW.Moments
  private let optimizer = AdamW(clip: nil)
  private let inputs: [Int32]
  private let targets: [Int32]
  private var steps = 0

  init(
    shape: ModelShape,
    batch: Int,
    threads: Int,
    purpose: GPTEngine.Purpose,
    precision: ProductPrecision
  ) throws {
    let layout = try ParameterLayout(shape)
    engine = try GPTEngine(
      layout: layout,
      batch: batch,
      context: shape.contextLength,
      threads: threads,
      purpose: purpose,
      precision: precision
    )
    parameters = try FloatBuffer(count: layout.storageCount)
    gradients = try FloatBuffer(count: layout.storageCount)
    moments = try AdamW.Moments(count: layout.storageCount)
    var generator = Seed(1337).stream("weights")
    for tensor in layout.tensors {
      if tensor.isMatrix {
        for index in tensor.range { parameters[index] = Float(0.02 * generator.normal()) }
      } else if tensor.name.hasSuffix("weight") {
        for index in tensor.range { parameters[index] = 1 }
      }
    }
    var tokens = Seed(7).stream("tokens")
    let count = batch * shape.contextLength
    let vocabulary = Int32(shape.vocabularySize)
    inputs = (0..<count).map { _ in Int32.random(in: 0..<vocabulary, using: &tokens) }
    targets = (0..<count).map { _ in Int32.random(in: 0..<vocabulary, using: &tokens) }
  }

  func step() throws -> Double {
    if engine.purpose == .evaluation {
      let losses = try engine.losses(parameters: parameters, inputs: inputs, targets: targets)
      return losses.reduce(0.0) { $0 + Double($1) } / Double(losses.count)
    }
    steps += 1
    let loss = try engine.gradient(
      parameters: parameters,
      inputs: inputs,
      targets: targets,
      into: gradients
    )
    optimizer.step(
      parameters: parameters,
      gradients: gradients,
      moments: moments,
      decaying: engine.layout.decayingRanges,
      step: steps,
      learningRate: 3e-4,
      team: engine.team,
      kernels: engine.kernels
    )
    return loss
  }
}
