internal import CVector
public import KernelInterface

extension Variant {
  /// One step of gradient descent with momentum.
  ///
  /// - Source: Sutskever et al. 2013, "On the importance of initialization and momentum in deep
  ///   learning", section 2, with the learning rate outside of the running sum.
  public static func sgd(
    _ parameters: VectorView,
    gradients: VectorView,
    moments: VectorView,
    factors: SGDFactors
  ) {
    let parameter = Floats(parameters)
    let gradient = Floats(gradients)
    let moment = Floats(moments)
    eachVector(parameters.count) { i, count in
      let old = parameter.load(i, first: count)
      let g = cv_multiply_add(
        all(factors.decay),
        old,
        gradient.load(i, first: count) * all(factors.gradientScale)
      )
      let m = cv_multiply_add(all(factors.momentum), moment.load(i, first: count), g)
      moment.store(m, i, first: count)
      let direction = factors.nesterov ? cv_multiply_add(all(factors.momentum), m, g) : m
      parameter.store(cv_multiply_add(all(-factors.stepSize), direction, old), i, first: count)
    }
  }

  /// One step of Lion.
  ///
  /// - Source: Chen et al. 2023, arXiv:2302.06675, algorithm 2.
  public static func lion(
    _ parameters: VectorView,
    gradients: VectorView,
    moments: VectorView,
    factors: LionFactors
  ) {
    let parameter = Floats(parameters)
    let gradient = Floats(gradients)
    let moment = Floats(moments)
    eachVector(parameters.count) { i, count in
      let g = gradient.load(i, first: count) * all(factors.gradientScale)
      let m = moment.load(i, first: count)
      let direction = cv_multiply_add(all(factors.directionWeight), g - m, m)
      let sign = cv_where_positive(
        direction,
        all(1),
        cv_where_positive(all(0) - direction, all(-1), all(0))
      )
      moment.store(cv_multiply_add(all(factors.momentWeight), g - m, m), i, first: count)
      let kept = parameter.load(i, first: count) * all(factors.retained)
      parameter.store(cv_multiply_add(all(-factors.stepSize), sign, kept), i, first: count)
    }
  }
}
