import Evaluation
import UnicodeText

extension TokenizerReport {
  /// The report for scripts, in full precision: one object for one tokenizer, else a list of them.
  public var json: JSONValue {
    if evaluations.count == 1 { return .object(head + members(evaluations[0])) }
    return .object(
      head + [.init("tokenizers", .array(evaluations.map { .object(members($0)) }))]
    )
  }

  /// The report for spreadsheets: a row for each tokenizer and language.
  public var csv: String {
    let names = measures(evaluations[0], evaluations[0].total).map(\.key)
    var table = CSVText(["tokenizer", "language"] + names)
    for evaluation in evaluations {
      let rows = evaluation.languages + (evaluation.languages.count > 1 ? [evaluation.total] : [])
      for row in rows {
        table.add(
          [.text(evaluation.name), .text(row.language)]
            + measures(evaluation, row).map { .number(number($0.value)) }
        )
      }
    }
    return table.text
  }

  private func number(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  private var head: [JSONValue.Member] {
    [
      .init("corpus", .string(corpus)),
      .init("parallel", .bool(evaluations[0].isParallel)),
      .init("reference", evaluations[0].reference.map { .string($0) } ?? .null),
      .init("icu", .string(icuVersion)),
      .init("unicode", .string(unicodeVersion)),
    ]
  }

  private func members(_ evaluation: TokenizerEvaluation) -> [JSONValue.Member] {
    let reachability = evaluation.reachability
    func ids(_ list: [UInt32]) -> JSONValue { .array(list.map { .integer(Int($0)) }) }
    return [
      .init("tokenizer", .string(evaluation.name)),
      .init("sha256", .string(evaluation.digest)),
      .init("vocabulary_size", .integer(evaluation.vocabularySize)),
      .init("unseen_tokens", .integer(evaluation.unseenTokens)),
      .init("rare_tokens", .integer(evaluation.rareTokens)),
      .init("rare_limit", .integer(evaluation.rareLimit)),
      .init("unreachable_tokens", ids(reachability.unreachable)),
      .init("unreachable_parts", ids(reachability.unreachableParts)),
      .init("parts_of_characters", .integer(reachability.partCount)),
      .init("gini", .optional(evaluation.giniCoefficient)),
      .init("total", object(evaluation, evaluation.total)),
      .init("languages", .array(evaluation.languages.map { object(evaluation, $0) })),
    ]
  }

  private func object(_ evaluation: TokenizerEvaluation, _ row: TextMeasures) -> JSONValue {
    func changes(_ damage: NormalizationDamage) -> JSONValue {
      .array(
        damage.frequentChanges(10).map { change in
          .object([
            .init("source", .string(change.source)), .init("target", .string(change.target)),
            .init("count", .integer(change.count)),
          ])
        }
      )
    }
    return .object(
      [.init("language", .string(row.language))] + measures(evaluation, row) + [
        .init("normalizer_changes", changes(row.normalizerDamage)),
        .init("nfkc_changes", changes(row.nfkcDamage)),
      ]
    )
  }

  private func measures(
    _ evaluation: TokenizerEvaluation,
    _ row: TextMeasures
  ) -> [JSONValue.Member] {
    let isTotal = row.language == evaluation.total.language
    return [
      .init("segments", .integer(row.segments)),
      .init("bytes", .integer(row.bytes)),
      .init("characters", .integer(row.characters)),
      .init("graphemes", .integer(row.graphemes)),
      .init("words", .integer(row.words)),
      .init("tokens", .integer(row.tokens)),
      .init("bytes_per_token", .number(row.bytesPerToken)),
      .init("characters_per_token", .number(row.charactersPerToken)),
      .init("graphemes_per_token", .number(row.graphemesPerToken)),
      .init("words_per_token", .number(row.wordsPerToken)),
      .init("tokens_per_word", .number(row.fertility)),
      .init("continued_words", .number(row.continuedWordShare)),
      .init("single_token_words", .number(row.singleTokenWordRetention)),
      .init("renyi_efficiency", .number(row.counts.renyiEfficiency())),
      .init("renyi_efficiency_of_seen", .number(row.counts.renyiEfficiencyOfSeen())),
      .init("distinct_tokens", .integer(row.counts.distinct)),
      .init("vocabulary_use", .number(row.counts.vocabularyUse)),
      .init("premium", .optional(isTotal ? nil : evaluation.premium(of: row))),
      .init("parity", .optional(isTotal ? nil : evaluation.parity(of: row))),
      .init("normalizer_changed_bytes", .integer(row.normalizerDamage.changedBytes)),
      .init("normalizer_changed_segments", .integer(row.normalizerDamage.changedSegments)),
      .init("normalizer_lossy_segments", .integer(row.normalizerDamage.lossySegments)),
      .init("nfkc_changed_bytes", .integer(row.nfkcDamage.changedBytes)),
      .init("nfkc_changed_segments", .integer(row.nfkcDamage.changedSegments)),
      .init("nfkc_lossy_segments", .integer(row.nfkcDamage.lossySegments)),
    ]
  }
}
