import ScalingLaws
import Synchronization

/// The progress of a fit on standard error, for fits that take longer than a second.
final class FitProgress: Sendable {
  private let line: Mutex<ProgressLine>
  private let start = ContinuousClock.now

  /// Creates a progress that stays silent when told to be, and listens to interrupts.
  init(quiet: Bool) {
    line = Mutex(ProgressLine(quiet: quiet))
    Interruption.listen()
  }

  /// What the fit reports to.
  var monitor: FitMonitor {
    FitMonitor(isCancelled: { Interruption.isRequested }) { [self] stage, fraction in
      guard ContinuousClock.now - start > .seconds(1) else { return }
      line.withLock {
        $0.update(stage: stage, fraction: fraction, detail: Self.detail(stage))
      }
    }
  }

  /// Clears the line, so that results start in an empty one.
  func finish() {
    line.withLock { $0.finishLine() }
  }

  private static func detail(_ stage: String) -> String {
    switch stage {
    case "Bootstrap": "fitting the runs drawn anew"
    case "Calibration": "leaving the largest runs out"
    default: "searching for the constants"
    }
  }
}
