import Accounting
import ArgumentParser

/// What training drops.
struct DropoutOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      The probability with which training drops embeddings, attention weights and what blocks add; \
      the model's own by default. Evaluation and generation never drop.
      """,
      valueName: "probability"
    )
  )
  var dropout: Double?

  func validate() throws {
    if let dropout, !(dropout >= 0 && dropout < 1) {
      throw ValidationError("--dropout is a probability of at least 0 and below 1, such as 0.1.")
    }
  }

  /// The probabilities; nil where nothing was said.
  var probabilities: Dropout? { dropout.map { Dropout($0) } }
}
