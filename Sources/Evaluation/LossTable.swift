import Files
import Tables

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
    try self.init(csv: bytes, path: path)
  }

  init(csv bytes: [UInt8], path: String) throws(EvaluationError) {
    let table: CSVTable
    do { table = try CSVTable(bytes, file: path) } catch { throw .table(error) }
    var columns: [Int] = []
    for name in ["language", "segment", "nats", "tokens", "bytes"] {
      do { columns.append(try table.column(name)) } catch { throw .table(error) }
    }
    func cell(_ row: Int, _ column: Int) throws(EvaluationError) -> String {
      do { return try table.text(row: row, column: columns[column]) } catch { throw .table(error) }
    }
    func fault(_ row: Int, _ reason: String) -> EvaluationError {
      .invalidLosses(path: path, line: table.line(ofRow: row), reason: reason)
    }
    var order: [String] = []
    var collected: [String: [Int: SegmentLoss]] = [:]
    for row in 0..<table.rowCount {
      let language = try cell(row, 0)
      guard !language.isEmpty else { throw fault(row, "the language is empty") }
      let cells = (try cell(row, 1), try cell(row, 2), try cell(row, 3), try cell(row, 4))
      guard let segment = Int(cells.0), segment >= 0 else {
        throw fault(row, "segment is \(cells.0), not a whole number from 0 up")
      }
      guard let nats = Double(cells.1), nats.isFinite, nats >= 0 else {
        throw fault(row, "nats is \(cells.1), not a number from 0 up")
      }
      guard let tokens = Int(cells.2), tokens > 0, tokens < 1 << 40 else {
        throw fault(row, "tokens is \(cells.2), not a positive whole number")
      }
      guard let bytes = Int(cells.3), bytes > 0, bytes < 1 << 40 else {
        throw fault(row, "bytes is \(cells.3), not a positive whole number")
      }
      if collected[language] == nil { order.append(language) }
      let loss = SegmentLoss(segment: segment, nats: nats, tokens: tokens, bytes: bytes)
      if collected[language, default: [:]].updateValue(loss, forKey: segment) != nil {
        throw fault(row, "\(language) has the segment \(segment) twice")
      }
    }
    guard !order.isEmpty else {
      throw .invalidLosses(path: path, line: 1, reason: "no row follows the header")
    }
    languages = order.map { language in
      LanguageLosses(language: language, segments: Array(collected[language, default: [:]].values))
    }
  }
}
