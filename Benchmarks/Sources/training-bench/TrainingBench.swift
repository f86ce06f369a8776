import Accounting
import Foundation
import Kernels
import LanguageModels

/// Times training steps: one integer N a line in, {"ms": [...], "loss": x} out.
///
/// Usage: training-bench [--config S2] [--arch gpt2|llama] [--threads 2]
///        training-bench --model DIR --ids FILE --batch B [--threads 2]
///        and [--precision f32|bf16] [--purpose training|evaluation]
///
/// One fixed batch, AdamW, no clipping, the same every step; a step of an evaluation is one forward
/// pass. The first form draws weights and tokens for one of the sizes compared with PyTorch, JAX and
/// llm.c. The second takes both from files, so that a peer can start from the same: row r is
/// ids[r·T ..< r·T + T + 1], T the model's context.
@main
enum TrainingBench {
  static func main() throws {
    let options = Options(CommandLine.arguments.dropFirst())
    let threads = Int(options["threads"] ?? "2") ?? 2
    let start =
      if let folder = options["model"], let ids = options["ids"], let batch = options["batch"] {
        try Start(folder: folder, ids: ids, batch: Int(batch) ?? 1)
      } else if let configuration = Configuration.all[options["config"] ?? "S2"] {
        try Start(configuration, llama: options["arch"] == "llama")
      } else {
        throw BenchError(description: "--config is one of S0, S1, S2, S3, S4")
      }
    guard let precision = ProductPrecision(rawValue: options["precision"] ?? "f32") else {
      throw BenchError(description: "--precision is f32 or bf16")
    }
    let run = try TrainingRun(
      start,
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
  private let start: Start
  private let gradients: FloatBuffer
  private let moments: AdamW.Moments
  private let optimizer = AdamW(clip: nil)
  private var steps = 0

  init(
    _ start: Start,
    threads: Int,
    purpose: GPTEngine.Purpose,
    precision: ProductPrecision
  ) throws {
    self.start = start
    let context = start.layout.shape.contextLength
    engine = try GPTEngine(
      layout: start.layout,
      batch: start.inputs.count / context,
      context: context,
      threads: threads,
      purpose: purpose,
      precision: precision
    )
    gradients = try FloatBuffer(count: start.layout.storageCount)
    moments = try AdamW.Moments(count: start.layout.storageCount)
  }

  func step() throws -> Double {
    if engine.purpose == .evaluation {
      let losses = try engine.losses(
        parameters: start.parameters,
        inputs: start.inputs,
        targets: start.targets
      )
      return losses.reduce(0.0) { $0 + Double($1) } / Double(losses.count)
    }
    steps += 1
    let loss = try engine.gradient(
      parameters: start.parameters,
      inputs: start.inputs,
      targets: start.targets,
      into: gradients
    )
    optimizer.step(
      parameters: start.parameters,
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
