/// What the operations task asks of a row of digits: another row of the same length.
///
/// A model reads the operation's token, then the digits x₁ … xₙ, and at each digit's place says the
/// digit yᵢ of the answer. The vocabulary has twenty tokens: the ids 0–9 are the digits, 10–19 the
/// operations in the order below.
public enum SequenceOperation: String, Sendable, Hashable, Codable, CaseIterable {
  /// yᵢ = xᵢ.
  case copy
  /// yᵢ = xₙ₊₁₋ᵢ.
  case reverse
  /// yᵢ = xᵢ₊₁, and yₙ = x₁.
  case rotate
  /// The digits in ascending order.
  case sort
  /// yᵢ = xᵢ + 1, modulo 10.
  case successor
  /// yᵢ = 9 − xᵢ.
  case complement
  /// yᵢ = xᵢ + xᵢ₊₁, modulo 10; the digit after the last is the first.
  case add
  /// yᵢ = the greatest of x₁ … xᵢ.
  case maximum
  /// yᵢ = the least of x₁ … xᵢ.
  case minimum
  /// yᵢ = how often xᵢ occurs in the row.
  case count

  /// The number of token ids: ten digits and ten operations.
  public static var vocabularySize: Int { 10 + allCases.count }

  /// The operation's token id.
  public var token: Int32 { Int32(10 + (Self.allCases.firstIndex(of: self) ?? 0)) }

  /// The answer to a row of digits.
  ///
  /// Example: `reverse` of 1, 2, 3 is 3, 2, 1.
  public func answer(_ x: [Int]) -> [Int] {
    switch self {
    case .copy: x
    case .reverse: x.reversed()
    case .rotate: Array(x.dropFirst() + x.prefix(1))
    case .sort: x.sorted()
    case .successor: x.map { ($0 + 1) % 10 }
    case .complement: x.map { 9 - $0 }
    case .add: x.indices.map { (x[$0] + x[($0 + 1) % x.count]) % 10 }
    case .maximum: x.indices.map { x[...$0].max() ?? 0 }
    case .minimum: x.indices.map { x[...$0].min() ?? 0 }
    case .count: x.map { digit in x.count { $0 == digit } }
    }
  }
}
