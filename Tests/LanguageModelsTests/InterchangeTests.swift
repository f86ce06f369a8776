import Accounting
import Files
import Foundation
import Randomness
import TestSupport
import Testing

@testable import LanguageModels

private let python = ProcessInfo.processInfo.environment["ISOFLOP_PYTHON"]

/// Model folders traded with a living transformers.
///
/// Set ISOFLOP_PYTHON to a Python that has torch and transformers to run these.
@Suite(.enabled(if: python != nil, "ISOFLOP_PYTHON names no Python")) struct InterchangeTests {
  struct Answers: Codable {
    var ids: [Int]
    var logits: [[Double]]
    var ends: [Int]?
  }

  private func exchange(_ verb: String, _ folder: String) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Scripts/reference/exchange.py")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(python))
    process.arguments = [script.path, verb, folder]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
    if let line = text.split(separator: "\n").last { print(line) }
  }

  @Test func modelsOfTransformersGiveTheSameLogits() throws {
    try withTemporaryFolder { folder in
      try exchange("make", folder)
      let names = try fileNames(in: folder)
      #expect(names.count == 12)
      for name in names {
        let path = joined(folder, name)
        let model = try GPT(directory: path)
        let answers = try JSONDecoder().decode(
          Answers.self,
          from: Data(try readFile(joined(path, "answers.json")))
        )
        let logits = ReferenceGPT(model).logits(answers.ids)
        let difference = zip(logits.values, answers.logits.joined()).map { abs($0 - $1) }.max() ?? 1
        #expect(difference < 1e-4, "\(name)")
        #expect(model.specialTokens.ends == (name.hasPrefix("llama") ? [2, 3] : [2]))
        print("\(name): logits within \(difference)")
      }
    }
  }

  @Test func transformersGivesTheLogitsOfOurModels() throws {
    try withTemporaryFolder { folder in
      for (name, shape) in SampleShapes.all where ModelFormat.best(for: shape) != .isoflop {
        for type in [NumberType.float32, .bfloat16] {
          let ends = type == .float32 ? [2] : [2, 3]
          let model = try GPT(
            shape,
            initialization: .normal(deviation: 0.4, scaledResiduals: false),
            seed: Seed(8),
            specialTokens: SpecialTokenIDs(beginning: 1, ends: ends)
          )
          let path = joined(folder, "\(name), \(type.rawValue)")
          try model.save(directory: path, type: type)
          // Rounded weights are what transformers sees.
          let logits = ReferenceGPT(try GPT(directory: path)).logits([3, 1, 4, 1, 5])
          let answers = Answers(
            ids: [3, 1, 4, 1, 5],
            logits: (0..<logits.rows).map { logits[$0] },
            ends: ends
          )
          try writeFile(joined(path, "answers.json"), [UInt8](try JSONEncoder().encode(answers)))
        }
      }
      try exchange("check", folder)
    }
  }
}
