/// A table of comma-separated values, read as RFC 4180 describes them.
///
/// Accepted as well: a byte-order mark, line ends of one or two characters, lines that start with
/// `#` before the header (kept as ``comments``), empty lines between rows, and spaces around
/// unquoted cells. The bytes are kept once; a cell becomes text only when it is asked for.
///
/// Example: `a,b` over `1,"x, y"` has one row, and its cell in column `b` is `x, y`.
///
/// - Source: RFC 4180.
public struct CSVTable: Sendable {
  /// The name that errors give the file.
  public let file: String
  /// The lines before the header that start with `#`, without it: where the facts come from.
  public let comments: [String]
  /// The columns' names, in their order.
  public let columns: [String]

  let bytes: [UInt8]
  /// The cells' places, row by row.
  let cells: [Cell]
  /// The line of the file on which each row starts, counted from 1.
  let lines: [Int]

  /// The place of a cell; the flag is set where quotes were doubled inside.
  struct Cell: Sendable {
    var start: Int
    var end: Int
    var hasDoubledQuotes: Bool
  }

  /// How many rows stand below the header.
  public var rowCount: Int { lines.count }

  /// Reads a table.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8.
  ///   - file: The name for errors.
  /// - Throws: ``TablesError`` where the text is no table; a table without rows is one.
  /// - Complexity: O(bytes), one pass.
  public init(_ bytes: [UInt8], file: String) throws(TablesError) {
    var scanner = CSVScanner(bytes: bytes, file: file)
    comments = try scanner.readComments()
    guard let header = try scanner.readRow() else { throw .empty(file: file) }
    var names: [String] = []
    for cell in header.cells {
      let name = try CSVTable.text(of: cell, in: bytes, file: file, row: header.line)
      if names.contains(name) { throw .repeatedColumn(file: file, column: name) }
      names.append(name)
    }
    var cells: [Cell] = []
    var lines: [Int] = []
    while let row = try scanner.readRow() {
      guard row.cells.count == names.count else {
        throw .wrongCellCount(
          file: file,
          row: row.line,
          expected: names.count,
          found: row.cells.count
        )
      }
      cells.append(contentsOf: row.cells)
      lines.append(row.line)
    }
    self.file = file
    self.bytes = bytes
    self.columns = names
    self.cells = cells
    self.lines = lines
  }

  /// The index of a column, or nil.
  public func index(ofColumn name: String) -> Int? {
    columns.firstIndex(of: name)
  }

  /// The index of a column that must exist.
  public func column(_ name: String) throws(TablesError) -> Int {
    guard let index = index(ofColumn: name) else {
      throw .missingColumn(file: file, column: name, known: columns)
    }
    return index
  }

  /// The line of the file on which a row starts, counted from 1.
  public func line(ofRow row: Int) -> Int { lines[row] }

  /// A cell's text.
  ///
  /// - Precondition: The row and the column exist.
  public func text(row: Int, column: Int) throws(TablesError) -> String {
    precondition(
      row >= 0 && row < rowCount && column >= 0 && column < columns.count,
      "cell (\(row), \(column)) of a table of \(rowCount) rows and \(columns.count) columns"
    )
    return try CSVTable.text(
      of: cells[row * columns.count + column],
      in: bytes,
      file: file,
      row: lines[row]
    )
  }

  /// A cell's number, which must be finite.
  public func number(row: Int, column: Int) throws(TablesError) -> Double {
    let text = try text(row: row, column: column)
    guard let value = Double(text), value.isFinite else {
      throw .notANumber(file: file, row: lines[row], column: columns[column], text: text)
    }
    return value
  }

  /// A cell's number, or nil where the cell is empty.
  public func optionalNumber(row: Int, column: Int) throws(TablesError) -> Double? {
    let cell = cells[row * columns.count + column]
    return cell.start == cell.end ? nil : try number(row: row, column: column)
  }

  private static func text(
    of cell: Cell,
    in bytes: [UInt8],
    file: String,
    row: Int
  ) throws(TablesError) -> String {
    guard let text = String(validating: bytes[cell.start..<cell.end], as: UTF8.self) else {
      throw .notText(file: file, row: row)
    }
    guard cell.hasDoubledQuotes else { return text }
    var result = ""
    var previousWasQuote = false
    for character in text.unicodeScalars {
      if character == "\"", previousWasQuote {
        previousWasQuote = false
        continue
      }
      previousWasQuote = character == "\""
      result.unicodeScalars.append(character)
    }
    return result
  }
}
