/// The way through the bytes of a table, row by row.
struct CSVScanner {
  let bytes: [UInt8]
  let file: String
  private var position: Int
  private var line = 1

  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
  private static let quote = UInt8(ascii: "\"")
  private static let comma = UInt8(ascii: ",")
  private static let space = UInt8(ascii: " ")
  private static let tab = UInt8(ascii: "\t")

  init(bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
    position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
  }

  /// Reads the lines that start with `#`.
  mutating func readComments() throws(TablesError) -> [String] {
    var comments: [String] = []
    skipEmptyLines()
    while position < bytes.count, bytes[position] == UInt8(ascii: "#") {
      let start = position + 1
      while position < bytes.count, !isLineEnd(bytes[position]) { position += 1 }
      guard let text = String(validating: bytes[start..<position], as: UTF8.self) else {
        throw .notText(file: file, row: line)
      }
      comments.append(text.hasPrefix(" ") ? String(text.dropFirst()) : text)
      skipEmptyLines()
    }
    return comments
  }

  /// Reads the next row that is not empty, or gives nil at the end.
  mutating func readRow() throws(TablesError) -> (cells: [CSVTable.Cell], line: Int)? {
    skipEmptyLines()
    guard position < bytes.count else { return nil }
    let start = line
    var cells: [CSVTable.Cell] = []
    while true {
      cells.append(try readCell())
      guard position < bytes.count else { break }
      if bytes[position] == Self.comma {
        position += 1
      } else {
        skipLineEnd()
        break
      }
    }
    return (cells, start)
  }

  private mutating func readCell() throws(TablesError) -> CSVTable.Cell {
    skipBlanks()
    if position < bytes.count, bytes[position] == Self.quote { return try readQuotedCell() }
    let start = position
    while position < bytes.count, bytes[position] != Self.comma, !isLineEnd(bytes[position]) {
      position += 1
    }
    var end = position
    while end > start, bytes[end - 1] == Self.space || bytes[end - 1] == Self.tab { end -= 1 }
    return CSVTable.Cell(start: start, end: end, hasDoubledQuotes: false)
  }

  private mutating func readQuotedCell() throws(TablesError) -> CSVTable.Cell {
    let row = line
    position += 1
    var cell = CSVTable.Cell(start: position, end: position, hasDoubledQuotes: false)
    while position < bytes.count {
      if bytes[position] == Self.quote {
        guard position + 1 < bytes.count, bytes[position + 1] == Self.quote else {
          cell.end = position
          position += 1
          skipBlanks()
          if position < bytes.count, bytes[position] != Self.comma, !isLineEnd(bytes[position]) {
            throw .badQuote(file: file, row: row)
          }
          return cell
        }
        cell.hasDoubledQuotes = true
        position += 1
      } else if bytes[position] == Self.newline {
        line += 1
      }
      position += 1
    }
    throw .badQuote(file: file, row: row)
  }

  private func isLineEnd(_ byte: UInt8) -> Bool {
    byte == Self.newline || byte == Self.carriageReturn
  }

  private mutating func skipBlanks() {
    while position < bytes.count, bytes[position] == Self.space || bytes[position] == Self.tab {
      position += 1
    }
  }

  private mutating func skipEmptyLines() {
    while position < bytes.count, isLineEnd(bytes[position]) { skipLineEnd() }
  }

  private mutating func skipLineEnd() {
    let isPair =
      bytes[position] == Self.carriageReturn && position + 1 < bytes.count
      && bytes[position + 1] == Self.newline
    position += isPair ? 2 : 1
    line += 1
  }
}
