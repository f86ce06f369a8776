/// What can go wrong between the processes of one run.
public enum RanksError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A launcher started several processes of a program that cannot talk to the others.
  case builtWithoutMPI(processes: Int)
  /// MPI reports a failure.
  case failed(operation: String, reason: String)
  /// The processes were given different things to do.
  case different(what: String, rank: Int)
  /// Another process met an error, which it has told.
  case otherRankFailed(rank: Int)

  /// One or two sentences: what is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .builtWithoutMPI(let processes):
      "A launcher started \(processes) processes, and this program was built without MPI, so each "
        + "would train alone. Build it with: swift build -c release --traits MPI"
    case .failed(let operation, let reason):
      "MPI failed to \(operation): \(reason)."
    case .different(let what, let rank):
      "Rank \(rank) has another \(what) than rank 0. All ranks must run the same program on the "
        + "same files, on processors of one kind."
    case .otherRankFailed(let rank):
      "Rank \(rank) failed."
    }
  }
}
