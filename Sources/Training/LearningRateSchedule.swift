#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The learning rate as a function of the step.
///
/// All forms first rise linearly over the warm-up: step s of w has (s + 1) / w of the peak.
public struct LearningRateSchedule: Sendable, Hashable, Codable {
  /// What follows the warm-up.
  public enum Form: String, Sendable, Hashable, Codable, CaseIterable {
    /// The peak to the end.
    case constant
    /// Half a cosine down to the final share (Loshchilov and Hutter 2017, arXiv:1608.03983).
    case cosine
    /// A straight line down to the final share.
    case linear
    /// The peak, then a straight line down over the last part of the run: warm-up, stable, decay
    /// (Hägele et al. 2024, arXiv:2405.18392).
    case wsd
  }

  /// What follows the warm-up.
  public var form: Form
  /// The highest learning rate.
  public var peak: Double
  /// The number of warm-up steps.
  public var warmupSteps: Int
  /// The learning rate after the last step, as a share of the peak.
  public var finalShare: Double
  /// For ``Form/wsd``, the share of all steps that decay.
  public var decayShare: Double

  /// Creates a schedule.
  public init(
    form: Form,
    peak: Double,
    warmupSteps: Int = 0,
    finalShare: Double = 0,
    decayShare: Double = 0.2
  ) {
    self.form = form
    self.peak = peak
    self.warmupSteps = warmupSteps
    self.finalShare = finalShare
    self.decayShare = decayShare
  }

  /// The learning rate of a step, counted from 0, in a run of some length.
  ///
  /// Example: cosine, peak 1, no warm-up, 10 steps: step 0 has 1, step 5 has 0.5.
  public func rate(step: Int, of stepCount: Int) -> Double {
    if step < warmupSteps { return peak * Double(step + 1) / Double(warmupSteps) }
    let progress = Double(step - warmupSteps) / Double(max(1, stepCount - warmupSteps))
    switch form {
    case .constant:
      return peak
    case .cosine:
      let share = 0.5 * (1 + cos(Double.pi * min(1, progress)))
      return peak * (finalShare + (1 - finalShare) * share)
    case .linear:
      return peak * (1 - (1 - finalShare) * min(1, progress))
    case .wsd:
      let start = Double(stepCount) * (1 - decayShare)
      guard Double(step) > start, decayShare > 0 else { return peak }
      let decayed = min(1, (Double(step) - start) / (Double(stepCount) * decayShare))
      return peak * (1 - (1 - finalShare) * decayed)
    }
  }
}
