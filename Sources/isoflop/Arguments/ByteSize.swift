import ArgumentParser

/// An amount of memory as people write it: `4GiB`, `512 MiB`, `2G`, `1500MB`, `4294967296`.
///
/// `KiB`, `MiB`, `GiB`, `TiB` and the bare letters are powers of 1,024; `KB`, `MB`, `GB`, `TB` are
/// powers of 1,000.
struct ByteSize: ExpressibleByArgument, Hashable, Sendable {
  /// The number of bytes.
  let bytes: Int

  init(_ bytes: Int) {
    self.bytes = bytes
  }

  init?(argument: String) {
    let text = argument.lowercased().filter { $0 != " " && $0 != "_" }
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let number = Double(digits), number > 0,
      let scale = Self.scales[String(text.dropFirst(digits.count))],
      number * scale >= 1, number * scale < 1e18
    else { return nil }
    bytes = Int(number * scale)
  }

  private static let scales: [String: Double] = {
    var scales = ["": 1.0, "b": 1.0]
    for (power, letter) in ["k", "m", "g", "t"].enumerated() {
      let binary = (0...power).reduce(1.0) { scale, _ in scale * 1024 }
      scales[letter] = binary
      scales[letter + "ib"] = binary
      scales[letter + "b"] = (0...power).reduce(1.0) { scale, _ in scale * 1000 }
    }
    return scales
  }()
}
