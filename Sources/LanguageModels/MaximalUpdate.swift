public import Accounting

/// The maximal update parametrization: initial weights and learning rates by width, so that every
/// activation changes by as much in a wide model as in a narrow one, and the best learning rate of
/// the narrow one is that of the wide one.
///
/// With m = width / base width, and everything else as at the base width:
///
/// | weights | initial deviation | Adam's rate | SGD's rate |
/// |---|---|---|---|
/// | embeddings, biases, norms | 1 | 1 | m |
/// | matrices of the blocks | 1/√m | 1/m | 1 |
/// | final normalization | 1/m (its value) | 1/m | 1/m |
/// | head, not tied | 1 | 1 | m |
/// | head without final normalization | 1/m | 1/m | 1/m |
///
/// The output's multiplier of 1/m is folded into the final normalization, so that the model is an
/// ordinary one to any program that reads it. Heads keep their width while their number grows;
/// attention's scale is then the same at every width. Weight decay does not follow the scaled rates.
///
/// - Source: Yang et al. 2022, "Tensor programs V", arXiv:2203.03466, table 8, whose input and output
///   weights may be tied; the last row is that of table 3.
public struct MaximalUpdate: Sendable, Hashable {
  /// Why a shape cannot be parametrized.
  public struct Unsuitable: Error, Sendable, Hashable {
    /// What stands in the way.
    public let reason: String
  }

  /// The width at which all factors are one.
  public let baseWidth: Int

  /// Names a base width.
  ///
  /// - Precondition: It is positive.
  public init(baseWidth: Int) {
    precondition(baseWidth >= 1, "a base width of \(baseWidth)")
    self.baseWidth = baseWidth
  }

  /// Checks that a shape has a place for the output's multiplier.
  public func validate(_ shape: ModelShape) throws(Unsuitable) {
    guard shape.finalNormalization || !shape.tiedHead else {
      throw Unsuitable(
        reason: "a tied head without a final normalization has no place for the output's multiplier"
      )
    }
  }

  /// What the deviation of a tensor's initial values is multiplied by.
  func initialScale(of tensor: ParameterTensor, in layout: ParameterLayout) -> Double {
    let m = multiple(layout)
    return switch role(of: tensor, in: layout) {
    case .vectorLike: 1
    case .hidden: 1 / m.squareRoot()
    case .output: 1 / m
    }
  }

  /// What the learning rate of a tensor is multiplied by.
  ///
  /// - Parameters:
  ///   - tensor: One of the layout's.
  ///   - layout: The model's.
  ///   - adaptive: Whether steps do not depend on the gradient's size, as Adam's and Lion's; SGD's do.
  /// - Returns: The factor of the table; 1 at the base width.
  public func learningRateScale(
    of tensor: ParameterTensor,
    in layout: ParameterLayout,
    adaptive: Bool
  ) -> Double {
    let m = multiple(layout)
    return switch role(of: tensor, in: layout) {
    case .vectorLike: adaptive ? 1 : m
    case .hidden: adaptive ? 1 / m : 1
    case .output: 1 / m
    }
  }

  /// How many of a tensor's dimensions grow with the width, and where it stands.
  private enum Role {
    case vectorLike, hidden, output
  }

  private func role(of tensor: ParameterTensor, in layout: ParameterLayout) -> Role {
    if let final = layout.finalNormalization {
      if tensor == final.weight || tensor == final.bias { return .output }
    } else if tensor == layout.head {
      return .output
    }
    let isOutside =
      tensor == layout.tokenEmbedding || tensor == layout.positionEmbedding
      || tensor == layout.head
    return tensor.isMatrix && !isOutside ? .hidden : .vectorLike
  }

  private func multiple(_ layout: ParameterLayout) -> Double {
    Double(layout.shape.width) / Double(baseWidth)
  }
}
