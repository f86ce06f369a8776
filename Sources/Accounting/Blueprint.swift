/// A model to be counted: a shape, and the details that only counting needs.
///
/// ``ModelShape`` describes what isoflop trains. Published architectures have details beyond it
/// (experts, partial biases, norms on queries and keys); they are kept here, so that a budget is
/// exact for models that are only planned.
public struct Blueprint: Sendable, Hashable {
  /// The feed-forward parts of a mixture of experts.
  public struct Experts: Sendable, Hashable {
    /// How many experts a block holds.
    public var count: Int
    /// How many of them a token passes.
    public var active: Int
    /// How many further experts every token passes.
    public var shared: Int
    /// The hidden width of one expert.
    public var width: Int
    /// The hidden width of all shared experts together, zero without.
    public var sharedWidth: Int
    /// How many blocks have experts; the others keep the shape's feed-forward part.
    public var layerCount: Int

    /// Describes the experts of a blueprint.
    public init(
      count: Int,
      active: Int,
      shared: Int = 0,
      width: Int,
      sharedWidth: Int = 0,
      layerCount: Int
    ) {
      self.count = count
      self.active = active
      self.shared = shared
      self.width = width
      self.sharedWidth = sharedWidth
      self.layerCount = layerCount
    }
  }

  /// The shape.
  public var shape: ModelShape
  /// A name for reports.
  public var name: String
  /// The experts, where the feed-forward part is a mixture.
  public var experts: Experts?
  /// Whether queries, keys and values have biases although the output product has none (Qwen2).
  public var queryKeyValueBiases: Bool
  /// Whether queries and keys are normalized head by head (Qwen3).
  public var queryKeyNormalization: Bool
  /// Whether each block projects relative positions by one more matrix (Gopher, Chinchilla).
  public var relativePositionMatrix: Bool

  /// Describes a model that is exactly its shape.
  public init(_ shape: ModelShape, name: String) {
    self.shape = shape
    self.name = name
    experts = nil
    queryKeyValueBiases = false
    queryKeyNormalization = false
    relativePositionMatrix = false
  }

  /// Checks that the numbers fit together.
  ///
  /// - Throws: ``AccountingError/invalidShape(reason:)`` with the first number that does not.
  public func validate() throws(AccountingError) {
    try shape.validate()
    guard let experts else { return }
    let counts = [
      ("the number of experts", experts.count), ("the number of active experts", experts.active),
      ("the width of an expert", experts.width),
      ("the number of blocks with experts", experts.layerCount),
    ]
    for (name, value) in counts where value < 1 || value > 1 << 31 {
      throw .invalidShape(reason: "\(name) is \(value); it must lie between 1 and 2³¹")
    }
    guard experts.shared >= 0, experts.sharedWidth >= 0, experts.sharedWidth <= 1 << 31 else {
      throw .invalidShape(reason: "the shared experts have a negative number or width")
    }
    guard experts.active <= experts.count else {
      throw .invalidShape(
        reason: "\(experts.active) active experts are more than the \(experts.count) there are"
      )
    }
    guard experts.layerCount <= shape.layerCount else {
      throw .invalidShape(
        reason: "\(experts.layerCount) blocks with experts are more than the "
          + "\(shape.layerCount) blocks there are"
      )
    }
  }
}
