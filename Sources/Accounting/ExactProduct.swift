/// Multiplies counts without overflow: sizes below 2³¹ may meet four at a time.
func product(_ factors: Int...) -> Int128 {
  factors.reduce(1) { $0 * Int128($1) }
}

/// Brings a count back to 64 bits.
///
/// - Throws: ``AccountingError/tooLarge(name:)`` when it does not fit.
func exact(_ count: Int128, _ name: String) throws(AccountingError) -> Int {
  guard let value = Int(exactly: count) else { throw .tooLarge(name: name) }
  return value
}

/// Checks that a quantity is positive and finite.
func requirePositive(_ value: Double, _ name: String) throws(AccountingError) {
  guard value > 0, value.isFinite else { throw .notPositive(name: name, value: value) }
}
