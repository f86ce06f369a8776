public import Files
import Synchronization
import UnicodeText

/// Counts the words of files in bounded memory, and goes on where an interrupted counting stopped.
///
/// Threads take blocks of lines and count them in tables of their own. A full table is written, its
/// words sorted, to a file in the scratch folder, together with the parts of the text it covers; at
/// the end all these files are put together. The counts are exact: no word is dropped, and they do
/// not depend on the memory, the threads or interruptions.
///
/// The guarantee: the resident memory of the process stays within ``memory``, provided that lines are
/// no longer than a 128th of a thread's share and that normalization makes a text at most eight
/// times longer. Disk space is needed for about two times the resulting file and a copy of each
/// distinct word for every time its table was written out.
public struct CountingJob: Sendable {
  /// What says how texts become words.
  public var configuration: TokenizerConfiguration
  /// The texts.
  public var inputs: [TextInput]
  /// A folder of its own for what is written meanwhile.
  public var scratch: String
  /// The bytes that the whole process may use; nil for as much as is useful.
  public var memory: Int?
  /// How many threads count.
  public var threads: Int

  /// Creates a job.
  public init(
    _ inputs: [TextInput],
    configuration: TokenizerConfiguration,
    scratch: String,
    memory: Int? = nil,
    threads: Int = 1
  ) {
    self.configuration = configuration
    self.inputs = inputs
    self.scratch = scratch
    self.memory = memory
    self.threads = max(threads, 1)
  }

  /// The least memory with which counting works on some threads, in bytes.
  public static func leastMemory(threads: Int) -> Int { CountingMemory.least(threads: threads) }

  /// Counts and writes the result.
  ///
  /// When it is interrupted, or fails over one file, what was counted so far stays in the scratch
  /// folder; otherwise the folder is removed at the end.
  ///
  /// - Parameters:
  ///   - output: Where the counts are written.
  ///   - isResuming: Whether to go on with what the scratch folder holds; otherwise it must hold
  ///     nothing.
  ///   - isInterrupted: Asked from any thread for every block.
  ///   - progress: Called from any thread with what is done, in bytes counted so far and in all or
  ///     in words put together so far and in all.
  /// - Returns: The counts.
  /// - Throws: ``TokenizationError``.
  public func run(
    to output: String,
    isResuming: Bool = false,
    isInterrupted: @Sendable () -> Bool = { false },
    progress: @Sendable (CountingProgress) -> Void = { _ in }
  ) throws(TokenizationError) -> CountFile {
    if memory != nil { returnFreedMemory() }
    let memory = try CountingMemory(bound: memory, threads: threads)
    let settings = try configuration.countingSettings()
    let folder = CountingFolder(scratch)
    let plan = plan(settings)
    try folder.prepare(plan, isResuming: isResuming)
    let runs = try folder.runs()
    if let bad = runs.first(where: { $0.coverage == nil }) {
      throw .wrongFile(path: bad.file.path, place: "its note", "it says nothing of the text")
    }
    var covered = [[Range<Int>]](repeating: [], count: inputs.count)
    for (file, range) in runs.flatMap({ $0.coverage ?? [] }) where file < covered.count {
      covered[file].append(range)
    }
    let blocks = LineBlocks(
      inputs,
      covered: covered.map { $0.sorted { $0.lowerBound < $1.lowerBound } },
      blockSize: memory.blockSize,
      lineLimit: memory.lineLimit
    )
    let total = inputs.reduce(Int?.some(0)) { sum, input in
      sum.flatMap { sum in input.storedBytes.map { sum + $0 } }
    }
    let done = SharedTotal()
    _ = done.add(runs.reduce(0) { $0 + $1.file.byteCount })
    let pattern = try WordCounter(configuration)
    let failed = Atomic<Bool>(false)
    let spills = SpillNumbers(after: runs.map(\.number).max() ?? 0)
    let workers = parallelStates(threads, threads: threads) {
      CountingWorker(pattern, memory, folder, settings, spills)
    } body: { worker, _ in
      worker.count(blocks, stop: { failed.load(ordering: .relaxed) || isInterrupted() }) {
        progress(.counting(bytes: done.add($0), total: total))
      }
      if worker.failure != nil { failed.store(true, ordering: .relaxed) }
    }
    // What was counted is kept whatever happened.
    for worker in workers { worker.spill() }
    let files = try folder.runs().map { (file: $0.file, weight: UInt64(1)) }
    if files.isEmpty { try folder.remove() }
    if let failure = workers.compactMap(\.failure).first { throw failure }
    if isInterrupted() { throw .interrupted }
    if files.isEmpty { throw .emptyCorpus }
    let sum = try mergeCounts(
      files,
      to: output,
      note: "of \(SHA256.hexadecimal(plan.utf8))",
      isInterrupted: isInterrupted,
      progress: { words, all in progress(.merging(words: words, total: all)) }
    )
    try folder.remove()
    return sum
  }

  /// The result of the same job that ran before, or nil where there is none.
  ///
  /// - Throws: ``TokenizationError/wrongFile(path:place:_:)`` for a file that is no such result.
  public func result(at output: String) throws(TokenizationError) -> CountFile? {
    if fileStamp(output) == nil { return nil }
    let file = try CountFile(contentsOf: output)
    let plan = plan(try configuration.countingSettings())
    if file.note != "of \(SHA256.hexadecimal(plan.utf8))" {
      throw .wrongFile(
        path: output,
        place: "its note",
        "it was counted from other text or with other settings; remove it and begin anew"
      )
    }
    return file
  }

  /// What a continued work must agree with.
  private func plan(_ settings: [UInt8]) -> String {
    var lines = ["isoflop counting 1", "settings \(SHA256.hexadecimal(settings))"]
    lines.append("unicode \(unicodeVersion)")
    for input in inputs {
      let stamp = input.path == "-" ? nil : fileStamp(input.path)
      var line = "file \(stamp?.size ?? 0) \(stamp?.seconds ?? 0) \(input.path)"
      if case .records(let field) = input.form { line += " by \(field)" }
      lines.append(line)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// How far a counting is.
public enum CountingProgress: Sendable {
  /// Bytes of the files counted so far and in all, where that is known.
  case counting(bytes: Int, total: Int?)
  /// Words put together so far and in all.
  case merging(words: Int, total: Int)
}

/// Gives out the numbers of the files that full tables are written to.
final class SpillNumbers: Sendable {
  private let last: Atomic<Int>

  init(after last: Int) {
    self.last = Atomic(last)
  }

  func next() -> Int { last.wrappingAdd(1, ordering: .relaxed).newValue }
}
