import ArgumentParser

/// A range of whole numbers: `5`, `3-8`, `100-`.
struct IntegerRange: ExpressibleByArgument {
  /// The numbers; the last is `Int.max` where none is named.
  let numbers: ClosedRange<Int>

  init?(argument: String) {
    let parts = argument.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = Int(parts[0]), first >= 0 else { return nil }
    var last = first
    if parts.count == 2 {
      guard let limit = parts[1].isEmpty ? Int.max : Int(parts[1]), limit >= first else {
        return nil
      }
      last = limit
    }
    numbers = first...last
  }
}
