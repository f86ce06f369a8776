public import Ranks

extension PreparedRun {
  /// Prepares a new run of several processes; each gets its own.
  ///
  /// The first process turns the request into a plan, which may depend on how fast it computes; the
  /// others do what that plan says. The first one alone measures on held-out text. All must see the same files under the same names.
  ///
  /// - Parameters:
  ///   - request: What is asked for.
  ///   - ranks: The processes.
  ///   - folder: The run's folder, prepared by the first process.
  ///   - replaces: Whether a run or a model that lies there may be replaced.
  /// - Throws: An error of the module at fault; `RanksError` on the ranks that have none.
  public init(
    _ request: RunRequest,
    ranks: Communicator,
    folder: String,
    replaces: Bool
  ) throws {
    let first = try ranks.together { () -> PreparedRun? in
      guard ranks.isFirst else { return nil }
      try Self.prepareFolder(folder, replaces: replaces)
      return try PreparedRun(request, ranks: ranks.count)
    }
    let json = try ranks.broadcast(try first?.plan.json() ?? [])
    self = try ranks.together {
      try first
        ?? PreparedRun(RunPlan(json: json, of: folder), threads: request.threads, folder: nil)
    }
    self.ranks = ranks
  }

  /// Opens the run that a folder holds, to go on with it in several processes.
  ///
  /// - Parameters:
  ///   - folder: The run's folder, which the first process reads.
  ///   - ranks: The processes, in any number that the batch falls into.
  ///   - threads: How many threads compute; the plan's where nil.
  /// - Throws: As ``init(resuming:threads:)``; `RanksError` on the ranks that have no error.
  public init(resuming folder: String, ranks: Communicator, threads: Int?) throws {
    let stored = try ranks.together { ranks.isFirst ? try RunPlan(folder: folder).json() : [] }
    let json = try ranks.broadcast(stored)
    self = try ranks.together {
      try PreparedRun(
        RunPlan(json: json, of: folder),
        threads: threads,
        folder: ranks.isFirst ? folder : nil
      )
    }
    self.ranks = ranks
  }
}
