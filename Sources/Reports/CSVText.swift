/// A table for programs: comma-separated values as RFC 4180 describes them.
///
/// Numbers are written with every digit they carry; what does not exist is an empty cell.
public struct CSVText: Sendable {
  private var lines: [String]
  private let width: Int

  /// Starts a table with its header.
  public init(_ columns: [String]) {
    width = columns.count
    lines = [columns.map(CSVText.quoted).joined(separator: ",")]
  }

  /// One cell.
  public enum Cell: Sendable {
    /// Text.
    case text(String)
    /// A number; one that is not finite leaves the cell empty.
    case number(Double?)
    /// True or false.
    case bool(Bool?)
  }

  /// Adds a row.
  ///
  /// - Precondition: There are as many cells as columns.
  public mutating func add(_ cells: [Cell]) {
    precondition(cells.count == width, "\(cells.count) cells for \(width) columns")
    lines.append(cells.map(CSVText.text).joined(separator: ","))
  }

  /// The table, each line closed by a line end.
  public var text: String { lines.map { $0 + "\n" }.joined() }

  private static func text(of cell: Cell) -> String {
    switch cell {
    case .text(let text): quoted(text)
    case .number(let value): value.flatMap { $0.isFinite ? JSONValue.digits($0) : nil } ?? ""
    case .bool(let value): value.map { $0 ? "true" : "false" } ?? ""
    }
  }

  private static func quoted(_ text: String) -> String {
    let needsQuotes = text.utf8.contains { ",\"\n\r".utf8.contains($0) }
    guard needsQuotes else { return text }
    var result = "\""
    for character in text.unicodeScalars {
      if character == "\"" { result += "\"" }
      result.unicodeScalars.append(character)
    }
    return result + "\""
  }
}
