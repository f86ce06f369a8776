/// What can be wrong with a table, with its file, row and column.
public enum TablesError: Error, Sendable, Equatable, CustomStringConvertible {
  /// There is no header row.
  case empty(file: String)
  /// There is a header but no row below it.
  case noRows(file: String)
  /// The bytes are not UTF-8.
  case notText(file: String, row: Int)
  /// A quoted cell is never closed, or text follows its closing quote.
  case badQuote(file: String, row: Int)
  /// A row has another number of cells than the header.
  case wrongCellCount(file: String, row: Int, expected: Int, found: Int)
  /// Two columns have one name.
  case repeatedColumn(file: String, column: String)
  /// A needed column is missing.
  case missingColumn(file: String, column: String, known: [String])
  /// A cell that must hold a number does not.
  case notANumber(file: String, row: Int, column: String, text: String)
  /// No row has a wanted name.
  case unknownRow(file: String, column: String, text: String)

  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .empty(let file): "\(file) is empty; a table starts with a row of column names."
    case .noRows(let file): "\(file) has column names but no rows."
    case .notText(let file, let row): "\(file), row \(row): the bytes are not UTF-8."
    case .badQuote(let file, let row):
      "\(file), row \(row): a quoted cell is not closed, or something follows its closing quote."
    case .wrongCellCount(let file, let row, let expected, let found):
      "\(file), row \(row): \(found) cells where the header names \(expected) columns."
    case .repeatedColumn(let file, let column): "\(file) has two columns named “\(column)”."
    case .missingColumn(let file, let column, let known):
      "\(file) has no column “\(column)”. It has: \(known.joined(separator: ", "))."
    case .notANumber(let file, let row, let column, let text):
      text.isEmpty
        ? "\(file), row \(row), column “\(column)”: the cell is empty; a number is needed."
        : "\(file), row \(row), column “\(column)”: “\(text)” is not a finite number."
    case .unknownRow(let file, let column, let text):
      "\(file) has no row whose \(column) is “\(text)”."
    }
  }
}
