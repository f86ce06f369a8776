extension TokenizerComponents {
  /// The block `truncation` of a `tokenizer.json`, or nil.
  func truncation(_ value: JSONValue) throws(TokenizationError) -> Truncation? {
    if value == .null { return nil }
    let place = "truncation"
    guard let length = value["max_length"].integer, length >= 0 else {
      throw error(place, "its max_length is no number of tokens")
    }
    let stride = value["stride"].integer ?? 0
    if stride < 0 { throw error(place, "its stride is no number of tokens") }
    let strategy = value["strategy"].string ?? "LongestFirst"
    guard ["LongestFirst", "OnlyFirst"].contains(strategy) else {
      throw error(place, "the strategy \(strategy) is not supported for single texts")
    }
    return Truncation(
      maximumLength: length,
      direction: try side(value["direction"], place),
      strategy: strategy,
      stride: stride
    )
  }

  /// The block `padding` of a `tokenizer.json`, or nil.
  func padding(_ value: JSONValue) throws(TokenizationError) -> Padding? {
    if value == .null { return nil }
    let place = "padding"
    var length: Int?
    if value["strategy"].string != "BatchLongest" {
      guard let fixed = value["strategy"]["Fixed"].integer, (0...Padding.longest).contains(fixed)
      else {
        throw error(place, "its strategy is neither BatchLongest nor a Fixed number of tokens")
      }
      length = fixed
    }
    guard let number = value["pad_id"].integer, let id = TokenID(exactly: number) else {
      throw error(place, "its pad_id is no number of a token")
    }
    let multiple = value["pad_to_multiple_of"].integer
    guard (0...Padding.longest).contains(multiple ?? 0) else {
      throw error(place, "its pad_to_multiple_of is no number of tokens")
    }
    return Padding(
      length: length,
      direction: try side(value["direction"], place),
      multiple: multiple,
      id: id,
      typeID: value["pad_type_id"].integer ?? 0,
      token: value["pad_token"].string ?? "[PAD]"
    )
  }

  private func side(
    _ value: JSONValue,
    _ place: String
  ) throws(TokenizationError) -> Truncation.Side {
    if value == .null { return .right }
    guard let side = value.string.flatMap(Truncation.Side.init) else {
      throw error(place, "its direction is neither Left nor Right")
    }
    return side
  }
}

extension Truncation {
  /// The JSON of the block.
  var json: String {
    #"{"direction": "\#(direction.rawValue)", "max_length": \#(maximumLength), "#
      + #""strategy": "\#(strategy)", "stride": \#(stride)}"#
  }
}

extension Padding {
  /// The JSON of the block.
  var json: String {
    let strategy = length.map { #"{"Fixed": \#($0)}"# } ?? #""BatchLongest""#
    return #"{"strategy": \#(strategy), "direction": "\#(direction.rawValue)", "#
      + #""pad_to_multiple_of": \#(multiple.map(String.init) ?? "null"), "pad_id": \#(id), "#
      + #""pad_type_id": \#(typeID), "pad_token": \#(quoted(token))}"#
  }
}
