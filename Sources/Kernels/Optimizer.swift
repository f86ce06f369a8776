internal import KernelInterface

/// How gradients change parameters, step by step.
///
/// The same gradients give the same parameters to the bit for any number of threads.
public enum Optimizer: Sendable, Hashable {
  /// Adam with decoupled weight decay.
  case adamW(AdamW)
  /// Gradient descent with momentum.
  case sgd(SGD)
  /// Steps of one size, by sign.
  case lion(Lion)

  /// How many numbers are remembered of each parameter.
  public var momentCount: Int {
    switch self {
    case .adamW: 2
    case .sgd, .lion: 1
    }
  }

  /// What is remembered of the gradients so far, zeros at first.
  ///
  /// - Returns: ``momentCount`` arrays: for AdamW the running means of the gradients and of their
  ///   squares, for the others the running sum or mean of the gradients.
  /// - Throws: ``KernelsError`` when memory does not suffice.
  public func makeMoments(count: Int) throws(KernelsError) -> [FloatBuffer] {
    var moments: [FloatBuffer] = []
    for _ in 0..<momentCount { moments.append(try FloatBuffer(count: count)) }
    return moments
  }

  /// Changes the parameters by one step.
  ///
  /// - Parameters:
  ///   - parameters: Changed.
  ///   - gradients: Read; gaps between groups are left alone.
  ///   - moments: Made by ``makeMoments(count:)``; changed.
  ///   - groups: The parameters that change, and how.
  ///   - step: 1 for the first.
  ///   - learningRate: η of this step.
  ///   - gradientScale: What gradients are multiplied by before all else: the clipping factor, the
  ///     share of a micro-batch, or their product.
  ///   - team: The threads that share the work.
  ///   - kernels: The kernels to use.
  /// - Precondition: All buffers are of one length, and the groups lie in it apart from each other.
  public func step(
    parameters: FloatBuffer,
    gradients: FloatBuffer,
    moments: [FloatBuffer],
    groups: [ParameterGroup],
    step: Int,
    learningRate: Double,
    gradientScale: Double,
    team: ThreadTeam,
    kernels: Kernels
  ) {
    let counts = [gradients.count] + moments.map(\.count)
    precondition(
      counts.allSatisfy { $0 == parameters.count } && moments.count == momentCount,
      "\(counts) for \(parameters.count) parameters and \(momentCount) moments"
    )
    precondition(step >= 1, "step \(step)")
    switch self {
    case .adamW(let optimizer):
      optimizer.step(
        parameters: parameters,
        gradients: gradients,
        moments: (moments[0], moments[1]),
        groups: groups,
        step: step,
        learningRate: learningRate,
        gradientScale: gradientScale,
        team: team,
        kernels: kernels
      )
    case .sgd(let optimizer):
      run { parameters, gradients, moments, group in
        let factors = optimizer.factors(
          group,
          learningRate: learningRate,
          gradientScale: gradientScale
        )
        kernels.sgd(parameters, gradients: gradients, moments: moments, factors: factors)
      }
    case .lion(let optimizer):
      run { parameters, gradients, moments, group in
        let factors = optimizer.factors(
          group,
          learningRate: learningRate,
          gradientScale: gradientScale
        )
        kernels.lion(parameters, gradients: gradients, moments: moments, factors: factors)
      }
    }

    /// Runs a kernel that remembers one number of each parameter, on every thread's share.
    func run(
      _ kernel: @Sendable (VectorView, VectorView, VectorView, ParameterGroup) -> Void
    ) {
      team.run(over: groups) { range, group in
        unsafe kernel(
          parameters.vector(range),
          gradients.vector(range),
          moments[0].vector(range),
          group
        )
      }
    }
  }
}
