import Files

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How many processors the process may use.
let processorCount = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

/// Standard output as a buffer of bytes, for results of any size.
struct OutputBuffer {
  private var bytes: [UInt8] = []

  /// Appends a text.
  mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
    if bytes.count >= 1 << 16 { flush() }
  }

  /// Appends bytes.
  mutating func append(_ more: [UInt8]) {
    bytes.append(contentsOf: more)
    if bytes.count >= 1 << 16 { flush() }
  }

  /// Appends a byte.
  mutating func append(_ byte: UInt8) {
    bytes.append(byte)
    if bytes.count >= 1 << 16 { flush() }
  }

  /// Appends a number that is not negative in decimal digits.
  mutating func append(_ number: Int) {
    var power = 1
    while number / power >= 10 { power *= 10 }
    while power > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(number / power % 10))
      power /= 10
    }
    if bytes.count >= 1 << 16 { flush() }
  }

  /// Writes out what was appended.
  mutating func flush() {
    Console.write(bytes)
    bytes.removeAll(keepingCapacity: true)
  }
}

/// JSON put together by hand, for records that are written by the million.
enum JSONText {
  /// A text in quotation marks.
  static func string(_ text: String) -> String {
    var output = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output + "\""
  }

  /// A list.
  static func array(_ elements: [String]) -> String {
    "[" + elements.joined(separator: ", ") + "]"
  }

  /// An object of keys and values that are JSON already.
  static func object(_ members: [(String, String)]) -> String {
    "{" + members.map { string($0) + ": " + $1 }.joined(separator: ", ") + "}"
  }
}

/// The most memory that the process had so far in bytes, or nil where the system does not say.
func peakMemory() -> Int? {
  guard let status = try? readFile("/proc/self/status") else { return nil }
  let lines = String(decoding: status, as: UTF8.self).split(separator: "\n")
  guard let line = lines.first(where: { $0.hasPrefix("VmHWM:") }),
    let kilobytes = Int(line.filter(\.isNumber))
  else { return nil }
  return kilobytes << 10
}
