/// What can be wrong with a question to the accounts.
public enum AccountingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The numbers of a shape do not fit together.
  case invalidShape(reason: String)
  /// A count does not fit into 63 bits.
  case tooLarge(name: String)
  /// A quantity that must be positive is not.
  case notPositive(name: String, value: Double)
  /// No preset has this name.
  case unknownPreset(name: String, known: [String])
  /// A blueprint file cannot be read as one.
  case unreadableBlueprint(reason: String)
  /// A plan of devices does not fit together.
  case invalidPlan(reason: String)

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .invalidShape(let reason): "The model's shape is impossible: \(reason)."
    case .tooLarge(let name): "The number of \(name) exceeds 2⁶³. Check the sizes of the blueprint."
    case .notPositive(let name, let value):
      "\(name) is \(value); it must be a positive, finite number."
    case .unknownPreset(let name, let known):
      "There is no preset “\(name)”. Known: \(known.joined(separator: ", "))."
    case .unreadableBlueprint(let reason): "The blueprint cannot be read: \(reason)."
    case .invalidPlan(let reason): "The plan is impossible: \(reason)."
    }
  }
}
