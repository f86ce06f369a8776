import RealModule

/// The check of a predictive interval on runs that the fit has not seen.
///
/// The runs of the largest size, and the run of the largest compute, are left out in turn; the
/// rest is fitted, and the left-out losses are compared with the interval predicted for them.
/// Intervals of dense ladders cover a third to four fifths of such runs where they promise 95 %,
/// so they are widened by the factor that would have covered all.
enum Calibration {
  /// What the check found.
  enum Outcome {
    /// The largest error over half the interval's width; below 1 where all were covered.
    case factor(Double)
    /// Nothing could be left out, and why.
    case impossible(String)
  }

  static func factor(
    of fit: ParametricFit,
    monitor: FitMonitor
  ) throws(ScalingLawsError) -> Outcome {
    let observations = fit.observations
    guard let largestSize = observations.map(\.parameters).max(),
      let largestCompute = observations.map(\.flops).max()
    else { return .impossible("there are no runs") }
    let parts: [(LossObservation) -> Bool] = [
      { $0.parameters == largestSize },
      { $0.flops == largestCompute },
    ]
    var factor: Double?
    for (number, isHeld) in parts.enumerated() {
      monitor.report("Calibration", Double(number) / Double(parts.count))
      try monitor.check()
      let kept = observations.filter { !isHeld($0) }
      var options = fit.options
      options.bootstrapCount = min(options.bootstrapCount, 200)
      options.calibrates = false
      options.refusesDoubtful = false
      guard let fitted = try? ParametricFit(kept, options).fit() else { continue }
      for held in observations where isHeld(held) {
        guard
          let raw = fitted.rawInterval(parameters: held.parameters, tokens: held.tokens)
        else { continue }
        let predicted = fitted.law.loss(parameters: held.parameters, tokens: held.tokens)
        let error = Double.log(held.loss / predicted)
        let halfWidth = abs(Double.log((error < 0 ? raw.low : raw.high) / predicted))
        guard halfWidth > 0, error.isFinite else { continue }
        factor = max(factor ?? 0, abs(error) / halfWidth)
      }
    }
    guard let factor else {
      return .impossible("without its largest runs the ladder is too small to fit")
    }
    return .factor(factor)
  }
}
