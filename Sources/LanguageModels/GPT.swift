public import Accounting
public import Kernels

/// The token ids that mean something to whoever runs a model.
public struct SpecialTokenIDs: Sendable, Hashable {
  /// The id that starts a text.
  public var beginning: Int?
  /// The ids that end a text; generation stops at each of them.
  public var ends: [Int]
  /// The id that fills up rows of a batch.
  public var padding: Int?

  /// Names the ids that exist.
  public init(beginning: Int? = nil, ends: [Int] = [], padding: Int? = nil) {
    self.beginning = beginning
    self.ends = ends
    self.padding = padding
  }
}

/// A decoder-only transformer: a shape and the weights that fill it.
///
/// The model is a reference: whoever holds it sees the weights that training changes. ``copy()``
/// makes a second one. While weights are written, nobody else may read them.
public final class GPT: Sendable {
  /// The names, shapes and places of all parameters.
  public let layout: ParameterLayout
  /// All parameters in the order of the layout; the gaps between tensors are zero.
  public let weights: FloatBuffer
  /// The ids that start, end and fill up a text.
  public let specialTokens: SpecialTokenIDs

  /// The architecture.
  public var shape: ModelShape { layout.shape }

  /// Joins weights to their layout.
  ///
  /// - Precondition: There are as many weights as the layout stores.
  public init(
    layout: ParameterLayout,
    weights: FloatBuffer,
    specialTokens: SpecialTokenIDs = SpecialTokenIDs()
  ) {
    precondition(
      weights.count == layout.storageCount,
      "\(weights.count) weights for a layout of \(layout.storageCount)"
    )
    self.layout = layout
    self.weights = weights
    self.specialTokens = specialTokens
  }

  /// A model with the same weights in a memory of their own.
  ///
  /// - Throws: `KernelsError` when the memory does not suffice.
  public func copy() throws(KernelsError) -> GPT {
    GPT(layout: layout, weights: try weights.copy(), specialTokens: specialTokens)
  }

  /// The same model, on the same weights, with other special tokens.
  public func with(specialTokens: SpecialTokenIDs) -> GPT {
    GPT(layout: layout, weights: weights, specialTokens: specialTokens)
  }

  /// The same model, on the same weights, of which training drops other shares.
  public func with(dropout: Dropout) -> GPT {
    GPT(layout: layout.with(dropout: dropout), weights: weights, specialTokens: specialTokens)
  }

  /// The values of one tensor, copied, rows first.
  public func values(of tensor: ParameterTensor) -> [Float] {
    weights[tensor.range]
  }

  /// Checks that a sequence can be read by this model.
  ///
  /// - Throws: ``LanguageModelsError`` naming the id or the length that cannot.
  public func validate(_ tokens: some Collection<Int>) throws(LanguageModelsError) {
    guard tokens.count >= 1, tokens.count <= shape.contextLength else {
      throw .sequenceLength(length: tokens.count, contextLength: shape.contextLength)
    }
    for id in tokens where id < 0 || id >= shape.vocabularySize {
      throw .tokenOutOfRange(id: id, vocabularySize: shape.vocabularySize)
    }
  }
}
