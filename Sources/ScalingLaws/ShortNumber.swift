/// A number with four significant digits, for sentences.
///
/// Example: 1234567 gives `1.235e6`, 0.0333 gives `0.0333`.
func short(_ value: Double) -> String {
  guard value.isFinite else { return value < 0 ? "-∞" : value > 0 ? "∞" : "undefined" }
  guard value != 0 else { return "0" }
  var exponent = 0
  var mantissa = abs(value)
  while mantissa >= 10 {
    mantissa /= 10
    exponent += 1
  }
  while mantissa < 1 {
    mantissa *= 10
    exponent -= 1
  }
  var digits = Int((mantissa * 1000).rounded())
  if digits == 10_000 {
    digits = 1000
    exponent += 1
  }
  let sign = value < 0 ? "-" : ""
  var text = String(digits)
  if exponent >= 5 || exponent < -3 {
    text.insert(".", at: text.index(after: text.startIndex))
    return sign + trimmed(text) + "e\(exponent)"
  }
  if exponent >= 3 { return sign + text + String(repeating: "0", count: exponent - 3) }
  if exponent < 0 {
    text = "0." + String(repeating: "0", count: -exponent - 1) + text
  } else {
    text.insert(".", at: text.index(text.startIndex, offsetBy: exponent + 1))
  }
  return sign + trimmed(text)
}

/// A decimal fraction without the zeros at its end.
private func trimmed(_ text: String) -> String {
  var text = Substring(text)
  while text.hasSuffix("0") { text = text.dropLast() }
  if text.hasSuffix(".") { text = text.dropLast() }
  return String(text)
}
