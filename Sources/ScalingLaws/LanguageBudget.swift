import Tables

/// How much longer the same content is in a language, in bytes and characters.
public struct LanguageMeasure: Sendable, Hashable {
  /// The tag that was asked for.
  public var tag: String
  /// UTF-8 bytes over those of the same content in English.
  public var bytePremium: Double
  /// UTF-8 bytes of a character; nil where they are not known.
  public var bytesPerCharacter: Double?
  /// Where the premium is from.
  public var source: String

  /// States a measured premium.
  public init(tag: String, bytePremium: Double) {
    self.tag = tag
    self.bytePremium = bytePremium
    source = "given"
  }

  /// Looks a language up: `th`, `zh-Hant`, or a key of the table such as `tha_thai`.
  ///
  /// - Throws: ``ScalingLawsError/badOption(name:reason:)`` for a language that is not in the table.
  /// - Source: Arnett et al. 2024, byte-premium-tool.
  public static func named(_ tag: String) throws -> LanguageMeasure {
    let wanted = tag.lowercased().split(separator: "-").joined(separator: "_")
    let key = try key(of: tag) ?? wanted
    let table = try PublishedTable.bytePremiums.table()
    let language = try table.column("language")
    for row in 0..<table.rowCount where try table.text(row: row, column: language) == key {
      var measure = LanguageMeasure(
        tag: tag,
        bytePremium: try table.number(row: row, column: table.column("byte_premium"))
      )
      measure.bytesPerCharacter =
        try table.number(row: row, column: table.column("bytes_per_character"))
      let corpus = try table.text(row: row, column: table.column("corpus"))
      measure.source = "Arnett et al. 2024, \(key), measured on \(corpus)"
      return measure
    }
    throw ScalingLawsError.badOption(
      name: "The language",
      reason:
        "“\(tag)” is not in the table of byte premiums; write a tag such as th or tha_thai, or "
        + "give its premium: --byte-premium"
    )
  }

  private static func key(of tag: String) throws(TablesError) -> String? {
    let table = try PublishedTable.languages.table()
    let folded = tag.lowercased()
    for row in 0..<table.rowCount {
      if try table.text(row: row, column: 0).lowercased() == folded {
        return try table.text(row: row, column: 1)
      }
    }
    return nil
  }
}

/// How a budget in one language's tokens is turned into another's.
public struct LanguagePlan: Sendable, Hashable {
  /// The language.
  public var measure: LanguageMeasure
  /// The bytes of one of the budget's tokens, of English text.
  public var englishBytesPerToken: Double
  /// The bytes of one token of the tokenizer to be used, in the language; nil where not known.
  public var bytesPerToken: Double?
  /// The tokens of one word in the language; nil where not known.
  public var fertility: Double?
  /// The tokenizer's own tokens over those it needs for the same content in English; nil where
  /// not measured.
  public var tokenPremium: Double?
  /// What the tokenizer was measured on; nil where its numbers were typed.
  public var tokenSource: String?

  /// Plans a conversion.
  public init(
    _ measure: LanguageMeasure,
    englishBytesPerToken: Double = 4,
    bytesPerToken: Double? = nil,
    fertility: Double? = nil
  ) {
    self.measure = measure
    self.englishBytesPerToken = englishBytesPerToken
    self.bytesPerToken = bytesPerToken
    self.fertility = fertility
  }
}

/// The text that holds as much content as a budget's tokens do in English.
public struct LanguageBudget: Sendable, Hashable {
  /// Bytes of English.
  public let englishBytes: Double
  /// Bytes of the language.
  public let bytes: Double
  /// Characters of the language; nil where not known.
  public let characters: Double?
  /// Tokens of the tokenizer to be used; nil where not known.
  public let tokens: Double?
  /// ``tokens`` over the budget's own: what the language costs at the same content.
  public let premium: Double?
  /// Words of the language; nil where not known.
  public let words: Double?

  /// Converts a number of tokens.
  ///
  /// - Throws: ``ScalingLawsError/notPositive(name:value:)``.
  public init(tokens budget: Double, _ plan: LanguagePlan) throws(ScalingLawsError) {
    try requirePositive(plan.measure.bytePremium, "The byte premium")
    try requirePositive(plan.englishBytesPerToken, "The bytes of an English token")
    if let value = plan.bytesPerToken { try requirePositive(value, "The bytes of a token") }
    if let value = plan.fertility { try requirePositive(value, "The tokens of a word") }
    englishBytes = budget * plan.englishBytesPerToken
    let bytes = englishBytes * plan.measure.bytePremium
    self.bytes = bytes
    characters = plan.measure.bytesPerCharacter.map { bytes / $0 }
    let tokens = plan.bytesPerToken.map { bytes / $0 }
    self.tokens = tokens
    premium = tokens.map { $0 / budget }
    words = plan.fertility.flatMap { fertility in tokens.map { $0 / fertility } }
  }
}
