/// What can be wrong with a question to the accounts.
public enum AccountingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The numbers of a shape do not fit together.
  case invalidShape(reason: String)

  /// What is wrong and where.
  public var description: String {
    switch self {
    case .invalidShape(let reason): "The model's shape is impossible: \(reason)."
    }
  }
}
