import Kernels
import LanguageModels
import Ranks

extension TrainingSession {
  /// Gives every rank the weights, the moments and the place of the first one.
  ///
  /// So a run goes on where its checkpoint is seen by one rank alone.
  func takeStateOfFirstRank() throws {
    guard ranks.count > 1 else { return }
    let steps = try ranks.gather(UInt64(stepsDone))
    stepsDone = Int(steps[0])
    // Not a number where there was none: it is as good as none.
    let losses = try ranks.gather((firstLoss ?? .nan).bitPattern)
    firstLoss = Double(bitPattern: losses[0]).isNaN ? nil : Double(bitPattern: losses[0])
    for buffer in [model.weights] + moments {
      try buffer.withValues(0..<buffer.count) { try ranks.broadcast(&$0) }
    }
  }
}
