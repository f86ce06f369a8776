import Dispatch
import Foundation
import ScalingLaws

/// Times the law fit, its bootstrap and the start of `isoflop estimate`.
///
/// Usage: law-bench RUNS.csv [--drop 5] [--draws 4000] [--threads 2] [--repeats 9]
///        [--program .build/release/isoflop]
///
/// The protocol is that of the comparison with SciPy: the 240 rows that Besiroglu et al. 2024 took
/// from Hoffmann et al. 2022, Huber's loss with delta 10⁻³, 4,000 draws with replacement. One JSON
/// object a line: medians and minima over the repeats, and what came out, so that no time is
/// reported for another answer.
@main
enum LawBench {
  static func main() throws {
    let options = Options(CommandLine.arguments.dropFirst())
    guard let file = options.file else {
      throw BenchError(description: "Usage: law-bench RUNS.csv [--drop 5] [--draws 4000]")
    }
    let repeats = max(1, options.number("repeats", 9))
    var table = try ObservationTable(file)
    try table.dropHighest(options.number("drop", 5))
    let runs = table.observations

    let single = FitOptions(bootstrapCount: 0, calibrates: false)
    var fitted = try ParametricFit(runs, single).fit()
    report("fit", try times(repeats) { fitted = try ParametricFit(runs, single).fit() }) {
      ["rows": Double(runs.count), "objective": fitted.objective]
    }

    let drawn = FitOptions(
      bootstrapCount: options.number("draws", 4000),
      calibrates: false,
      threadCount: options.number("threads", 2)
    )
    report("bootstrap", try times(repeats) { fitted = try ParametricFit(runs, drawn).fit() }) {
      var facts = ["draws": Double(fitted.draws.count)]
      for (name, interval) in fitted.intervals {
        facts["\(name)_low"] = interval.low
        facts["\(name)_high"] = interval.high
      }
      return facts
    }

    if let program = options["program"] {
      report("estimate", try times(5 * repeats) { try start(program) }) { [:] }
    }
  }

  /// Runs `estimate --params 3e9` once, its output thrown away.
  private static func start(_ program: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["estimate", "--params", "3e9"]
    process.standardOutput = FileHandle.nullDevice
    // `waitUntilExit` looks only every fifty milliseconds.
    let end = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in end.signal() }
    try process.run()
    end.wait()
    guard process.terminationStatus == 0 else {
      throw BenchError(description: "\(program) ended with \(process.terminationStatus)")
    }
  }

  /// The milliseconds of each repeat, ascending, after one that is not counted.
  private static func times(_ repeats: Int, _ work: () throws -> Void) throws -> [Double] {
    try work()
    return try (0..<repeats).map { _ in
      try ContinuousClock().measure(work) / .milliseconds(1)
    }.sorted()
  }

  private static func report(
    _ name: String,
    _ times: [Double],
    _ facts: () -> [String: Double]
  ) {
    let members = [("median_ms", times[times.count / 2]), ("min_ms", times[0])]
    let rest = facts().sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    let body = (members + rest).map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ")
    print("{\"bench\": \"\(name)\", \(body)}")
  }
}

struct BenchError: Error, CustomStringConvertible {
  let description: String
}

/// One file and flags of the form `--name value`.
struct Options {
  private var values: [String: String] = [:]
  private(set) var file: String?

  init(_ arguments: ArraySlice<String>) {
    var rest = arguments
    while let word = rest.popFirst() {
      if word.hasPrefix("--") {
        values[String(word.dropFirst(2))] = rest.popFirst()
      } else {
        file = word
      }
    }
  }

  subscript(name: String) -> String? { values[name] }

  func number(_ name: String, _ standard: Int) -> Int { values[name].flatMap(Int.init) ?? standard }
}
