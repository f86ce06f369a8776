import ArgumentParser
import Experiments
import Files
import ScalingLaws
import Tokenization

/// The language that a budget's text is in.
struct LanguageOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The text's language: th, zh-Hant, tha_thai.", valueName: "tag"))
  var language: String?

  @Option(
    help: ArgumentHelp("Its bytes over English's for the same content.", valueName: "ratio")
  )
  var bytePremium: Count?

  @Option(help: ArgumentHelp("The tokenizer.json that will encode the text.", valueName: "file"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "Text to measure --tokenizer on, and the byte premium if it is parallel; "
        + "\(DemoCommand.shippedCorpus) unless named.",
      valueName: "folder"
    )
  )
  var corpus: String?

  @Option(help: ArgumentHelp("The corpus's name of the laws' language.", valueName: "tag"))
  var reference = "en"

  @Option(help: ArgumentHelp("Bytes of a token of your tokenizer there.", valueName: "bytes"))
  var bytesPerToken: Count?

  @Option(help: ArgumentHelp("Bytes of a token of the laws' English.", valueName: "bytes"))
  var englishBytesPerToken: Count = Count(4)

  @Option(help: ArgumentHelp("Tokens of a word there.", valueName: "tokens"))
  var fertility: Count?

  func validate() throws {
    let isDescribed = bytePremium != nil || bytesPerToken != nil || fertility != nil
    if language == nil, isDescribed || tokenizer != nil || corpus != nil {
      throw ValidationError(
        "--tokenizer, --corpus, --byte-premium, --bytes-per-token and --fertility need --language."
      )
    }
    if tokenizer != nil, bytesPerToken != nil || fertility != nil {
      throw ValidationError("--tokenizer measures what --bytes-per-token and --fertility state.")
    }
    if corpus != nil, tokenizer == nil {
      throw ValidationError("--corpus is what a --tokenizer is measured on.")
    }
    if fertility != nil, bytesPerToken == nil {
      throw ValidationError("--fertility needs --bytes-per-token.")
    }
  }

  /// The plan, or nil where no language was named.
  func plan() throws -> LanguagePlan? {
    guard let language else { return nil }
    let given = bytePremium.map { LanguageMeasure(tag: language, bytePremium: $0.value) }
    if let tokenizer {
      let measurement = try LanguageMeasurement(
        corpus: corpusPath(),
        tokenizer: Tokenizer(contentsOf: tokenizer),
        language: language,
        reference: reference
      )
      // The table's text is larger than the shipped corpus: only a corpus that was named replaces it.
      let table = corpus == nil ? try? LanguageMeasure.named(language) : nil
      return try LanguagePlan(
        measurement,
        measure: given ?? table,
        englishBytesPerToken: englishBytesPerToken.value
      )
    }
    return LanguagePlan(
      try given ?? LanguageMeasure.named(language),
      englishBytesPerToken: englishBytesPerToken.value,
      bytesPerToken: bytesPerToken?.value,
      fertility: fertility?.value
    )
  }

  private func corpusPath() throws -> String {
    if let corpus { return corpus }
    guard try fileKind(DemoCommand.shippedCorpus) == .folder else {
      throw ValidationError(
        "\(DemoCommand.shippedCorpus) does not lie here: name a --corpus to measure --tokenizer on."
      )
    }
    return DemoCommand.shippedCorpus
  }
}
