internal import KernelInterface

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Adam with decoupled weight decay and clipping by the global norm.
///
/// The same gradients give the same parameters to the bit for any number of threads.
///
/// - Source: Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2, with the decay λ multiplied
///   by the learning rate.
public struct AdamW: Sendable, Hashable {
  /// β₁, the decay of the first moment.
  public var beta1: Double
  /// β₂, the decay of the second moment.
  public var beta2: Double
  /// ε, added to the root of the second moment.
  public var epsilon: Double
  /// λ: decaying parameters lose this share times the learning rate each step.
  public var weightDecay: Double
  /// The largest norm of all gradients together; larger ones are scaled down to it.
  public var clip: Double?

  /// Chooses the numbers; the defaults are those of small language models.
  public init(
    beta1: Double = 0.9,
    beta2: Double = 0.95,
    epsilon: Double = 1e-8,
    weightDecay: Double = 0.1,
    clip: Double? = 1
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.clip = clip
  }

  /// What AdamW remembers of the gradients so far.
  public struct Moments: Sendable {
    /// The running mean of the gradients.
    public let first: FloatBuffer
    /// The running mean of their squares.
    public let second: FloatBuffer

    /// Starts with zeros.
    ///
    /// - Throws: ``KernelsError`` when memory does not suffice.
    public init(count: Int) throws(KernelsError) {
      first = try FloatBuffer(count: count)
      second = try FloatBuffer(count: count)
    }
  }

  /// Changes the parameters by one step.
  ///
  /// - Parameters:
  ///   - parameters: Changed.
  ///   - gradients: Read; gaps between tensors must hold zeros.
  ///   - moments: Changed.
  ///   - decaying: The ranges of parameters that decay, in ascending order.
  ///   - step: 1 for the first.
  ///   - learningRate: η of this step.
  ///   - team: The threads that share the work.
  ///   - kernels: The kernels to use.
  /// - Returns: The norm of all gradients before clipping.
  /// - Precondition: All buffers are of one length, and the ranges lie in it.
  @discardableResult
  public func step(
    parameters: FloatBuffer,
    gradients: FloatBuffer,
    moments: Moments,
    decaying: [Range<Int>],
    step: Int,
    learningRate: Double,
    team: ThreadTeam,
    kernels: Kernels
  ) -> Double {
    let count = parameters.count
    precondition(
      gradients.count == count && moments.first.count == count && moments.second.count == count,
      "\(gradients.count), \(moments.first.count), \(moments.second.count) for \(count) parameters"
    )
    precondition(step >= 1, "step \(step)")
    let norm = gradients.norm(team: team, kernels: kernels)
    // A norm that is not a number must reach the parameters, not vanish in a comparison.
    let scale = clip.map { norm <= $0 ? 1 : $0 / norm } ?? 1
    self.step(
      parameters: parameters,
      gradients: gradients,
      moments: (moments.first, moments.second),
      groups: Self.groups(count: count, decaying: decaying),
      step: step,
      learningRate: learningRate,
      gradientScale: scale,
      team: team,
      kernels: kernels
    )
    return norm
  }

  func step(
    parameters: FloatBuffer,
    gradients: FloatBuffer,
    moments: (first: FloatBuffer, second: FloatBuffer),
    groups: [ParameterGroup],
    step: Int,
    learningRate: Double,
    gradientScale: Double,
    team: ThreadTeam,
    kernels: Kernels
  ) {
    let time = Double(step)
    let stepSize = learningRate / (1 - pow(beta1, time))
    let rootCorrection = Float(1 / (1 - pow(beta2, time)).squareRoot())
    team.run(over: groups) { range, group in
      unsafe kernels.adamW(
        parameters.vector(range),
        gradients: gradients.vector(range),
        firstMoments: moments.first.vector(range),
        secondMoments: moments.second.vector(range),
        factors: AdamWFactors(
          firstMomentWeight: Float(1 - beta1),
          secondMomentWeight: Float(1 - beta2),
          stepSize: Float(stepSize * group.learningRateScale),
          rootCorrection: rootCorrection,
          epsilon: Float(epsilon),
          retained: Float(1 - learningRate * weightDecay * group.decay),
          gradientScale: Float(gradientScale)
        )
      )
    }
  }

  /// The whole array in pieces that decay and pieces that do not.
  private static func groups(count: Int, decaying: [Range<Int>]) -> [ParameterGroup] {
    var groups: [ParameterGroup] = []
    var place = 0
    for range in decaying {
      precondition(range.lowerBound >= place && range.upperBound <= count, "\(range) of \(count)")
      if range.lowerBound > place {
        groups.append(ParameterGroup(place..<range.lowerBound, decay: 0))
      }
      if !range.isEmpty { groups.append(ParameterGroup(range, decay: 1)) }
      place = range.upperBound
    }
    if place < count { groups.append(ParameterGroup(place..<count, decay: 0)) }
    return groups
  }
}
