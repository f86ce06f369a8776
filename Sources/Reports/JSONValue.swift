/// A value to be written as JSON, with its keys in the order given.
///
/// Numbers are written with every digit they carry. There is no place for infinities and NaN in
/// JSON: they become null.
public enum JSONValue: Sendable, Hashable {
  /// Keys and values.
  case object([Member])
  /// Values.
  case array([JSONValue])
  /// Text.
  case string(String)
  /// A number; one that is whole and below 2⁵³ is written without a point.
  case number(Double)
  /// A whole number.
  case integer(Int)
  /// True or false.
  case bool(Bool)
  /// Nothing.
  case null

  /// A key with its value.
  public struct Member: Sendable, Hashable {
    /// The key.
    public var key: String
    /// The value.
    public var value: JSONValue

    /// Pairs a key with a value.
    public init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// A number, or null where there is none.
  public static func optional(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }

  /// Two numbers: the ends of an interval.
  public static func pair(_ low: Double, _ high: Double) -> JSONValue {
    .array([.number(low), .number(high)])
  }

  /// The text, indented by two spaces a level; arrays without objects stay on one line.
  public var text: String {
    var result = ""
    write(to: &result, indentation: 0)
    return result + "\n"
  }

  /// The text on one line, for a line of JSON Lines.
  public var line: String {
    var result = ""
    write(to: &result, indentation: nil)
    return result + "\n"
  }

  private var isNested: Bool {
    switch self {
    case .object: true
    case .array(let values): values.contains(where: \.isNested)
    default: false
    }
  }

  private func write(to text: inout String, indentation: Int?) {
    switch self {
    case .object(let members):
      let inner = indentation.map { $0 + 1 }
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += inner == nil ? ", " : "," }
        JSONValue.newline(&text, inner)
        JSONValue.writeString(member.key, to: &text)
        text += ": "
        member.value.write(to: &text, indentation: inner)
      }
      if !members.isEmpty { JSONValue.newline(&text, indentation) }
      text += "}"
    case .array(let values):
      let inner = isNested ? indentation.map { $0 + 1 } : nil
      text += "["
      for (index, value) in values.enumerated() {
        if index > 0 { text += inner == nil ? ", " : "," }
        JSONValue.newline(&text, inner)
        value.write(to: &text, indentation: inner)
      }
      if inner != nil { JSONValue.newline(&text, indentation) }
      text += "]"
    case .string(let string): JSONValue.writeString(string, to: &text)
    case .number(let value): text += JSONValue.digits(value)
    case .integer(let value): text += String(value)
    case .bool(let value): text += value ? "true" : "false"
    case .null: text += "null"
    }
  }

  private static func newline(_ text: inout String, _ indentation: Int?) {
    guard let indentation else { return }
    text += "\n" + String(repeating: "  ", count: indentation)
  }

  /// The shortest digits that are read back as the same number.
  static func digits(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    if value == value.rounded(), abs(value) < 0x1p53 { return String(Int64(value)) }
    return String(describing: value)
  }

  private static func writeString(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default:
        if scalar.value < 0x20 {
          let digits = String(scalar.value, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    text += "\""
  }
}
