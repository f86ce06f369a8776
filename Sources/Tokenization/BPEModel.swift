/// A vocabulary and its merges, as training learns them and files hold them.
public struct BPEModel: Sendable, Equatable {
  /// The spelling of each token in UTF-8, in the order of the numbers.
  public var tokens: [[UInt8]]
  /// The merges, in the order of their ranks; no pair comes twice.
  public var merges: [Merge]

  /// Creates a model.
  public init(tokens: [[UInt8]], merges: [Merge]) {
    self.tokens = tokens
    self.merges = merges
  }
}
