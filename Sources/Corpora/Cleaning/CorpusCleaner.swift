public import Files
import UnicodeText

/// Cleans texts file by file and writes what is left, and what was dropped and why.
///
/// Of equal or nearly equal documents of all files, the first is kept. The result depends on the
/// texts, their order and the plan, not on threads. A file is read as a stream; memory grows with the
/// number of different documents: up to 59 bytes for each, and 450 more where near duplicates are
/// looked for.
public struct CorpusCleaner: Sendable {
  private let plan: CleaningPlan

  /// Prepares a cleaning.
  public init(_ plan: CleaningPlan) {
    self.plan = plan
  }

  /// The list of dropped documents that a folder gets.
  public static func droppedList(in folder: String) -> String { joined(folder, droppedListName) }

  /// The file that a text is written to: its name in a folder, without an ending of packing.
  static func output(for input: TextInput, in folder: String) -> String {
    let ending = input.form == .lines ? ".txt" : ".jsonl"
    return joined(folder, input.path == "-" ? "text" + ending : input.stem + ending)
  }

  /// The files that a folder gets: one for each text, and the list of dropped documents; none
  /// without a folder.
  ///
  /// - Throws: ``CorporaError`` for a file that is named twice, two texts that would be written to
  ///   one file, and a text that lies in the folder.
  public static func outputs(
    of inputs: [TextInput],
    in folder: String?
  ) throws(CorporaError) -> [String] {
    try checkDifferent(inputs)
    guard let folder else { return [] }
    let target = FileIdentity(of: folder)
    var sources: [String: TextInput] = [:]
    for input in inputs {
      let parent = split(input.path).folder
      if input.path != "-", let target, FileIdentity(of: parent.isEmpty ? "." : parent) == target {
        throw .textInOutput(path: input.path, folder: folder)
      }
      let output = output(for: input, in: folder)
      if let other = sources.updateValue(input, forKey: output) {
        throw .sameOutput(paths: [other.path, input.path], output: output)
      }
    }
    let list = droppedList(in: folder)
    if let input = sources[list] { throw .listAsText(path: input.path) }
    return inputs.map { output(for: $0, in: folder) } + [list]
  }

  /// Checks that no file is read twice, which would make all of it a duplicate.
  private static func checkDifferent(_ inputs: [TextInput]) throws(CorporaError) {
    var seen: [FileIdentity: String] = [:]
    for input in inputs {
      if let other = seen.updateValue(input.path, forKey: input.identity) {
        throw .sameText(paths: [other, input.path])
      }
    }
  }

  /// Cleans texts.
  ///
  /// All files appear at the end, or none does.
  ///
  /// - Parameters:
  ///   - inputs: The texts; what stands in several is kept in the first.
  ///   - folder: Where the clean texts and the list of dropped documents are written; nil only
  ///     counts.
  ///   - threads: How many threads look at documents.
  ///   - isInterrupted: Asked about every megabyte.
  ///   - progress: Told the stored bytes that were just read.
  /// - Returns: A summary for each text.
  /// - Throws: ``CorporaError`` for a file that cannot be read or written, for texts that
  ///   ``outputs(of:in:)`` refuses, or an interrupt.
  public func clean(
    _ inputs: [TextInput],
    to folder: String?,
    threads: Int = 1,
    isInterrupted: () -> Bool = { false },
    progress: (_ bytes: Int) -> Void = { _ in }
  ) throws(CorporaError) -> [CleaningSummary] {
    let outputs = try Self.outputs(of: inputs, in: folder)
    var checkers: [DocumentChecker] = []
    do {
      for _ in 0..<max(1, threads) { checkers.append(try DocumentChecker(plan)) }
    } catch {
      throw .text(error)
    }
    let dropped = try outputs.last.map { (path) throws(CorporaError) in try PendingFile(path) }
    var files: [PendingFile] = []
    var summaries: [CleaningSummary] = []
    var kept = KeptDocuments(plan)
    for (number, input) in inputs.enumerated() {
      if plan.comparesWithinFiles { kept = KeptDocuments(plan) }
      let file = outputs.isEmpty ? nil : try PendingFile(outputs[number])
      var pass = CleaningPass(inputs, number, plan, file: file, dropped: dropped)
      let blocks = TextBlocks([input])
      while true {
        if isInterrupted() { throw .interrupted }
        let batch = try self.batch(of: blocks, checkers.count)
        guard !batch.isEmpty else { break }
        try pass.take(batch, checkers, &kept)
        progress(batch.reduce(0) { $0 + $1.storedBytes })
      }
      summaries.append(pass.summary)
      try file?.close()
      if let file { files.append(file) }
    }
    for file in files { try file.commit() }
    try dropped?.commit()
    return summaries
  }

  private func batch(of blocks: TextBlocks, _ count: Int) throws(CorporaError) -> [TextBlock] {
    var batch: [TextBlock] = []
    do {
      while batch.count < count, let block = try blocks.next() { batch.append(block) }
    } catch {
      throw .file(error)
    }
    return batch
  }
}
