/// A JSON value as a tree, for the small parts of a file.
enum JSONValue: Equatable {
  case null
  case bool(Bool)
  /// A number as it is written.
  case number(String)
  case string(String)
  case array([JSONValue])
  /// Keys and values in the order of the file.
  case object([(key: String, value: JSONValue)])

  static func == (first: JSONValue, second: JSONValue) -> Bool {
    switch (first, second) {
    case (.null, .null): true
    case (.bool(let first), .bool(let second)): first == second
    case (.number(let first), .number(let second)): first == second
    case (.string(let first), .string(let second)): first == second
    case (.array(let first), .array(let second)): first == second
    case (.object(let first), .object(let second)):
      first.count == second.count
        && zip(first, second).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }

  /// The value of a key of an object; null where there is none.
  subscript(_ key: String) -> JSONValue {
    guard case .object(let members) = self else { return .null }
    return members.last { $0.key == key }?.value ?? .null
  }

  /// The text of a string.
  var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// The value of a Boolean.
  var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The value of a whole number.
  var integer: Int? {
    if case .number(let text) = self { Int(text) } else { nil }
  }

  /// The elements of an array.
  var array: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }
}

extension JSONReader {
  /// Reads a value as a tree.
  mutating func readValue() throws(TokenizationError) -> JSONValue {
    switch peek() {
    case UInt8(ascii: "{"):
      var members: [(key: String, value: JSONValue)] = []
      try readObject { (reader, key) throws(TokenizationError) in
        let name = String(decoding: try reader.copy(key), as: UTF8.self)
        members.append((name, try reader.readValue()))
      }
      return .object(members)
    case UInt8(ascii: "["):
      var elements: [JSONValue] = []
      try readArray { (reader) throws(TokenizationError) in
        elements.append(try reader.readValue())
      }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try readString())
    case UInt8(ascii: "-"), 0x30...0x39: return .number(try readNumber())
    default:
      switch readWord() {
      case "true": return .bool(true)
      case "false": return .bool(false)
      case "null": return .null
      default: throw error("a value is missing")
      }
    }
  }
}

/// Appends a text as a JSON string.
func appendJSON(_ text: some Sequence<UInt8>, to output: inout [UInt8]) {
  output.append(UInt8(ascii: "\""))
  for byte in text {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      output.append(UInt8(ascii: "\\"))
      output.append(byte)
    case 0x0A: output.append(contentsOf: #"\n"#.utf8)
    case 0x0D: output.append(contentsOf: #"\r"#.utf8)
    case 0x09: output.append(contentsOf: #"\t"#.utf8)
    case 0..<0x20:
      let digits = String(byte, radix: 16)
      output.append(contentsOf: (#"\u00"# + (digits.count == 1 ? "0" : "") + digits).utf8)
    default: output.append(byte)
    }
  }
  output.append(UInt8(ascii: "\""))
}
