import Dispatch
import Files
import Synchronization
import UnicodeText

/// The cleaning of one text.
struct CleaningPass {
  private let inputs: [TextInput]
  private let number: Int
  private let plan: CleaningPlan
  private let file: PendingFile?
  private let dropped: PendingFile?
  private var script: ScriptExpectation?
  private var isScriptKnown = false
  private var lineCount = 0
  private(set) var summary: CleaningSummary

  private var input: TextInput { inputs[number] }

  /// Prepares the cleaning of one of several texts.
  init(
    _ inputs: [TextInput],
    _ number: Int,
    _ plan: CleaningPlan,
    file: PendingFile?,
    dropped: PendingFile?
  ) {
    self.inputs = inputs
    self.number = number
    self.plan = plan
    self.file = file
    self.dropped = dropped
    summary = CleaningSummary(
      language: inputs[number].stem,
      path: inputs[number].path,
      output: file?.path
    )
  }

  /// Looks at blocks on several threads, and then at their documents one after the other.
  mutating func take(
    _ blocks: [TextBlock],
    _ checkers: [DocumentChecker],
    _ kept: inout KeptDocuments
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
        for document in block.documents { try take(document, &kept) }
      } catch {
        throw .file(error)
      }
      lineCount += block.lineCount
    }
  }

  private mutating func take(
    _ document: CheckedDocument,
    _ kept: inout KeptDocuments
  ) throws(FilesError) {
    summary.documents += 1
    summary.bytes += document.text.count
    let line = lineCount + document.lineNumber + 1
    var fault = document.fault
    if fault == nil,
      let original = kept.insert(document, at: KeptDocuments.Place(input: number, line: line))
    {
      fault = CheckedDocument.Fault(original, limit: plan.nearDuplicates?.threshold)
      if original.place.input != number { summary.repeatsOfOtherFiles += 1 }
    }
    if let fault {
      summary.dropped[fault.reason, default: 0] += 1
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
    if let original = fault.original {
      let file = string(inputs[original.input].path)
      members.append("\"original\": {\"file\": \(file), \"line\": \(original.line)}")
    }
    if let detail = fault.detail { members.append("\"detail\": \(string(detail))") }
    let text = document.text.withSpan { repairedUTF8($0) }
    return Array("{\(members.joined(separator: ", ")), \"text\": ".utf8) + jsonString(text)
      + Array("}\n".utf8)
  }
}
