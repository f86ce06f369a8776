/// What can be wrong with a question to the laws.
public enum ScalingLawsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A quantity that must be positive and finite is not.
  case notPositive(name: String, value: Double)
  /// An observation has a number that is not positive and finite.
  case badObservation(row: Int, name: String, value: Double)
  /// There are fewer observations than constants to be found.
  case tooFewObservations(found: Int, needed: Int)
  /// All observations share a value, so that a constant cannot be found.
  case noVariation(in: String, value: Double)
  /// The search for the constants ended in no finite place.
  case noFit(reason: String)
  /// The runs do not support the law, and a doubtful one is refused.
  case doubtfulFit(reasons: [String])
  /// The fit was ended from outside.
  case cancelled
  /// An option of the fit is outside its range.
  case badOption(name: String, reason: String)
  /// No published law has this name.
  case unknownLaw(name: String, known: [String])
  /// A law cannot answer this question.
  case unanswerable(law: String, reason: String)
  /// A loss is below what a law says is possible.
  case unreachableLoss(loss: Double, floor: Double)
  /// A law file cannot be read as one.
  case unreadableLaw(file: String, reason: String)
  /// A cell of a table of runs must be positive and is not.
  case badCell(file: String, row: Int, column: String, value: Double)
  /// A table of runs has no rows left.
  case noRuns(file: String, dropped: Int)
  /// A table of runs lacks a column.
  case missingColumn(file: String, quantity: String, tried: [String], found: [String])

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .notPositive(let name, let value):
      "\(name) is \(value); it must be a positive, finite number."
    case .badObservation(let row, let name, let value):
      "Row \(row): \(name) is \(value); it must be a positive, finite number."
    case .tooFewObservations(let found, let needed):
      "\(found) usable runs cannot determine \(needed) constants. Add runs, or fix the exponents."
    case .noVariation(let name, let value):
      "All runs have the same \(name), \(value): its exponent cannot be found. "
        + "Add runs that vary it."
    case .noFit(let reason): "The fit failed: \(reason)."
    case .doubtfulFit(let reasons):
      "These runs do not support a law:\n" + reasons.map { "  - \($0)\n" }.joined()
        + "Add runs that vary size and data, help a small ladder with --exponents drawn, or see "
        + "the doubtful law with --allow-doubtful."
    case .cancelled: "The fit was interrupted."
    case .badOption(let name, let reason): "\(name) \(reason)."
    case .unknownLaw(let name, let known):
      "There is no published law “\(name)”. Known: \(known.joined(separator: ", "))."
    case .unanswerable(let law, let reason): "The law \(law) cannot answer: \(reason)."
    case .unreachableLoss(let loss, let floor):
      "A loss of \(short(loss)) cannot be reached: the law's floor is \(short(floor))."
    case .unreadableLaw(let file, let reason): "\(file) is no law: \(reason)."
    case .badCell(let file, let row, let column, let value):
      "\(file), row \(row), column “\(column)”: \(value) must be positive."
    case .noRuns(let file, let dropped):
      dropped == 0
        ? "\(file) has column names but no runs below them."
        : "\(file) has no runs left after the \(dropped) highest losses are dropped."
    case .missingColumn(let file, let quantity, let tried, let found):
      "\(file) has no column for \(quantity). Looked for: \(tried.joined(separator: ", ")). "
        + "It has: \(found.joined(separator: ", ")). Name the column with a flag."
    }
  }
}

/// Checks that a quantity is positive and finite.
func requirePositive(_ value: Double, _ name: String) throws(ScalingLawsError) {
  guard value > 0, value.isFinite else { throw .notPositive(name: name, value: value) }
}
