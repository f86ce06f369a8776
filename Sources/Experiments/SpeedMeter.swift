import Training

/// How fast a run is, from what its steps say.
struct SpeedMeter {
  /// When the peak of matrix products is measured, in seconds from the start: late enough not to
  /// delay the first steps, early enough to be seen.
  private static let measuresPeakAfter = 0.5

  private let plan: TrainingPlan
  private let first: Int
  private let start = ContinuousClock.now
  private var seconds = 0.0
  private var tokens = 0
  private var flops = 0.0
  private var last: Int
  private(set) var peak: Double?

  init(_ plan: TrainingPlan, first: Int) {
    self.plan = plan
    self.first = first
    last = first
  }

  /// Takes a step in, and measures the peak once on the session's threads.
  mutating func add(_ step: StepRecord, _ session: TrainingSession) {
    let count = plan.batch * plan.context
    tokens += count
    seconds += Double(count) / max(step.tokensPerSecond, 1e-9)
    // The records count from the very first step of the run.
    flops += step.flops / Double(step.step)
    last = step.step
    if peak == nil, elapsed > Self.measuresPeakAfter { peak = try? session.measuredPeak() }
  }

  private var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }

  /// Tokens per second, evaluations not counted.
  var tokensPerSecond: Double { Double(tokens) / max(seconds, 1e-9) }

  /// The time left at the speed so far, evaluations counted.
  var secondsLeft: Double {
    elapsed / Double(max(1, last - first)) * Double(plan.steps - last)
  }

  /// The share of the measured peak; nil before it is measured.
  var peakShare: Double? { peak.map { flops / max(seconds, 1e-9) / $0 } }

  /// The speed for a summary; nil where no step was done.
  var speed: RunSummary.Speed? {
    guard tokens > 0 else { return nil }
    return RunSummary.Speed(
      tokensPerSecond: tokensPerSecond,
      flopsPerSecond: flops / max(seconds, 1e-9),
      peakFLOPsPerSecond: peak
    )
  }
}
