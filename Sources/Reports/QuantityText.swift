public import Accounting

extension Quantity {
  /// The number with three significant digits and its unit's usual prefix.
  ///
  /// Examples: 3e9 parameters are `3.00 B`, 1.08e21 FLOPs `1.08e21`, 1.2e11 bytes `120 GB`, a loss
  /// of 2.298916 `2.2989`.
  public var text: String {
    guard value.isFinite else { return "-" }
    switch unit {
    case .parameters, .tokens:
      return value < 999.5e12
        ? DecimalText.prefixed(value, Self.counts) : DecimalText.scientific(value)
    case .flops:
      return abs(value) < 1e15
        ? DecimalText.prefixed(value, Self.counts) : DecimalText.scientific(value)
    case .flopsPerSecond: return DecimalText.prefixed(value, Self.rates) + "FLOP/s"
    case .natsPerToken, .bitsPerByte: return DecimalText.fixed(value, places: 4)
    case .tokensPerParameter, .ratio: return DecimalText.significant(value)
    case .bytes: return DecimalText.prefixed(value, Self.metric) + "B"
    case .seconds: return Self.duration(value)
    case .deviceHours: return DecimalText.grouped(value)
    case .kilowattHours: return DecimalText.grouped(value)
    case .currency: return DecimalText.grouped(value)
    }
  }

  private static let counts = ["", " K", " M", " B", " T"]
  private static let metric = [" ", " k", " M", " G", " T", " P", " E"]
  private static let rates = [" ", " k", " M", " G", " T", " P", " E"]

  /// The largest unit in which a duration is at least one and a half.
  private static func duration(_ seconds: Double) -> String {
    let units: [(String, Double)] = [
      ("years", 31_557_600), ("days", 86_400), ("h", 3600), ("min", 60), ("s", 1),
    ]
    for (name, length) in units where seconds >= 1.5 * length {
      return DecimalText.significant(seconds / length) + " " + name
    }
    return DecimalText.significant(seconds) + " s"
  }
}

/// Decimal digits of numbers, the same in every locale.
public enum DecimalText {
  /// A number with a number of digits after the point.
  ///
  /// Example: `fixed(2.29892, places: 4)` is `2.2989`.
  public static func fixed(_ value: Double, places: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return scientific(value) }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 0x1p62 else { return scientific(value) }
    var digits = String(Int64(scaled))
    if digits.count <= places {
      digits = String(repeating: "0", count: places + 1 - digits.count) + digits
    }
    let sign = value < 0 && scaled != 0 ? "-" : ""
    guard places > 0 else { return sign + digits }
    return sign + digits.dropLast(places) + "." + digits.suffix(places)
  }

  /// A number with three significant digits, without an exponent from 0.001 to a million.
  ///
  /// Examples: `0.0123`, `1.23`, `123`, `12300`, `1.23e8`.
  public static func significant(_ value: Double) -> String {
    let size = abs(value)
    guard value.isFinite, size != 0 else { return value == 0 ? "0" : "-" }
    if size >= 999_500 || size < 0.0009995 { return scientific(value) }
    if size >= 999.5 {
      let step = size >= 99_950 ? 1000.0 : size >= 9995 ? 100.0 : 10.0
      return fixed((value / step).rounded() * step, places: 0)
    }
    return fixed(
      value,
      places: size >= 99.95
        ? 0
        : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : size >= 0.09995 ? 3 : size >= 0.009995 ? 4 : 5
    )
  }

  /// A number with up to three significant digits, zeros at its end left out.
  ///
  /// Examples: `20`, `0.5`, `1.25`.
  public static func brief(_ value: Double) -> String {
    var text = Substring(significant(value))
    guard text.contains("."), !text.contains("e") else { return String(text) }
    while text.hasSuffix("0") { text = text.dropLast() }
    if text.hasSuffix(".") { text = text.dropLast() }
    return String(text)
  }

  /// A number with three significant digits and a power of ten.
  ///
  /// Example: `1.08e21`.
  public static func scientific(_ value: Double) -> String {
    guard value.isFinite, value != 0 else { return value == 0 ? "0" : "-" }
    var mantissa = abs(value)
    var exponent = 0
    while mantissa >= 10 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 1 {
      mantissa *= 10
      exponent -= 1
    }
    if mantissa >= 9.995 {
      mantissa = 1
      exponent += 1
    }
    return (value < 0 ? "-" : "") + fixed(mantissa, places: 2) + "e\(exponent)"
  }

  /// A number with three significant digits and one of a row of prefixes a thousand apart.
  static func prefixed(_ value: Double, _ prefixes: [String]) -> String {
    var scaled = abs(value)
    var index = 0
    while scaled >= 999.5, index + 1 < prefixes.count {
      scaled /= 1000
      index += 1
    }
    if index == 0, scaled == scaled.rounded(), scaled < 1000 {
      return fixed(value, places: 0) + prefixes[0]
    }
    if scaled >= 999.5 { return scientific(value) + " " }
    return (value < 0 ? "-" : "") + significant(scaled) + prefixes[index]
  }

  /// A whole number with commas between its thousands.
  ///
  /// Fractions below 100 keep three significant digits, numbers from 10⁹ on get a power of ten.
  public static func grouped(_ value: Double) -> String {
    guard abs(value) < 1e9 else { return scientific(value) }
    guard abs(value) >= 99.95 || value == value.rounded() else { return significant(value) }
    let digits = fixed(abs(value), places: 0)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return (value < 0 ? "-" : "") + result
  }
}
