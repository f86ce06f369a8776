/// Somebody who watches a long fit and may end it.
///
/// The functions are called from several threads, some hundred times at most.
public struct FitMonitor: Sendable {
  /// Whether the fit is to end without a result.
  public var isCancelled: @Sendable () -> Bool
  /// Takes the stage that the fit is in and the share of it that is done.
  public var report: @Sendable (_ stage: String, _ fraction: Double) -> Void

  /// Watches with two functions.
  public init(
    isCancelled: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (_ stage: String, _ fraction: Double) -> Void
  ) {
    self.isCancelled = isCancelled
    self.report = report
  }

  /// Nobody.
  public static let none = FitMonitor(isCancelled: { false }, report: { _, _ in })

  /// Ends the fit where that is asked for.
  func check() throws(ScalingLawsError) {
    if isCancelled() { throw .cancelled }
  }
}
