import Files
import UnicodeText

/// What the plan says of one document by itself, before it is compared with others.
struct CheckedDocument: Sendable {
  /// Why a document is dropped.
  struct Fault: Sendable {
    let reason: String
    var value: Double?
    var limit: Double?
    var detail: String?
    /// Where the document stands that this one repeats.
    var original: KeptDocuments.Place?
  }

  /// The line as it is written, without its end; that of the input where nothing was repaired.
  let line: [UInt8]
  /// The text.
  let text: [UInt8]
  /// The number of the line in its block, counted from 0.
  let lineNumber: Int
  let isRepaired: Bool
  var fault: Fault?
  var digest: TextDigest?
  var signature: MinHash.Signature?
}

/// The documents of a block and how many lines it has.
struct CheckedBlock: Sendable {
  var documents: [CheckedDocument] = []
  var lineCount = 0
}

/// Checks documents by themselves.
///
/// One value is used by one thread at a time.
final class DocumentChecker {
  private let plan: CleaningPlan
  private let segmenter: TextSegmenter
  private let minHash: MinHash?

  init(_ plan: CleaningPlan) throws(UnicodeTextError) {
    self.plan = plan
    segmenter = try TextSegmenter()
    minHash = plan.nearDuplicates.map { MinHash($0) }
  }

  /// Checks the documents of a block; empty lines are left out.
  func check(
    _ block: TextBlock,
    _ script: ScriptExpectation?
  ) throws(UnicodeTextError) -> CheckedBlock {
    var result = CheckedBlock()
    try block.forEachLine { (line) throws(UnicodeTextError) in
      if line.fault != nil || !line.isEmpty {
        result.documents.append(try check(line, script, number: result.lineCount))
      }
      result.lineCount += 1
    }
    return result
  }

  private func check(
    _ line: TextLine,
    _ script: ScriptExpectation?,
    number: Int
  ) throws(UnicodeTextError) -> CheckedDocument {
    let original = line.withText { text in unsafe text.withUnsafeBytes { unsafe Array($0) } }
    var text = original
    var fault: CheckedDocument.Fault?
    if let record = line.fault {
      fault = CheckedDocument.Fault(reason: "no-record", detail: record.problem)
    } else if text.withSpan({ firstInvalidUTF8(in: $0) }) != nil {
      text = text.withSpan { repairedUTF8($0) }
      if !plan.repairsInvalidUTF8 { fault = CheckedDocument.Fault(reason: "invalid-utf-8") }
    }
    if fault == nil { fault = treatControls(in: &text) }
    if fault == nil, text.isEmpty { fault = CheckedDocument.Fault(reason: "empty") }
    if fault == nil { fault = try rulesFault(text, script) }
    let isRepaired = text != original
    var document = CheckedDocument(
      line: isRepaired ? line.replacingText(with: text) : line.bytes,
      text: text,
      lineNumber: number,
      isRepaired: isRepaired,
      fault: fault
    )
    if fault == nil {
      document.digest = text.withSpan { TextDigest($0) }
      document.signature = text.withSpan { minHash?.signature(of: $0) }
    }
    return document
  }

  private func treatControls(in text: inout [UInt8]) -> CheckedDocument.Fault? {
    guard plan.controlCharacters != .keep, let first = firstControl(in: text) else { return nil }
    if plan.controlCharacters == .drop {
      return CheckedDocument.Fault(
        reason: "control-character",
        detail: "U+" + String(first.value, radix: 16, uppercase: true)
      )
    }
    var kept = String.UnicodeScalarView()
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars
    where !isUnwantedControl(scalar) {
      kept.append(scalar)
    }
    text = Array(String(kept).utf8)
    return nil
  }

  /// The first control character, found without decoding what surely has none.
  private func firstControl(in text: [UInt8]) -> Unicode.Scalar? {
    let isSuspicious = text.contains { byte in
      byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D || byte == 0x7F || byte == 0xC2
    }
    guard isSuspicious else { return nil }
    return String(decoding: text, as: UTF8.self).unicodeScalars.first { isUnwantedControl($0) }
  }

  private func rulesFault(
    _ text: [UInt8],
    _ script: ScriptExpectation?
  ) throws(UnicodeTextError) -> CheckedDocument.Fault? {
    if let limit = plan.scriptShare, let script,
      let share = text.withSpan({ script.share(in: $0) }), share < limit
    {
      return CheckedDocument.Fault(reason: "script", value: share, limit: limit)
    }
    if plan.rules.isEmpty { return nil }
    let measures = try text.withSpan { (text) throws(UnicodeTextError) in
      try DocumentMeasures(text, segmenter)
    }
    for rule in plan.rules {
      if let value = measures.value(of: rule.measure), !rule.keeps(value) {
        return CheckedDocument.Fault(reason: rule.name, value: value, limit: rule.limit)
      }
    }
    return nil
  }
}
