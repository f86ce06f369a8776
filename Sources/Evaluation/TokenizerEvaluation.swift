public import Corpora
public import Tokenization

/// One tokenizer measured on text in one or more languages.
public struct TokenizerEvaluation: Sendable {
  /// How it is called in reports, such as the name of its file.
  public let name: String
  /// Its digest.
  public let digest: String
  /// How many tokens it has.
  public let vocabularySize: Int
  /// The languages in the order of the text.
  public let languages: [TextMeasures]
  /// All languages together.
  public let total: TextMeasures
  /// Whether line i says the same in every language.
  public let isParallel: Bool
  /// The language that premium and parity compare with; nil where they mean nothing.
  public let reference: String?
  /// Which tokens no text gives.
  public let reachability: Reachability
  /// Tokens seen less often than this are rare.
  public let rareLimit: Int
  private let special: Set<TokenID>
  /// The indices of the segments that every language has; none where the text is not parallel.
  private let sharedSegments: [Int]

  /// Measures a tokenizer.
  ///
  /// - Parameters:
  ///   - tokenizer: The tokenizer.
  ///   - name: How it is called in reports.
  ///   - languages: The text.
  ///   - isParallel: Whether segment i says the same in every language.
  ///   - reference: The language to compare with on parallel text; nil takes `en`, or else the
  ///     first.
  ///   - rareLimit: Tokens seen less often than this count as rare.
  ///   - threads: How many threads at most.
  /// - Throws: ``EvaluationError/noReference(language:available:)``, or what the tokenizer throws.
  public init(
    of tokenizer: Tokenizer,
    name: String,
    on languages: [LanguageText],
    isParallel: Bool,
    reference: String? = nil,
    rareLimit: Int = 10,
    threads: Int = 1
  ) throws(EvaluationError) {
    let tags = languages.map(\.tag)
    if let reference, !tags.contains(reference) {
      throw .noReference(language: reference, available: tags)
    }
    self.name = name
    self.isParallel = isParallel && languages.count > 1
    self.reference =
      self.isParallel ? reference ?? (tags.contains("en") ? "en" : tags.first) : nil
    self.rareLimit = rareLimit
    digest = tokenizer.digest
    vocabularySize = tokenizer.vocabularySize
    special = Set((0..<TokenID(tokenizer.vocabularySize)).filter { tokenizer.isSpecial($0) })
    reachability = try Reachability(of: tokenizer)
    let results = parallelMap(languages.count, threads: threads) {
      ()
    } body: { _, index in
      Swift.Result<TextMeasures, EvaluationError> { () throws(EvaluationError) in
        let meter = try TextMeter(tokenizer)
        return try meter.measures(languages[index].tag, languages[index].segments)
      }
    }
    var measured: [TextMeasures] = []
    var total = TextMeasures(language: "all", vocabularySize: tokenizer.vocabularySize)
    for result in results {
      let measures = try result.get()
      total.add(measures)
      measured.append(measures)
    }
    self.languages = measured
    self.total = total
    sharedSegments = self.isParallel ? Self.shared(measured) : []
  }

  private static func shared(_ languages: [TextMeasures]) -> [Int] {
    guard let first = languages.first else { return [] }
    return first.segmentTokens.keys.filter { index in
      languages.allSatisfy { $0.segmentTokens[index] != nil }
    }.sorted()
  }

  /// The tokens of the shared segments.
  private func tokens(_ language: TextMeasures) -> [Double] {
    sharedSegments.map { Double(language.segmentTokens[$0] ?? 0) }
  }

  /// Tokens of a language over those of the reference, for the same content.
  ///
  /// Sums over the segments that all languages have; nil where the text is not parallel.
  public func premium(of language: TextMeasures) -> Double? {
    guard let reference = referenceMeasures else { return nil }
    let tokens = self.tokens(reference).reduce(0, +)
    return tokens > 0 ? self.tokens(language).reduce(0, +) / tokens : nil
  }

  /// The mean over segments of the ratio of tokens to the reference's.
  ///
  /// - Source: Petrov et al. 2023 (2305.15425), section 3: parity is reached at 1.
  public func parity(of language: TextMeasures) -> Double? {
    guard let reference = referenceMeasures else { return nil }
    let ratios = zip(tokens(language), tokens(reference))
      .filter { $0.1 > 0 }.map { $0.0 / $0.1 }
    return ratios.isEmpty ? nil : ratios.reduce(0, +) / Double(ratios.count)
  }

  private var referenceMeasures: TextMeasures? {
    languages.first { $0.language == reference }
  }

  /// How unequal the languages' costs are, 0 for equal ones: the Gini coefficient of tokens per
  /// segment.
  ///
  /// Nil where the text is not parallel.
  ///
  /// - Source: Foroutan et al. 2025 (2508.04796): Σ_i (2i − k − 1) c_i / (k Σ c), c ascending.
  public var giniCoefficient: Double? {
    guard isParallel else { return nil }
    let costs = languages.map { tokens($0).reduce(0, +) }.sorted()
    let sum = costs.reduce(0, +)
    guard sum > 0 else { return nil }
    let count = Double(costs.count)
    let weighted = costs.enumerated().reduce(0) {
      $0 + (2 * Double($1.offset + 1) - count - 1) * $1.element
    }
    return weighted / (count * sum)
  }

  /// How many tokens the text never gave, special ones left out.
  public var unseenTokens: Int { tokenCount { $0 == 0 } }

  /// How many tokens the text gave, but less often than ``rareLimit``.
  public var rareTokens: Int { tokenCount { $0 > 0 && $0 < rareLimit } }

  private func tokenCount(where accepts: (Int) -> Bool) -> Int {
    total.counts.counts.enumerated().reduce(0) { count, token in
      count + (accepts(token.element) && !special.contains(TokenID(token.offset)) ? 1 : 0)
    }
  }
}
