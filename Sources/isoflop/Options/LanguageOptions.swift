import ArgumentParser
import ScalingLaws

/// The language that a budget's text is in.
struct LanguageOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The text's language: th, zh-Hant, tha_thai.", valueName: "tag"))
  var language: String?

  @Option(
    help: ArgumentHelp("Its bytes over English's for the same content.", valueName: "ratio")
  )
  var bytePremium: Count?

  @Option(help: ArgumentHelp("Bytes of a token of your tokenizer there.", valueName: "bytes"))
  var bytesPerToken: Count?

  @Option(help: ArgumentHelp("Bytes of a token of the laws' English.", valueName: "bytes"))
  var englishBytesPerToken: Count = Count(4)

  @Option(help: ArgumentHelp("Tokens of a word there.", valueName: "tokens"))
  var fertility: Count?

  func validate() throws {
    let isDescribed = bytePremium != nil || bytesPerToken != nil || fertility != nil
    if language == nil, isDescribed {
      throw ValidationError("--byte-premium, --bytes-per-token and --fertility need --language.")
    }
    if fertility != nil, bytesPerToken == nil {
      throw ValidationError("--fertility needs --bytes-per-token.")
    }
  }

  /// The plan, or nil where no language was named.
  func plan() throws -> LanguagePlan? {
    guard let language else { return nil }
    let measure =
      if let bytePremium {
        LanguageMeasure(tag: language, bytePremium: bytePremium.value)
      } else {
        try LanguageMeasure.named(language)
      }
    return LanguagePlan(
      measure,
      englishBytesPerToken: englishBytesPerToken.value,
      bytesPerToken: bytesPerToken?.value,
      fertility: fertility?.value
    )
  }
}
