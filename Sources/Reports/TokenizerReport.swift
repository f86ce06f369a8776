public import Evaluation
import UnicodeText

/// What tokenizers make of text in several languages, side by side.
public struct TokenizerReport {
  let evaluations: [TokenizerEvaluation]
  let corpus: String

  /// Reports evaluations on one text.
  ///
  /// - Precondition: There is at least one, and all have the same languages.
  public init(_ evaluations: [TokenizerEvaluation], corpus: String) {
    precondition(!evaluations.isEmpty, "no evaluation to report")
    self.evaluations = evaluations
    self.corpus = corpus
  }

  /// The report for a terminal.
  public var text: String {
    if evaluations.count == 1 { return one(evaluations[0]) }
    return comparison
  }

  private var isParallel: Bool { evaluations[0].isParallel }

  private func columns(_ first: String) -> [TextTable.Column] {
    var columns: [TextTable.Column] = [
      .name(first), .number("tokens"), .number("bytes\n/token"), .number("chars\n/token"),
      .number("graphemes\n/token"), .number("words\n/token"), .number("tokens\n/word"),
      .number("words\nsplit %"), .number("one-token\nwords %"), .number("Rényi\nefficiency"),
      .number("vocabulary\nused %"),
    ]
    if isParallel { columns += [.number("premium"), .number("parity")] }
    return columns
  }

  private func row(
    _ name: String,
    _ measures: TextMeasures,
    _ evaluation: TokenizerEvaluation
  ) -> [String] {
    var cells = [
      name, DecimalText.grouped(Double(measures.tokens)), fixed(measures.bytesPerToken),
      fixed(measures.charactersPerToken), fixed(measures.graphemesPerToken),
      fixed(measures.wordsPerToken), fixed(measures.fertility),
      percent(measures.continuedWordShare), percent(measures.singleTokenWordRetention),
      DecimalText.fixed(measures.counts.renyiEfficiency(), places: 3),
      percent(measures.counts.vocabularyUse),
    ]
    if isParallel {
      let isTotal = measures.language == evaluation.total.language
      cells.append(isTotal ? "" : fixed(evaluation.premium(of: measures)))
      cells.append(isTotal ? "" : fixed(evaluation.parity(of: measures)))
    }
    return cells
  }

  private func fixed(_ value: Double?) -> String {
    value.map { DecimalText.fixed($0, places: 2) } ?? ""
  }

  private func percent(_ share: Double) -> String { DecimalText.fixed(share * 100, places: 1) }

  private func one(_ evaluation: TokenizerEvaluation) -> String {
    var table = TextTable(columns("language"), gap: 2)
    for measures in evaluation.languages {
      table.add(row(measures.language, measures, evaluation))
    }
    if evaluation.languages.count > 1 { table.add(row("all", evaluation.total, evaluation)) }
    return "\(evaluation.name) on \(corpus), \(segments)\n\n\(table.text)\n"
      + vocabulary + "\n" + damage(evaluation) + notes
  }

  private var comparison: String {
    var table = TextTable(columns("tokenizer"), gap: 2)
    for (place, measures) in evaluations[0].languages.enumerated() {
      table.addHeading(measures.language)
      for evaluation in evaluations {
        table.add(row(evaluation.name, evaluation.languages[place], evaluation))
      }
    }
    if evaluations[0].languages.count > 1 {
      table.addHeading("all languages")
      for evaluation in evaluations {
        table.add(row(evaluation.name, evaluation.total, evaluation))
      }
    }
    return "\(evaluations.count) tokenizers on \(corpus), \(segments)\n\n\(table.text)\n"
      + vocabulary + "\n" + notes
  }

  private var segments: String {
    let total = evaluations[0].total
    return "\(DecimalText.grouped(Double(total.segments))) segments, "
      + "\(DecimalText.grouped(Double(total.bytes))) bytes"
      + (isParallel ? ", parallel, against \(evaluations[0].reference ?? "")" : "")
  }

  private var vocabulary: String {
    let limit = evaluations[0].rareLimit
    var columns: [TextTable.Column] = [
      .name("vocabulary"), .number("tokens"), .number("never\nseen"),
      .number("seen under\n\(limit) times"), .number("unreach-\nable"),
      .number("parts of\ncharacters"), .number("of these\nunreachable"),
      .number("bytes changed\nby normalizer %"), .number("segments that\nlose by it %"),
      .number("bytes NFKC\nchanges %"),
    ]
    if isParallel { columns.append(.number("Gini")) }
    var table = TextTable(columns, gap: 2)
    for evaluation in evaluations {
      let total = evaluation.total
      let reachability = evaluation.reachability
      var cells = [
        evaluation.name, whole(evaluation.vocabularySize), whole(evaluation.unseenTokens),
        whole(evaluation.rareTokens), whole(reachability.unreachable.count),
        whole(reachability.partCount), whole(reachability.unreachableParts.count),
        share(total.normalizerDamage.changedBytes, total.bytes),
        share(total.normalizerDamage.lossySegments, total.segments),
        share(total.nfkcDamage.changedBytes, total.bytes),
      ]
      if isParallel {
        cells.append(evaluation.giniCoefficient.map { DecimalText.fixed($0, places: 3) } ?? "")
      }
      table.add(cells)
    }
    return table.text
  }

  private func whole(_ count: Int) -> String { DecimalText.grouped(Double(count)) }

  private func share(_ count: Int, _ total: Int) -> String {
    total == 0 ? "" : DecimalText.fixed(100 * Double(count) / Double(total), places: 2)
  }

  /// The changes that the normalizer makes most often.
  private func damage(_ evaluation: TokenizerEvaluation) -> String {
    func line(_ title: String, _ damage: NormalizationDamage) -> String {
      let changes = damage.frequentChanges(6)
      if changes.isEmpty { return "" }
      let list = changes.map { "\(shown($0.source)) → \(shown($0.target)) (\(whole($0.count)))" }
      return "\(title): \(list.joined(separator: ", "))\n"
    }
    let text =
      line("The normalizer changes", evaluation.total.normalizerDamage)
      + line("NFKC changes", evaluation.total.nfkcDamage)
    return text.isEmpty ? "" : text + "\n"
  }

  /// A text in which what has no shape of its own is written as code points.
  private func shown(_ text: String) -> String {
    if text.isEmpty { return "nothing" }
    return text.unicodeScalars.map { scalar in
      let properties = scalar.properties
      let isVisible =
        !properties.isWhitespace && !properties.isDefaultIgnorableCodePoint
        && properties.canonicalCombiningClass == .notReordered
        && properties.generalCategory != .control && properties.generalCategory != .nonspacingMark
      if isVisible { return String(scalar) }
      let digits = String(scalar.value, radix: 16, uppercase: true)
      return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }.joined(separator: " ")
  }

  private var notes: String {
    "Words are those of ICU \(icuVersion), Unicode \(unicodeVersion).\n"
  }
}
