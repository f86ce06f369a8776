import Dispatch
public import Files
import Synchronization
import UnicodeText

/// Cleans texts file by file and writes what is left, and what was dropped and why.
///
/// The first of equal or nearly equal documents of a file is kept. The result depends on the texts and
/// the plan, not on threads. A file is read as a stream; memory grows with the number of documents
/// kept: 43 bytes for each, and 330 more where near duplicates are looked for.
public struct CorpusCleaner: Sendable {
  /// The name of the list of dropped documents.
  public static let droppedName = "dropped.jsonl"

  private let plan: CleaningPlan

  /// Prepares a cleaning.
  public init(_ plan: CleaningPlan) {
    self.plan = plan
  }

  /// The file that a text is written to: its name in a folder, without an ending of packing.
  public static func output(for input: TextInput, in folder: String) -> String {
    let ending = input.form == .lines ? ".txt" : ".jsonl"
    return joined(folder, input.path == "-" ? "text" + ending : input.stem + ending)
  }

  /// Cleans texts.
  ///
  /// All files appear at the end, or none does.
  ///
  /// - Parameters:
  ///   - inputs: The texts.
  ///   - folder: Where the clean texts and ``droppedName`` are written; nil only counts.
  ///   - threads: How many threads look at documents.
  ///   - isInterrupted: Asked about every megabyte.
  ///   - progress: Told the stored bytes that were just read.
  /// - Returns: A summary for each text.
  /// - Throws: ``CorporaError`` for a file that cannot be read or written, two texts of one name, or
  ///   an interrupt.
  public func clean(
    _ inputs: [TextInput],
    to folder: String?,
    threads: Int = 1,
    isInterrupted: () -> Bool = { false },
    progress: (_ bytes: Int) -> Void = { _ in }
  ) throws(CorporaError) -> [CleaningSummary] {
    let outputs = try folder.map { (folder) throws(CorporaError) in
      try Self.outputs(for: inputs, in: folder)
    }
    var checkers: [DocumentChecker] = []
    do {
      for _ in 0..<max(1, threads) { checkers.append(try DocumentChecker(plan)) }
    } catch {
      throw .text(error)
    }
    let dropped = try folder.map { (folder) throws(CorporaError) in
      try PendingFile(joined(folder, Self.droppedName))
    }
    var files: [PendingFile] = []
    var summaries: [CleaningSummary] = []
    for (index, input) in inputs.enumerated() {
      let file = try outputs.map { (paths) throws(CorporaError) in try PendingFile(paths[index]) }
      var pass = CleaningPass(input, plan, file: file, dropped: dropped)
      let blocks = TextBlocks([input])
      while true {
        if isInterrupted() { throw .interrupted }
        let batch = try self.batch(of: blocks, checkers.count)
        guard !batch.isEmpty else { break }
        try pass.take(batch, checkers)
        progress(batch.reduce(0) { $0 + $1.storedBytes })
      }
      pass.summary.output = outputs?[index]
      summaries.append(pass.summary)
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

  /// The files the texts are written to.
  private static func outputs(
    for inputs: [TextInput],
    in folder: String
  ) throws(CorporaError) -> [String] {
    var paths: [String] = []
    for input in inputs {
      let path = output(for: input, in: folder)
      if paths.contains(path) || path == joined(folder, droppedName) {
        throw .duplicateLanguage(tag: input.stem, folder: folder)
      }
      paths.append(path)
    }
    return paths
  }
}

/// The cleaning of one text.
private struct CleaningPass {
  private let input: TextInput
  private let plan: CleaningPlan
  private let file: PendingFile?
  private let dropped: PendingFile?
  private var script: ScriptExpectation?
  private var isScriptKnown = false
  private var lineCount = 0
  private var digests = DigestSet()
  private var near: NearDuplicates?
  var summary: CleaningSummary

  init(_ input: TextInput, _ plan: CleaningPlan, file: PendingFile?, dropped: PendingFile?) {
    self.input = input
    self.plan = plan
    self.file = file
    self.dropped = dropped
    near = plan.nearDuplicates.map { NearDuplicates($0) }
    summary = CleaningSummary(language: input.stem, path: input.path)
  }

  /// Looks at blocks on several threads, and then at their documents one after the other.
  mutating func take(
    _ blocks: [TextBlock],
    _ checkers: [DocumentChecker]
  ) throws(CorporaError) {
    findScript(blocks[0])
    let script = script
    let results = Mutex<[Int: Result<CheckedBlock, UnicodeTextError>]>([:])
    // subtle: each thread has a checker of its own.
    nonisolated(unsafe) let checkers = checkers
    DispatchQueue.concurrentPerform(iterations: blocks.count) { index in
      let result = Result { () throws(UnicodeTextError) in
        try unsafe checkers[index].check(blocks[index], script)
      }
      results.withLock { $0[index] = result }
    }
    let checked = results.withLock { $0 }
    for index in blocks.indices {
      guard let result = checked[index] else { continue }
      let block: CheckedBlock
      do { block = try result.get() } catch { throw .text(error) }
      do {
        for document in block.documents { try take(document) }
      } catch {
        throw .file(error)
      }
      lineCount += block.lineCount
    }
  }

  private mutating func take(_ document: CheckedDocument) throws(FilesError) {
    summary.documents += 1
    summary.bytes += document.text.count
    var fault = document.fault
    if fault == nil, !plan.keepsDuplicates, let digest = document.digest, !digests.insert(digest) {
      fault = CheckedDocument.Fault(reason: "duplicate")
    }
    if fault == nil, let signature = document.signature, let likeness = near?.insert(signature) {
      fault = CheckedDocument.Fault(
        reason: "near-duplicate",
        value: likeness,
        limit: plan.nearDuplicates?.threshold
      )
    }
    if let fault {
      summary.dropped[fault.reason, default: 0] += 1
      let line = lineCount + document.lineNumber + 1
      try dropped?.write(record(of: document, fault, line: line))
      return
    }
    summary.keptDocuments += 1
    summary.keptBytes += document.text.count
    summary.repairedDocuments += document.isRepaired ? 1 : 0
    try file?.write(document.line + [0x0A])
  }

  /// Finds the script of the language, at the first block.
  private mutating func findScript(_ block: TextBlock) {
    guard plan.scriptShare != nil, !isScriptKnown else { return }
    isScriptKnown = true
    let subtag = input.stem.split(separator: "-").dropFirst().first { $0.utf8.count == 4 }
    if let code = plan.scripts[input.stem] ?? subtag.map(String.init) {
      script = ScriptExpectation(code: code)
    } else {
      script = block.withBytes { ScriptExpectation(of: $0) }
    }
    summary.script = script?.code
  }

  private func record(
    of document: CheckedDocument,
    _ fault: CheckedDocument.Fault,
    line: Int
  ) -> [UInt8] {
    func string(_ text: String) -> String {
      String(decoding: jsonString(text.utf8), as: UTF8.self)
    }
    var members = [
      "\"language\": \(string(input.stem))", "\"file\": \(string(input.path))",
      "\"line\": \(line)", "\"reason\": \(string(fault.reason))",
    ]
    if let value = fault.value { members.append("\"value\": \(value)") }
    if let limit = fault.limit { members.append("\"limit\": \(limit)") }
    if let detail = fault.detail { members.append("\"detail\": \(string(detail))") }
    let text = document.text.withSpan { repairedUTF8($0) }
    return Array("{\(members.joined(separator: ", ")), \"text\": ".utf8) + jsonString(text)
      + Array("}\n".utf8)
  }
}

/// A file that appears when all is done.
final class PendingFile {
  private var file: AtomicFile?

  init(_ path: String) throws(CorporaError) {
    do { file = try AtomicFile(path) } catch { throw .file(error) }
  }

  func write(_ bytes: [UInt8]) throws(FilesError) {
    try file?.write(bytes)
  }

  func commit() throws(CorporaError) {
    guard let file = file.take() else { return }
    do { try file.commit() } catch { throw .file(error) }
  }
}
