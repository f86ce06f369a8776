/// Two tokens that become one.
public struct Merge: Sendable, Hashable {
  /// The left token.
  public let left: TokenID
  /// The right token.
  public let right: TokenID
  /// The token they become.
  public let merged: TokenID

  /// Creates a merge.
  public init(left: TokenID, right: TokenID, merged: TokenID) {
    self.left = left
    self.right = right
    self.merged = merged
  }
}
