import Synchronization

/// A progress line that any thread may tell, and that stays silent for the first second.
///
/// Work that is done at once leaves no trace on standard error.
final class DelayedProgress: Sendable {
  private let line: Mutex<ProgressLine>
  private let start = ContinuousClock.now

  /// Creates a line that stays silent altogether when told to be.
  init(quiet: Bool) {
    line = Mutex(ProgressLine(quiet: quiet))
  }

  /// Tells how much of a stage is done, in units of which there are `total`.
  func update(stage: String, done: Int, of total: Int, detail: @autoclosure () -> String) {
    if ContinuousClock.now - start < .seconds(1) { return }
    let fraction = total > 0 ? Double(done) / Double(total) : 1
    line.withLock { line in line.update(stage: stage, fraction: fraction, detail: detail()) }
  }

  /// Tells how many bytes of a stage are done; the total is nil where nobody knows, as of a pipe.
  func update(stage: String, done: Int, of total: Int?) {
    let detail = megabytes(done) + (total.map { " of " + megabytes($0) } ?? "")
    update(stage: stage, done: total == nil ? 0 : done, of: total ?? 1, detail: detail)
  }

  /// Clears the line, so that other output starts in an empty one.
  func finish() {
    line.withLock { line in line.finishLine() }
  }
}

/// Bytes as people read them, `12.3 MB`.
func megabytes(_ bytes: Int) -> String {
  let tenths = bytes / 100_000
  return "\(tenths / 10).\(tenths % 10) MB"
}
