/// A long sequence of token ids that training windows are cut from.
public protocol TokenSource: Sendable {
  /// The number of ids.
  var count: Int { get }

  /// Copies the ids of a range.
  ///
  /// - Precondition: The range lies in 0 ..< count.
  func tokens(in range: Range<Int>) -> [Int32]
}

/// Token ids held in memory.
public struct TokenArray: TokenSource, Hashable {
  private let ids: [Int32]

  /// Holds ids.
  public init(_ ids: [Int32]) {
    self.ids = ids
  }

  /// The number of ids.
  public var count: Int { ids.count }

  /// Copies the ids of a range.
  public func tokens(in range: Range<Int>) -> [Int32] {
    Array(ids[range])
  }
}
