import ArgumentParser
import Tokenization

/// How long the encodings of texts may be, and must be.
struct LengthOptions: ParsableArguments {
  @Option(
    name: .customLong("max-length"),
    help: ArgumentHelp(
      "Cut texts to this many tokens, special ones around them included.",
      valueName: "tokens"
    )
  )
  var maximumLength: Int?

  @Option(
    name: .customLong("pad-to"),
    help: ArgumentHelp("Fill texts up to this many tokens.", valueName: "tokens")
  )
  var padTo: Int?

  @Option(
    name: .customLong("pad-token"),
    help: ArgumentHelp(
      "The token that fills up (default: the file's, or <pad>, or the one that ends texts).",
      valueName: "token"
    )
  )
  var padToken: String?

  /// Whether any is given.
  var isGiven: Bool { maximumLength != nil || padTo != nil }

  func validate() throws {
    if maximumLength ?? 1 < 1 { throw ValidationError("--max-length must be 1 or more.") }
    if let padTo, !(1...1 << 24).contains(padTo) {
      throw ValidationError("--pad-to must be 1 to \(1 << 24).")
    }
    if padToken != nil, padTo == nil { throw ValidationError("--pad-token needs --pad-to.") }
  }

  /// The limits of a tokenizer's file, with those that were given in their place.
  func limits(_ tokenizer: Tokenizer) throws -> LengthLimits {
    var limits = tokenizer.limits
    if let maximumLength {
      var truncation = limits.truncation ?? Truncation(maximumLength: maximumLength)
      truncation.maximumLength = maximumLength
      limits.truncation = truncation
    }
    if let padTo {
      var padding = limits.padding ?? Padding(length: padTo)
      padding.length = padTo
      if let padToken {
        guard let id = tokenizer.id(ofSpelling: padToken) else {
          throw ValidationError("--pad-token \(padToken) is no token of the vocabulary.")
        }
        padding.id = id
        padding.token = padToken
      } else if limits.padding == nil {
        let names = ["<pad>", "[PAD]", "<|pad|>"]
        let known = names.compactMap { name in tokenizer.id(ofSpelling: name).map { (name, $0) } }
        guard let id = known.first?.1 ?? tokenizer.endOfText else {
          throw ValidationError("The tokenizer has no token to fill up with; name --pad-token.")
        }
        padding.id = id
        padding.token = tokenizer.spelling(of: id)
      }
      limits.padding = padding
    }
    return limits
  }
}
