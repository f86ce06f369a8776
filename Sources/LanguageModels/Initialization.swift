public import Accounting
import Kernels
public import Randomness

/// How the weights of a new model are drawn.
///
/// Normalization weights are one and biases zero in every case. Each tensor draws from a random
/// stream of its own, named after it, so that one tensor's numbers do not depend on the others.
public enum Initialization: Sendable, Hashable, Codable {
  /// Normal numbers with one standard deviation for all matrices and embeddings.
  ///
  /// With `scaledResiduals` the two projections of each block that write to the residual stream
  /// have deviation / √(2 L), so that the stream's variance does not grow with depth.
  ///
  /// - Source: Radford et al. 2019, "Language models are unsupervised multitask learners",
  ///   section 2.3.
  case normal(deviation: Double, scaledResiduals: Bool)

  /// Uniform numbers in ±√(6 / (inputs + outputs)).
  ///
  /// Queries, keys, values, gates and ups count as matrices of their own; an embedding's inputs
  /// are the vocabulary or the positions.
  ///
  /// - Source: Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward
  ///   neural networks", equation 16.
  case xavier

  /// As `normal` with scaled residuals at the base width, carried over to other widths.
  ///
  /// - Source: Yang et al. 2022, arXiv:2203.03466, table 8; see ``MaximalUpdate``.
  case maximalUpdate(deviation: Double, baseWidth: Int)

  /// What GPT-2 does: deviation 0.02, residual projections scaled.
  public static var gpt2: Initialization { .normal(deviation: 0.02, scaledResiduals: true) }
}

extension GPT {
  /// Draws a new model.
  ///
  /// The same shape, initialization and seed give the same weights to the bit.
  ///
  /// - Throws: `AccountingError` for an impossible shape, ``MaximalUpdate/Unsuitable`` for one that
  ///   it cannot parametrize, `KernelsError` when the memory does not suffice.
  public convenience init(
    _ shape: ModelShape,
    initialization: Initialization = .gpt2,
    seed: Seed,
    specialTokens: SpecialTokenIDs = SpecialTokenIDs()
  ) throws {
    let layout = try ParameterLayout(shape)
    if case .maximalUpdate(_, let width) = initialization {
      try MaximalUpdate(baseWidth: width).validate(shape)
    }
    let weights = try FloatBuffer(count: layout.storageCount)
    self.init(layout: layout, weights: weights, specialTokens: specialTokens)
    initialization.fill(self, seed: seed)
  }
}

extension Initialization {
  /// Draws all weights of a model anew.
  func fill(_ model: GPT, seed: Seed) {
    let layout = model.layout
    for tensor in layout.tensors where !tensor.isMatrix && tensor.name.hasSuffix(".weight") {
      var one: Float = 1
      if case .maximalUpdate(_, let width) = self, tensor == layout.finalNormalization?.weight {
        one = Float(MaximalUpdate(baseWidth: width).initialScale(of: tensor, in: layout))
      }
      model.weights.replace(at: tensor.offset, with: [Float](repeating: one, count: tensor.count))
    }
    for tensor in [layout.tokenEmbedding, layout.positionEmbedding, layout.head] {
      if let tensor { draw(tensor, parts: [tensor.shape[0]], isResidual: false, model, seed) }
    }
    let shape = layout.shape
    let queries = shape.headCount * shape.headWidth
    let keys = shape.keyValueHeadCount * shape.headWidth
    let hidden = shape.feedForwardWidth
    let hiddenParts = shape.activation == .swiGLU ? [hidden, hidden] : [hidden]
    for block in layout.blocks {
      let attention = block.queryKeyValue.weight
      draw(attention, parts: [queries, keys, keys], isResidual: false, model, seed)
      draw(block.feedForwardIn.weight, parts: hiddenParts, isResidual: false, model, seed)
      for projection in [block.attentionOutput.weight, block.feedForwardOut.weight] {
        draw(projection, parts: [shape.width], isResidual: true, model, seed)
      }
    }
  }

  /// Draws one matrix whose rows fall into parts, each a linear map of its own.
  private func draw(
    _ tensor: ParameterTensor,
    parts: [Int],
    isResidual: Bool,
    _ model: GPT,
    _ seed: Seed
  ) {
    var generator = seed.stream("initialization/" + tensor.name)
    var offset = tensor.offset
    let inputs = tensor.shape[1]
    for outputs in parts {
      var values: [Float] = []
      values.reserveCapacity(outputs * inputs)
      switch self {
      case .normal, .maximalUpdate:
        let deviation = deviation(of: tensor, isResidual: isResidual, model.layout)
        for _ in 0..<outputs * inputs { values.append(Float(deviation * generator.normal())) }
      case .xavier:
        let limit = (6 / Double(inputs + outputs)).squareRoot()
        for _ in 0..<outputs * inputs {
          values.append(Float(limit * (2 * generator.uniform() - 1)))
        }
      }
      model.weights.replace(at: offset, with: values)
      offset += values.count
    }
  }

  /// The standard deviation of a matrix of normal numbers.
  private func deviation(
    of tensor: ParameterTensor,
    isResidual: Bool,
    _ layout: ParameterLayout
  ) -> Double {
    let residual = isResidual ? 1 / Double(2 * layout.shape.layerCount).squareRoot() : 1
    switch self {
    case .normal(let deviation, let scaledResiduals):
      return scaledResiduals ? deviation * residual : deviation
    case .maximalUpdate(let deviation, let baseWidth):
      let update = MaximalUpdate(baseWidth: baseWidth)
      return deviation * residual * update.initialScale(of: tensor, in: layout)
    case .xavier:
      return 0
    }
  }
}
