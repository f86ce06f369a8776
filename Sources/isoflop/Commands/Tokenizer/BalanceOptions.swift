import ArgumentParser
import Files
import Tokenization

/// How much each language counts, and whether one is favored while merges are learned.
struct BalanceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How LANGUAGE.txt files are weighed: temperature=0.3, unimax or unimax=5 (epochs), en=1,hi=2,"
        + " or a file of such lines.",
      valueName: "rule"
    )
  )
  var balance: BalanceRule?

  @Option(
    name: .customLong("parity-corpus"),
    help: ArgumentHelp(
      "A folder of LANGUAGE.txt files with the same content: each merge helps the language that"
        + " needs the most tokens there.",
      valueName: "folder"
    )
  )
  var parityCorpus: String?

  @Option(
    name: .customLong("parity-global-merges"),
    help: ArgumentHelp("How many merges are chosen as usual before.", valueName: "count")
  )
  var globalMerges = 0

  @Option(
    name: .customLong("parity-window"),
    help: ArgumentHelp(
      "Among so many merges, no language is chosen more often than --parity-alpha times its share.",
      valueName: "count"
    )
  )
  var window: Int?

  @Option(
    name: .customLong("parity-alpha"),
    help: ArgumentHelp("See --parity-window.", valueName: "times")
  )
  var alpha = 2.0

  func validate() throws {
    if parityCorpus == nil, globalMerges != 0 || window != nil {
      throw ValidationError("--parity-global-merges and --parity-window need --parity-corpus.")
    }
    if globalMerges < 0 { throw ValidationError("--parity-global-merges must be 0 or more.") }
    if window ?? 1 < 1 { throw ValidationError("--parity-window must be 1 or more.") }
    if !(alpha > 0 && alpha.isFinite) { throw ValidationError("--parity-alpha must be positive.") }
    if parityCorpus != nil, balance != nil {
      throw ValidationError(
        "--parity-corpus chooses languages by itself; weights would have no effect on it."
      )
    }
  }

  /// Whether languages are kept apart.
  var needsLanguages: Bool { balance != nil || parityCorpus != nil }
}

/// A rule that weighs languages.
struct BalanceRule: ExpressibleByArgument {
  /// The rule, or nil where a file has it.
  let balance: LanguageBalance?
  /// The argument, which names a file where it is no rule.
  let text: String

  init?(argument: String) {
    text = argument
    if argument == "unimax" {
      balance = .uniMax(epochs: 5)
    } else if argument.hasPrefix("unimax=") {
      guard let epochs = Int(argument.dropFirst(7)) else { return nil }
      balance = .uniMax(epochs: epochs)
    } else if argument.hasPrefix("temperature=") {
      guard let alpha = Double(argument.dropFirst(12)) else { return nil }
      balance = .temperature(alpha)
    } else if argument.contains("=") {
      guard let ratios = Self.ratios(argument.split(separator: ",")) else { return nil }
      balance = .weights(ratios)
    } else {
      balance = nil
    }
  }

  private static func ratios(_ parts: [Substring]) -> [String: LanguageBalance.Ratio]? {
    var ratios: [String: LanguageBalance.Ratio] = [:]
    for part in parts {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[0].isEmpty, let ratio = LanguageBalance.Ratio(sides[1]),
        ratios.updateValue(ratio, forKey: String(sides[0])) == nil
      else { return nil }
    }
    return ratios.isEmpty ? nil : ratios
  }

  /// The rule, read from its file where it has one.
  func read() throws -> LanguageBalance {
    if let balance { return balance }
    let content = String(decoding: try readFile(text), as: UTF8.self)
    let lines = content.split { $0.isNewline || $0 == "," }.map { line in
      line.filter { !$0.isWhitespace }
    }
    let parts = lines.filter { !$0.isEmpty && !$0.hasPrefix("#") }.map { Substring($0) }
    guard let ratios = Self.ratios(parts) else {
      throw TokenizationError.wrongFile(
        path: text,
        place: "its lines",
        "each must be LANGUAGE=WEIGHT, such as hi=2 or hi=0.25, and no language may come twice"
      )
    }
    return .weights(ratios)
  }
}
