#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Communicator {
  /// Joins the processes that a launcher such as `mpirun` or `srun` started together.
  ///
  /// Asks the environment first, so that a process started by hand spends no time on MPI. Once a
  /// process; the others wait for it.
  ///
  /// - Throws: ``RanksError/builtWithoutMPI(processes:)`` for several processes of a program that
  ///   would not know of each other, ``RanksError/failed(operation:reason:)``.
  public static func launched() throws(RanksError) -> Communicator {
    #if MPI
      guard isLaunched else { return .alone }
      return try Transport.start()
    #else
      let processes = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"].compactMap(number).max() ?? 1
      guard processes <= 1 else { throw .builtWithoutMPI(processes: processes) }
      return .alone
    #endif
  }

  /// Leaves the other processes, at the end of all.
  ///
  /// A launcher takes a process that ends without this for one that died.
  public func finish() {
    Transport.finish()
  }

  /// Ends all processes at once, with a status.
  public func abort(status: Int32) -> Never {
    if count > 1 { Transport.abort(status) }
    exit(status)
  }

  /// Whether a launcher has left its marks: those of Open MPI, of PMIx (Slurm's, Open MPI's) and
  /// of PMI (MPICH's, Slurm's).
  private static var isLaunched: Bool {
    ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"].contains { number($0) != nil }
  }

  private static func number(_ variable: String) -> Int? {
    guard let text = unsafe getenv(variable) else { return nil }
    return unsafe Int(String(cString: text))
  }
}
