import ArgumentParser
import Randomness
import Tokenization

/// Merges that are left out at random while encoding.
struct MergeDropoutOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Leave each merge out with this probability (default: what the file says).",
      valueName: "probability"
    )
  )
  var dropout: Double?

  @Option(help: ArgumentHelp("The seed of dropout; each text has numbers of its own."))
  var seed: UInt64 = 0

  func validate() throws {
    if let dropout, !(0...1).contains(dropout) {
      throw ValidationError("--dropout must be 0 to 1.")
    }
  }

  /// The dropout that was given, or nil.
  private func merge() throws -> MergeDropout? {
    try dropout.map { try MergeDropout(probability: $0, seed: Seed(seed)) }
  }

  /// The dropout for a tokenizer, or nil for none.
  func merge(for tokenizer: Tokenizer) throws -> MergeDropout? {
    if let given = try merge() { return given }
    let probability = tokenizer.configuration.options.dropout
    return probability > 0 ? try MergeDropout(probability: probability, seed: Seed(seed)) : nil
  }
}
