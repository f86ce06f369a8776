import CICU

/// A script of Unicode, such as Latin, Han or Common.
///
/// - Source: Unicode Standard Annex #24.
public struct Script: Sendable, Hashable {
  private let number: Int32

  /// The script of a code point; unassigned ones have the script `Zzzz`.
  public init(of scalar: Unicode.Scalar) {
    number = icu_script(scalar.value)
  }

  /// The code of ISO 15924, such as `Latn`.
  public var code: String {
    guard let code = unsafe icu_script_code(number) else { return "Zzzz" }
    return unsafe String(cString: code)
  }

  /// The English name, such as `Latin`.
  public var name: String {
    guard let name = unsafe icu_script_name(number) else { return "Unknown" }
    return unsafe String(cString: name)
  }

  /// Whether the code point has no script: unassigned, private use, surrogate.
  public var isUnknown: Bool { code == "Zzzz" }

  /// Whether the script is Common or Inherited: punctuation, digits, combining marks.
  public var isShared: Bool { code == "Zyyy" || code == "Zinh" }
}
