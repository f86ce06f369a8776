import Files

/// The losses of several languages on one text, as a file people and scripts can read.
///
/// As CSV it has the columns `language,segment,nats,tokens,bytes`, a row a segment.
public struct LossTable: Sendable, Hashable {
  /// The languages in the order of the evaluation.
  public let languages: [LanguageLosses]

  /// Collects languages.
  public init(languages: [LanguageLosses]) {
    self.languages = languages
  }

  /// The sums over all languages.
  public var total: LanguageLosses {
    LanguageLosses(language: "all", segments: languages.flatMap(\.segments))
  }

  /// The table as CSV, numbers in full precision.
  public var csv: String {
    var text = "language,segment,nats,tokens,bytes\n"
    for language in languages {
      for segment in language.segments {
        text +=
          "\(language.language),\(segment.segment),\(segment.nats),"
          + "\(segment.tokens),\(segment.bytes)\n"
      }
    }
    return text
  }

  /// Writes the table as CSV.
  public func write(to path: String) throws(EvaluationError) {
    do { try writeFile(path, csv) } catch { throw .file(error) }
  }

  /// Reads a table from CSV.
  ///
  /// The columns may stand in any order, further columns are ignored, and fields may be quoted.
  ///
  /// - Throws: ``EvaluationError/invalidLosses(path:line:reason:)`` with the first bad row.
  public init(contentsOf path: String) throws(EvaluationError) {
    let bytes: [UInt8]
    do { bytes = try readFile(path) } catch { throw .file(error) }
    try self.init(csv: String(decoding: bytes, as: UTF8.self), path: path)
  }

  init(csv: String, path: String) throws(EvaluationError) {
    var text = Substring(csv)
    if text.first == "\u{FEFF}" { text = text.dropFirst() }
    // subtle: CR LF is one Character, so lines are split on both.
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    func fault(_ line: Int, _ reason: String) -> EvaluationError {
      .invalidLosses(path: path, line: line + 1, reason: reason)
    }
    let header = fields(of: lines.first ?? "")
    var columns: [Int] = []
    for name in ["language", "segment", "nats", "tokens", "bytes"] {
      guard let column = header.firstIndex(of: name) else {
        throw fault(0, "the column \(name) is missing from the header")
      }
      columns.append(column)
    }
    var order: [String] = []
    var collected: [String: [Int: SegmentLoss]] = [:]
    for (line, content) in lines.enumerated().dropFirst() where !content.isEmpty {
      let row = fields(of: content)
      guard let last = columns.max(), row.count > last else {
        throw fault(line, "\(row.count) fields stand where \(header.count) are expected")
      }
      let language = row[columns[0]]
      guard !language.isEmpty else { throw fault(line, "the language is empty") }
      guard let segment = Int(row[columns[1]]), segment >= 0 else {
        throw fault(line, "segment is \(row[columns[1]]), not a whole number from 0 up")
      }
      guard let nats = Double(row[columns[2]]), nats.isFinite, nats >= 0 else {
        throw fault(line, "nats is \(row[columns[2]]), not a number from 0 up")
      }
      guard let tokens = Int(row[columns[3]]), tokens > 0, tokens < 1 << 48 else {
        throw fault(line, "tokens is \(row[columns[3]]), not a positive whole number")
      }
      guard let bytes = Int(row[columns[4]]), bytes > 0, bytes < 1 << 48 else {
        throw fault(line, "bytes is \(row[columns[4]]), not a positive whole number")
      }
      if collected[language] == nil { order.append(language) }
      let loss = SegmentLoss(segment: segment, nats: nats, tokens: tokens, bytes: bytes)
      if collected[language, default: [:]].updateValue(loss, forKey: segment) != nil {
        throw fault(line, "\(language) has the segment \(segment) twice")
      }
    }
    guard !order.isEmpty else { throw fault(0, "no row follows the header") }
    languages = order.map { language in
      LanguageLosses(language: language, segments: Array(collected[language, default: [:]].values))
    }
  }
}

/// The fields of a CSV row, quotes removed.
private func fields(of line: Substring) -> [String] {
  var fields: [String] = []
  var field = ""
  var isQuoted = false
  for character in line {
    switch character {
    case "\"": isQuoted.toggle()
    case "," where !isQuoted:
      fields.append(field)
      field = ""
    default: field.append(character)
    }
  }
  fields.append(field)
  return fields
}
