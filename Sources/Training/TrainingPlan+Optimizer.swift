import Kernels
import LanguageModels

/// The optimizers, as plans and command lines name them.
public enum OptimizerChoice: String, Sendable, Hashable, Codable, CaseIterable {
  /// Adam with decoupled weight decay.
  case adamw
  /// Gradient descent with momentum.
  case sgd
  /// Steps of one size, by sign.
  case lion

  /// The weight decay that suits small models: none for SGD, whose rates are far larger, and for
  /// Lion ten times AdamW's, as its rates are a tenth.
  public var defaultWeightDecay: Double {
    switch self {
    case .adamw: 0.1
    case .sgd: 0
    case .lion: 1
    }
  }

  /// What a good learning rate of AdamW is multiplied by to start with.
  ///
  /// - Source: for Lion, Chen et al. 2023, arXiv:2302.06675, section 5: three to ten times smaller.
  public var learningRateScale: Double {
    switch self {
    case .adamw: 1
    case .sgd: 100
    case .lion: 0.1
    }
  }
}

extension TrainingPlan {
  /// The optimizer with its numbers.
  var kernelOptimizer: Optimizer {
    switch optimizer {
    case .adamw:
      .adamW(
        AdamW(
          beta1: beta1,
          beta2: beta2,
          epsilon: epsilon,
          weightDecay: weightDecay,
          clip: nil
        )
      )
    case .sgd:
      .sgd(SGD(momentum: momentum, nesterov: nesterov, weightDecay: weightDecay))
    case .lion:
      .lion(Lion(beta1: beta1, beta2: beta2, weightDecay: weightDecay))
    }
  }

  /// The parameters of a layout in groups that are treated alike.
  func parameterGroups(_ layout: ParameterLayout) -> [ParameterGroup] {
    let update = baseWidth.map(MaximalUpdate.init(baseWidth:))
    var groups: [ParameterGroup] = []
    for tensor in layout.tensors {
      let scale = update?.learningRateScale(
        of: tensor,
        in: layout,
        adaptive: optimizer != .sgd
      )
      let group = ParameterGroup(
        tensor.range,
        decay: tensor.isMatrix ? 1 : 0,
        learningRateScale: scale ?? 1
      )
      if let last = groups.last, last.decay == group.decay,
        last.learningRateScale == group.learningRateScale
      {
        // The gap between two tensors holds zeros and stays zero.
        groups[groups.count - 1].range = last.range.lowerBound..<group.range.upperBound
      } else {
        groups.append(group)
      }
    }
    return groups
  }

  /// What a gradient of some norm is multiplied by, so that its norm is at most the plan's.
  func clippingScale(norm: Double) -> Double {
    clip > 0 && norm > clip ? clip / norm : 1
  }
}
