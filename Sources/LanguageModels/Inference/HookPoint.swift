/// A place in a block where the residual stream can be looked at.
public enum HookPoint: String, Sendable, Hashable, CaseIterable {
  /// Before the block.
  case residualPre
  /// Between attention and the feed-forward part.
  case residualMid
  /// After the block.
  case residualPost
}
