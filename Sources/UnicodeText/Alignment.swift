/// Where the bytes of a changed text come from in the original.
///
/// A list of changes, each a range of original bytes replaced by a range of new bytes; everything
/// between them is the same on both sides. Alignments compose, so that a sequence of normalizers
/// keeps pointing into the first text.
///
/// Example: `e` + U+0301 (3 bytes) composed to `é` (2 bytes) is one change, 0..<3 to 0..<2.
public struct Alignment: Sendable, Equatable {
  /// Bytes of the original and the bytes that stand for them; either may be empty, not both.
  public struct Change: Sendable, Equatable {
    /// Bytes of the original text.
    public let source: Range<Int>
    /// Bytes of the changed text.
    public let target: Range<Int>

    /// Creates a change.
    public init(source: Range<Int>, target: Range<Int>) {
      self.source = source
      self.target = target
    }
  }

  /// The changes, ascending and disjoint on both sides.
  public let changes: [Change]

  /// The alignment of a text with itself.
  public static let identity = Alignment(changes: [])

  /// Creates an alignment from changes in ascending order.
  public init(changes: [Change]) {
    self.changes = changes
  }

  /// Whether nothing changed.
  public var isIdentity: Bool { changes.isEmpty }

  /// The bytes of the original that a range of the changed text stands for.
  ///
  /// - An end that falls inside a change takes the whole change: a changed range is never cut.
  /// - An empty range gives an empty range at its place.
  ///
  /// - Complexity: O(log changes).
  public func source(of target: Range<Int>) -> Range<Int> {
    if target.isEmpty {
      let place = position(target.lowerBound, roundedUp: false)
      return place..<place
    }
    let lower = position(target.lowerBound, roundedUp: false)
    let upper = position(target.upperBound, roundedUp: true)
    return lower..<max(lower, upper)
  }

  /// The original position of a position in the changed text; inside a change, one of its ends.
  private func position(_ target: Int, roundedUp: Bool) -> Int {
    // The last change that starts at or before the position; for an upper bound, strictly before.
    var low = 0
    var high = changes.count
    while low < high {
      let middle = (low + high) / 2
      let start = changes[middle].target.lowerBound
      if roundedUp ? start < target : start <= target { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return target }
    let change = changes[low - 1]
    if target >= change.target.upperBound {
      let isStartOfInsertion =
        change.target.isEmpty && !roundedUp && target == change.target.lowerBound
      return isStartOfInsertion
        ? change.source.upperBound
        : change.source.upperBound + (target - change.target.upperBound)
    }
    return roundedUp ? change.source.upperBound : change.source.lowerBound
  }

  /// This alignment followed by a second change of the changed text.
  ///
  /// Changes that overlap in the text between become one.
  public func followed(by next: Alignment) -> Alignment {
    if isIdentity { return next }
    if next.isIdentity { return self }
    var composed: [Change] = []
    var first = changes.makeIterator()
    var second = next.changes.makeIterator()
    var a = first.next()
    var b = second.next()
    // How far the middle text is shifted against the source and the target after the last change.
    var sourceShift = 0
    var targetShift = 0
    while a != nil || b != nil {
      // The group of changes that overlap in the middle text, from `low` to `high`; an empty range
      // belongs to the change it touches.
      let low = min(a?.target.lowerBound ?? .max, b?.source.lowerBound ?? .max)
      var high = low
      var sourceGrowth = 0
      var targetGrowth = 0
      while true {
        if let change = a, belongs(change.target, to: low..<high) {
          high = max(high, change.target.upperBound)
          sourceGrowth += change.source.count - change.target.count
          a = first.next()
        } else if let change = b, belongs(change.source, to: low..<high) {
          high = max(high, change.source.upperBound)
          targetGrowth += change.target.count - change.source.count
          b = second.next()
        } else {
          break
        }
      }
      let source = low + sourceShift..<high + sourceShift + sourceGrowth
      let target = low + targetShift..<high + targetShift + targetGrowth
      composed.append(Change(source: source, target: target))
      sourceShift += sourceGrowth
      targetShift += targetGrowth
    }
    return Alignment(changes: composed)
  }
}

/// Whether a range that starts at or after a group's start is part of it.
private func belongs(_ range: Range<Int>, to group: Range<Int>) -> Bool {
  if range.lowerBound < group.upperBound { return true }
  return range.lowerBound == group.upperBound && (range.isEmpty || group.isEmpty)
}
