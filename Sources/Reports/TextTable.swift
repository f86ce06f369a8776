/// A table for people: aligned columns, the unit in the header.
///
/// Widths are counted in Unicode characters, which suits the scripts that reports are written in.
public struct TextTable: Sendable {
  /// One column.
  public struct Column: Sendable {
    /// What stands above it.
    public var title: String
    /// Whether its cells end at the same place (numbers) or start there (names).
    public var isNumeric: Bool

    /// Describes a column of numbers.
    public static func number(_ title: String) -> Column { Column(title: title, isNumeric: true) }

    /// Describes a column of names.
    public static func name(_ title: String) -> Column { Column(title: title, isNumeric: false) }
  }

  private enum Row {
    case cells([String])
    case heading(String)
  }

  private let columns: [Column]
  private let gap: String
  private var rows: [Row] = []

  /// Starts a table whose columns stand some spaces apart; a title may have several lines.
  public init(_ columns: [Column], gap: Int = 3) {
    self.columns = columns
    self.gap = String(repeating: " ", count: gap)
  }

  /// Adds a row.
  ///
  /// - Precondition: There are as many cells as columns.
  public mutating func add(_ cells: [String]) {
    precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
    rows.append(.cells(cells))
  }

  /// Adds a line above the rows that belong to it.
  public mutating func addHeading(_ text: String) {
    rows.append(.heading(text))
  }

  /// The table, each line closed by a line end and without spaces before it.
  public var text: String {
    let titles = columns.map { $0.title.split(separator: "\n").map(String.init) }
    let height = titles.map(\.count).max() ?? 0
    var widths = titles.map { $0.map(\.count).max() ?? 0 }
    for case .cells(let cells) in rows {
      for (index, cell) in cells.enumerated() { widths[index] = max(widths[index], cell.count) }
    }
    var lines: [String] = []
    for level in 0..<height {
      // Titles stand on the last line of the header.
      let cells = titles.map { title in
        let index = level - (height - title.count)
        return index >= 0 ? title[index] : ""
      }
      lines.append(line(cells, widths))
    }
    for row in rows {
      switch row {
      case .cells(let cells): lines.append(line(cells, widths))
      case .heading(let text): lines.append(text)
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var result = ""
    for (index, cell) in cells.enumerated() {
      if index > 0 { result += gap }
      let padding = String(repeating: " ", count: widths[index] - cell.count)
      result += columns[index].isNumeric ? padding + cell : cell + padding
    }
    while result.hasSuffix(" ") { result.removeLast() }
    return result
  }
}
