import Dispatch
import Randomness
import RealModule
import Synchronization

/// Refits of a law to runs drawn anew, with replacement.
///
/// Observations of one run are drawn together. Draw number k depends on the seed and on k alone, so
/// the threads that share the work do not change the result.
///
/// - Source: Efron and Tibshirani 1993, "An introduction to the bootstrap", chapter 6; clusters as
///   in chapter 8.
struct Bootstrap {
  let fit: ParametricFit
  let optimum: ParametricPoint
  private let clusters: RunClusters

  init(_ fit: ParametricFit, optimum: ParametricPoint) {
    self.fit = fit
    self.optimum = optimum
    clusters = RunClusters(fit.observations)
  }

  /// The laws of all draws that found one, in the order of their numbers.
  ///
  /// - Throws: ``ScalingLawsError/cancelled`` where the monitor ends the work.
  func draws(monitor: FitMonitor) throws(ScalingLawsError) -> [ParametricLaw] {
    let count = fit.drawCount
    guard count > 0 else { return [] }
    let base = ParametricObjective(
      fit.observations,
      objective: fit.options.objective,
      exponents: fit.options.exponents
    )
    let start = base.law(at: optimum)
    let results = Mutex<[[ParametricLaw?]]>([[ParametricLaw?]](repeating: [], count: 64))
    let pieces = 64
    let done = Atomic<Int>(0)
    let workers = min(fit.options.threadCount, pieces)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      for piece in stride(from: worker, to: pieces, by: workers) {
        if monitor.isCancelled() { return }
        let range = piece * count / pieces..<(piece + 1) * count / pieces
        let laws = range.map { draw($0, from: start) }
        results.withLock { $0[piece] = laws }
        let pieceCount = done.wrappingAdd(1, ordering: .relaxed).newValue
        monitor.report("Bootstrap", Double(pieceCount) / Double(pieces))
      }
    }
    try monitor.check()
    return results.withLock { $0.flatMap(\.self) }.compactMap(\.self)
  }

  /// One draw, searched from the optimum of all runs and, where that may mislead, from a grid.
  private func draw(_ number: Int, from start: ParametricLaw) -> ParametricLaw? {
    let objective = ParametricObjective(
      fit.observations,
      weights: clusters.weights(number, seed: fit.options.seed),
      objective: fit.options.objective,
      exponents: fit.options.exponents
    )
    let search = DampedNewton(objective, exponents: fit.options.exponents)
    var best = search.minimize(from: objective.point(of: start))
    if fit.observations.count < 60 {
      // Small ladders have several minima; the second start costs little there.
      if let other = VariableProjection.starts(objective, exponents: fit.options.exponents).first {
        let result = search.minimize(from: other)
        if result.value < best.value { best = result }
      }
    }
    guard best.value.isFinite else { return nil }
    let law = objective.law(at: best.point)
    return law.isSound ? law : nil
  }
}

/// The observations of each run, which are drawn together.
///
/// The clusters stand in the order of their runs' sizes, so that the order of a file's rows does
/// not change what is drawn.
struct RunClusters {
  private var clusters: [[Int]] = []
  private let rowCount: Int

  init(_ observations: [LossObservation]) {
    var order: [String: Int] = [:]
    rowCount = observations.count
    for (index, observation) in observations.enumerated() {
      if let run = observation.run {
        if let place = order[run] {
          clusters[place].append(index)
          continue
        }
        order[run] = clusters.count
      }
      clusters.append([index])
    }
    clusters.sort { first, second in
      let a = observations[first[0]]
      let b = observations[second[0]]
      return (a.parameters, a.tokens, a.loss) < (b.parameters, b.tokens, b.loss)
    }
  }

  /// How often each observation is drawn in a draw.
  func weights(_ number: Int, seed: UInt64) -> [Double] {
    var generator = Seed(seed).stream("bootstrap \(number)")
    var weights = [Double](repeating: 0, count: rowCount)
    for _ in clusters.indices {
      for row in clusters[generator.below(clusters.count)] { weights[row] += 1 }
    }
    return weights
  }
}
