import Files
import Foundation
import Tokenization
import UnicodeText

/// Times one task of the tokenizer on real text, once, in a fresh process.
///
/// Usage: tokenizer-bench encode --tokenizer FILE --corpus FILE [--bytes N] [--chunk 8192]
///        [--threads 1] [--ids FILE] [--decode 1] [--passes 2]
///        tokenizer-bench train --corpus FILE --vocab-size V [--threads 1] [--output FILE]
///        tokenizer-bench load --tokenizer FILE [--repeats 20]
///
/// Documents are cut at line ends as soon as they reach the chunk's size, and encoded 512 at a time; the
/// first pass meets every word for the first time, the second one has met them. Each prints one JSON object.
/// `Benchmarks/tokenizers.py` runs it beside other libraries.
@main
enum TokenizerBench {
  static func main() {
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      FileHandle.standardError.write(Data("tokenizer-bench: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) throws {
    let options = Options(arguments.dropFirst())
    switch arguments.first {
    case "encode": try encode(options)
    case "train": try train(options)
    case "load": try load(options)
    default: throw BenchError(description: "Usage: tokenizer-bench encode|train|load …")
    }
  }

  /// So many documents are encoded at a time, as the other programs of `tokenizers.py` do it.
  private static let batchSize = 512

  private static func encode(_ options: Options) throws {
    let clock = ContinuousClock()
    let corpus = [UInt8](try Data(contentsOf: URL(fileURLWithPath: try options.text("corpus"))))
    let documents = chunks(
      of: corpus,
      size: options.number("chunk", 8192),
      limit: options.number("bytes", .max)
    )
    let megabytes = Double(documents.last?.upperBound ?? 0) / 1e6
    var tokenizer: Tokenizer?
    let path = try options.text("tokenizer")
    let loading = try clock.measure { tokenizer = try Tokenizer(contentsOf: path) }
    guard let tokenizer else { return }
    let encoder = BatchEncoder(tokenizer, threads: options.number("threads", 1))
    var facts: [(String, Double)] = [
      ("megabytes", megabytes), ("documents", Double(documents.count)),
      ("load_ms", loading / .milliseconds(1)),
    ]
    let batches = stride(from: 0, to: documents.count, by: batchSize).map {
      Array(documents[$0..<min($0 + batchSize, documents.count)])
    }
    var tokenCount = 0
    for pass in 1...max(1, options.number("passes", 2)) {
      tokenCount = 0
      let start = processorSeconds()
      let time = try clock.measure {
        for batch in batches {
          tokenCount += try unsafe encoder.encode(batch, of: corpus.span.bytes).ids.count
        }
      }
      let used = processorSeconds() - start
      facts.append(("pass\(pass)_mb_s", megabytes / (time / .seconds(1))))
      facts.append(("pass\(pass)_cpu_mb_s", megabytes / used))
    }
    facts.append(("tokens", Double(tokenCount)))
    facts.append(("peak_mib", peakMemory()))
    var ids: [TokenID] = []
    if options["ids"] != nil || options["decode"] != nil {
      for batch in batches { ids += try unsafe encoder.encode(batch, of: corpus.span.bytes).ids }
    }
    if let output = options["ids"] {
      let bytes = unsafe ids.withUnsafeBytes { unsafe Data($0) }
      try bytes.write(to: URL(fileURLWithPath: output))
    }
    if options["decode"] != nil {
      var text: [UInt8] = []
      _ = try tokenizer.decodeBytes(ids)
      let time = try clock.measure { text = try tokenizer.decodeBytes(ids) }
      guard text.elementsEqual(corpus[0..<(documents.last?.upperBound ?? 0)]) else {
        throw BenchError(description: "the decoded text is not the text")
      }
      facts.append(("decode_mb_s", megabytes / (time / .seconds(1))))
    }
    report(facts)
  }

  private static func train(_ options: Options) throws {
    let path = try options.text("corpus")
    let threads = options.number("threads", 1)
    let clock = ContinuousClock()
    let start = clock.now
    var configuration = TokenizerConfiguration(normalization: .none)
    configuration.splits = [TextSplit(.cl100k)]
    let counter = try WordCounter.count([try TextInput(path)], configuration, threads: threads)
    let counted = clock.now
    let trainer = BPETrainer(vocabularySize: options.number("vocab-size", 32768), specialTokens: [])
    let tokenizer = try Tokenizer.train(trainer, on: counter, like: configuration)
    let end = clock.now
    if let output = options["output"] { try tokenizer.save(to: output) }
    report([
      ("wall_s", (end - start) / .seconds(1)), ("count_s", (counted - start) / .seconds(1)),
      ("words", Double(counter.uniqueCount)), ("vocabulary", Double(tokenizer.vocabularySize)),
      ("peak_mib", peakMemory()),
    ])
  }

  private static func load(_ options: Options) throws {
    let path = try options.text("tokenizer")
    let times = try (0..<max(1, options.number("repeats", 20))).map { _ in
      try ContinuousClock().measure { _ = try Tokenizer(contentsOf: path) } / .milliseconds(1)
    }
    report([("first_ms", times[0]), ("median_ms", times.sorted()[times.count / 2])])
  }

  /// Parts of a text that end with lines and have at least a size, until a limit is reached.
  private static func chunks(of text: [UInt8], size: Int, limit: Int) -> [Range<Int>] {
    var chunks: [Range<Int>] = []
    var start = 0
    var position = 0
    while position < text.count, start < limit {
      let end = text[position...].firstIndex(of: 0x0A).map { $0 + 1 } ?? text.count
      if end - start >= size || end == text.count {
        chunks.append(start..<end)
        start = end
      }
      position = end
    }
    return chunks
  }

  /// The processor time that this process used so far on all threads.
  private static func processorSeconds() -> Double {
    Double(clock()) / Double(CLOCKS_PER_SEC)
  }

  /// The largest resident memory of this process so far, in MiB.
  private static func peakMemory() -> Double {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else {
      return 0
    }
    for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
      return (Double(line.split(separator: " ").dropLast().last ?? "") ?? 0) / 1024
    }
    return 0
  }

  private static func report(_ facts: [(String, Double)]) {
    print("{" + facts.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}")
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
    while let word = rest.popFirst() {
      if word.hasPrefix("--") { values[String(word.dropFirst(2))] = rest.popFirst() }
    }
  }

  subscript(name: String) -> String? { values[name] }

  func text(_ name: String) throws -> String {
    guard let value = values[name] else { throw BenchError(description: "--\(name) is missing") }
    return value
  }

  func number(_ name: String, _ standard: Int) -> Int { values[name].flatMap(Int.init) ?? standard }
}
