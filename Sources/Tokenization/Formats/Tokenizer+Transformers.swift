import Files
import FoundationEssentials

extension Tokenizer {
  /// The `tokenizer_config.json` by which `transformers` loads the tokenizer as it is.
  ///
  /// Without it a folder with a GPT-2 model would get GPT-2's tokenizer class, and other models one
  /// that knows no end of a text.
  ///
  /// - Parameter contextLength: The longest sequence the model beside it reads; nil for any.
  /// - Returns: JSON with a final line end.
  public func transformersConfiguration(contextLength: Int? = nil) -> [UInt8] {
    let end = endOfText.map(spelling(of:))
    let added = Set(self.configuration.addedTokens.map(\.content))
    let start = ["<s>", "<bos>", "<|begin_of_text|>", "<|startoftext|>"].first(
      where: added.contains
    )
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let configuration = TransformersConfiguration(
      modelMaxLength: contextLength,
      bosToken: start ?? end,
      eosToken: end,
      unkToken: self.configuration.options.unknownToken.flatMap { added.contains($0) ? $0 : nil },
      padToken: self.configuration.padding?.token
    )
    // Nothing in the record can fail to be encoded.
    return ((try? encoder.encode(configuration)).map(Array.init) ?? []) + [0x0A]
  }

  /// Writes `tokenizer.json` and `tokenizer_config.json` beside a model.
  ///
  /// - Throws: ``TokenizationError/file(_:)`` where they can not be written.
  public func save(
    besideModel folder: String,
    contextLength: Int
  ) throws(TokenizationError) {
    try save(to: joined(folder, "tokenizer.json"))
    do {
      try writeFile(
        joined(folder, "tokenizer_config.json"),
        transformersConfiguration(contextLength: contextLength)
      )
    } catch {
      throw .file(error)
    }
  }
}

/// The keys of `tokenizer_config.json`, under the names that `transformers` gives them.
private struct TransformersConfiguration: Encodable {
  var tokenizerClass = "PreTrainedTokenizerFast"
  var cleanUpTokenizationSpaces = false
  var modelMaxLength: Int?
  var bosToken: String?
  var eosToken: String?
  var unkToken: String?
  var padToken: String?

  enum CodingKeys: String, CodingKey {
    case tokenizerClass = "tokenizer_class"
    case cleanUpTokenizationSpaces = "clean_up_tokenization_spaces"
    case modelMaxLength = "model_max_length"
    case bosToken = "bos_token"
    case eosToken = "eos_token"
    case unkToken = "unk_token"
    case padToken = "pad_token"
  }
}
