import ArgumentParser

/// The exit codes scripts rely on.
enum ExitStatus {
  /// A measured gap lies beyond the tolerance.
  static let gapBeyondTolerance = ExitCode(2)
  /// The run was interrupted and can be continued.
  static let interrupted = ExitCode(130)
}
