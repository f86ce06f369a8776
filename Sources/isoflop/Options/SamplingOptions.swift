import ArgumentParser
import LanguageModels

/// How tokens are drawn.
struct SamplingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("What logits are divided by; 0 takes the likeliest.", valueName: "number")
  )
  var temperature = 1.0

  @Option(help: ArgumentHelp("Keep so many of the likeliest tokens.", valueName: "count"))
  var topK: Int?

  @Option(
    help: ArgumentHelp("Keep the likeliest tokens that make up this share.", valueName: "share")
  )
  var topP: Double?

  @Option(
    help: ArgumentHelp("Keep tokens with this share of the largest.", valueName: "share")
  )
  var minP: Double?

  @Option(
    help: ArgumentHelp("What logits of tokens seen are divided by.", valueName: "number")
  )
  var repetitionPenalty = 1.0

  @Option(help: ArgumentHelp("What the draws depend on.", valueName: "number"))
  var seed: UInt64 = 1

  /// The settings that were typed.
  var settings: SamplingSettings {
    SamplingSettings(
      temperature: temperature,
      topK: topK,
      topP: topP,
      minP: minP,
      repetitionPenalty: repetitionPenalty
    )
  }

  func validate() throws {
    do {
      try settings.validate()
    } catch {
      throw ValidationError("\(error)")
    }
  }
}
