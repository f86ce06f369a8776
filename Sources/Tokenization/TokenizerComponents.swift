import UnicodeText

/// The key under which a stage holds a setting that Hugging Face's format has no word for.
///
/// The stage itself is the nearest that format knows, or does nothing: other programs read the file
/// without the setting.
let ownKey = "isoflop"

/// Understands the stages of a `tokenizer.json` other than its model.
struct TokenizerComponents {
  private let path: String
  private let root: JSONValue

  init(path: String, _ root: JSONValue) {
    self.path = path
    self.root = root
  }

  func error(_ place: String, _ problem: String) -> TokenizationError {
    .wrongFile(path: path, place: place, problem)
  }

  /// The configuration that the stages describe.
  func configuration() throws(TokenizationError) -> TokenizerConfiguration {
    var configuration = TokenizerConfiguration(
      normalization: .none,
      postProcessors: try postProcessors(root["post_processor"]),
      addedTokens: try addedTokens(root["added_tokens"])
    )
    try readNormalizer(root["normalizer"], into: &configuration)
    try readPreTokenizer(root["pre_tokenizer"], into: &configuration)
    configuration.decoding = try decoding(root["decoder"])
    configuration.truncation = try truncation(root["truncation"])
    configuration.padding = try padding(root["padding"])
    return configuration
  }

  /// The stages of a component: none for null, those of a sequence, or the one.
  func stages(_ value: JSONValue, _ key: String) -> [JSONValue] {
    if value == .null { return [] }
    // A sequence that stands in for a setting only this module has is one stage.
    guard value["type"].string == "Sequence", value[ownKey] == .null else { return [value] }
    return (value[key].array ?? []).flatMap { stages($0, key) }
  }

  private func addedTokens(_ value: JSONValue) throws(TokenizationError) -> [AddedToken] {
    if value == .null { return [] }
    guard let list = value.array else { throw error("added_tokens", "it is no array") }
    var tokens: [AddedToken] = []
    var ids: Set<Int> = []
    for (index, token) in list.enumerated() {
      let place = "added_tokens[\(index)]"
      guard let id = token["id"].integer, (0...BPETrainer.largestVocabulary).contains(id) else {
        throw error(place, "its id is no number of a token")
      }
      guard let content = token["content"].string else {
        throw error(place, "its content is missing")
      }
      if content.isEmpty { throw error(place, "its content is empty") }
      if !ids.insert(id).inserted {
        throw error(place, "another added token has the number \(id)")
      }
      tokens.append(
        AddedToken(
          id: TokenID(id),
          content: content,
          singleWord: token["single_word"].bool ?? false,
          stripsLeft: token["lstrip"].bool ?? false,
          stripsRight: token["rstrip"].bool ?? false,
          isNormalized: token["normalized"].bool ?? false,
          isSpecial: token["special"].bool ?? false
        )
      )
    }
    return tokens
  }
}
