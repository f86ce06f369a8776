extension TokenizerComponents {
  /// The post-processors of a `tokenizer.json`, in order.
  func postProcessors(_ value: JSONValue) throws(TokenizationError) -> [PostProcessor] {
    var processors: [PostProcessor] = []
    for stage in stages(value, "processors") {
      switch stage["type"].string {
      case "ByteLevel":
        processors.append(
          .byteLevel(
            addsPrefixSpace: stage["add_prefix_space"].bool ?? true,
            trimsOffsets: stage["trim_offsets"].bool ?? true
          )
        )
      case "RobertaProcessing":
        processors.append(
          .roberta(
            start: try specialToken(stage["cls"], "post_processor.cls"),
            end: try specialToken(stage["sep"], "post_processor.sep"),
            addsPrefixSpace: stage["add_prefix_space"].bool ?? true,
            trimsOffsets: stage["trim_offsets"].bool ?? true
          )
        )
      case "BertProcessing":
        processors.append(
          .bert(
            start: try specialToken(stage["cls"], "post_processor.cls"),
            end: try specialToken(stage["sep"], "post_processor.sep")
          )
        )
      case "TemplateProcessing": processors.append(.template(try template(stage)))
      case let type:
        throw error(
          "post_processor",
          "\(type ?? "a processor without type") is not supported, only ByteLevel,"
            + " TemplateProcessing, RobertaProcessing and BertProcessing are"
        )
      }
    }
    // To `tokenizers`, each token of a template is a text of its own to the next stage.
    if let index = processors.firstIndex(where: \.isTemplateWithTokens),
      processors[(index + 1)...].contains(where: \.addsTokens)
    {
      throw error(
        "post_processor",
        "a stage that adds tokens after TemplateProcessing is not supported"
      )
    }
    return processors
  }

  /// A token as a pair of its spelling and its number.
  private func specialToken(
    _ value: JSONValue,
    _ place: String
  ) throws(TokenizationError) -> TokenTemplate.SpecialToken {
    guard let pair = value.array, pair.count == 2, let name = pair[0].string,
      let number = pair[1].integer, let id = TokenID(exactly: number)
    else {
      throw error(place, "it is no token with its number")
    }
    return TokenTemplate.SpecialToken(name: name, ids: [id], tokens: [name])
  }

  private func template(_ value: JSONValue) throws(TokenizationError) -> TokenTemplate {
    guard case .object(let members) = value["special_tokens"] else {
      throw error("post_processor.special_tokens", "it is no object")
    }
    var tokens: [TokenTemplate.SpecialToken] = []
    for (name, token) in members {
      let place = "post_processor.special_tokens.\(name)"
      var ids: [TokenID] = []
      for id in token["ids"].array ?? [] {
        guard let number = id.integer, let id = TokenID(exactly: number) else {
          throw error(place, "its ids are no numbers of tokens")
        }
        ids.append(id)
      }
      let spellings = (token["tokens"].array ?? []).compactMap(\.string)
      guard !ids.isEmpty, spellings.count == ids.count else {
        throw error(place, "it needs as many tokens as ids, at least one")
      }
      tokens.append(TokenTemplate.SpecialToken(name: name, ids: ids, tokens: spellings))
    }
    let names = Set(tokens.map(\.name))
    let single = try pieces(value["single"], "post_processor.single", names)
    let pair = try pieces(value["pair"], "post_processor.pair", names)
    var texts = 0
    for piece in single {
      switch piece {
      case .first: texts += 1
      case .second: throw error("post_processor.single", "a single text has no second one")
      case .special: break
      }
    }
    if texts != 1 {
      throw error("post_processor.single", "the text stands in it \(texts) times instead of once")
    }
    return TokenTemplate(single: single, pair: pair, specialTokens: tokens)
  }

  private func pieces(
    _ value: JSONValue,
    _ place: String,
    _ names: Set<String>
  ) throws(TokenizationError) -> [TokenTemplate.Piece] {
    guard let list = value.array else { throw error(place, "it is no array") }
    var pieces: [TokenTemplate.Piece] = []
    for piece in list {
      if let name = piece["SpecialToken"]["id"].string {
        guard names.contains(name) else {
          throw error(place, "\(name) is not among its special_tokens")
        }
        pieces.append(.special(name, type: piece["SpecialToken"]["type_id"].integer ?? 0))
        continue
      }
      let type = piece["Sequence"]["type_id"].integer ?? 0
      switch piece["Sequence"]["id"].string {
      case "A": pieces.append(.first(type: type))
      case "B": pieces.append(.second(type: type))
      default: throw error(place, "a part of it is neither a SpecialToken nor Sequence A or B")
      }
    }
    return pieces
  }
}

extension PostProcessor {
  /// The JSON of post-processors: null, the one, or a sequence.
  static func json(_ processors: [PostProcessor]) -> String {
    if processors.isEmpty { return "null" }
    if processors.count == 1 { return processors[0].json }
    let list = processors.map(\.json).joined(separator: ",\n    ")
    return "{\n    \"type\": \"Sequence\",\n    \"processors\": [\n    \(list)\n    ]\n  }"
  }

  private var json: String {
    switch self {
    case .byteLevel(let addsPrefixSpace, let trimsOffsets):
      return #"{"type": "ByteLevel", "add_prefix_space": \#(addsPrefixSpace), "#
        + #""trim_offsets": \#(trimsOffsets), "use_regex": true}"#
    case .roberta(let start, let end, let addsPrefixSpace, let trimsOffsets):
      return #"{"type": "RobertaProcessing", "sep": \#(pair(end)), "cls": \#(pair(start)), "#
        + #""trim_offsets": \#(trimsOffsets), "add_prefix_space": \#(addsPrefixSpace)}"#
    case .bert(let start, let end):
      return #"{"type": "BertProcessing", "sep": \#(pair(end)), "cls": \#(pair(start))}"#
    case .template(let template):
      let tokens = template.specialTokens.map { token in
        let ids = token.ids.map(String.init).joined(separator: ", ")
        let spellings = token.tokens.map(quoted).joined(separator: ", ")
        return #"\#(quoted(token.name)): {"id": \#(quoted(token.name)), "#
          + #""ids": [\#(ids)], "tokens": [\#(spellings)]}"#
      }
      return #"{"type": "TemplateProcessing", "single": \#(list(template.single)), "#
        + #""pair": \#(list(template.pair)), "special_tokens": {"#
        + tokens.joined(separator: ", ") + "}}"
    }
  }

  private func pair(_ token: TokenTemplate.SpecialToken) -> String {
    "[\(quoted(token.name)), \(token.ids.first ?? 0)]"
  }

  private func list(_ pieces: [TokenTemplate.Piece]) -> String {
    let parts = pieces.map { piece in
      let (kind, name, type) =
        switch piece {
        case .first(let type): ("Sequence", "A", type)
        case .second(let type): ("Sequence", "B", type)
        case .special(let name, let type): ("SpecialToken", name, type)
        }
      return #"{"\#(kind)": {"id": \#(quoted(name)), "type_id": \#(type)}}"#
    }
    return "[" + parts.joined(separator: ", ") + "]"
  }
}

/// A text as a JSON string.
func quoted(_ text: String) -> String {
  var output: [UInt8] = []
  appendJSON(text.utf8, to: &output)
  return String(decoding: output, as: UTF8.self)
}
