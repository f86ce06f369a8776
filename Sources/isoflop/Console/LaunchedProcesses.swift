import ArgumentParser
import FoundationEssentials
import Ranks

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The processes that a launcher such as `mpirun` started together with this one.
enum LaunchedProcesses {
  /// Runs a command's work in all processes and leaves them together.
  ///
  /// An error anywhere ends all: a process that waits for another would wait for ever.
  static func run(_ body: (Communicator) throws -> Void) throws {
    let ranks = try Communicator.launched()
    do {
      try body(ranks)
    } catch {
      guard ranks.count > 1, !(error is ExitCode) else {
        ranks.finish()
        throw error
      }
      // Ranks often fail alike; the first one then speaks for all.
      if !ranks.isFirst { usleep(500_000) }
      if !isOthers(error) { Console.note("Error: \(error) (rank \(ranks.rank))\n") }
      ranks.abort(status: 1)
    }
    ranks.finish()
  }

  /// Runs work that is for one process; several are refused.
  static func runAlone(_ body: (_ threads: Int) throws -> Void) throws {
    try run { ranks in
      guard ranks.count == 1 else {
        throw ValidationError("--task trains in one process, not in \(ranks.count).")
      }
      try body(threads(ranks))
    }
  }

  private static func isOthers(_ error: any Error) -> Bool {
    if case RanksError.otherRankFailed = error { true } else { false }
  }

  /// How many threads a process computes with, unless told: as many as it has processors of its own.
  static func threads(_ ranks: Communicator) -> Int {
    let allowed = allowedProcessors
    // A launcher may have tied each process to some processors; if not, all share them.
    return allowed < processorCount ? allowed : max(1, allowed / ranks.localCount)
  }

  /// How many processors the system lets this process use.
  private static var allowedProcessors: Int {
    max(1, min(ProcessInfo.processInfo.activeProcessorCount, processorCount))
  }
}
