import Tables
import Testing

@Suite struct CSVTableTests {
  func table(_ text: String) throws -> CSVTable {
    try CSVTable(Array(text.utf8), file: "t.csv")
  }

  @Test(arguments: [
    "a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\r1,2", "\u{feff}a,b\n1,2", "\"a\",\"b\"\n\"1\",\"2\"\n",
    "# source\na,b\n\n1 , 2\n\n",
  ])
  func oneTableInManyDresses(text: String) throws {
    let table = try table(text)
    #expect(table.columns == ["a", "b"])
    #expect(table.rowCount == 1)
    #expect(try table.number(row: 0, column: 0) == 1)
    #expect(try table.number(row: 0, column: 1) == 2)
  }

  @Test func quotesHoldCommasQuotesAndLines() throws {
    let table = try table("a,b\n\"x, \"\"y\"\"\nz\",2\n3,4\n")
    #expect(try table.text(row: 0, column: 0) == "x, \"y\"\nz")
    #expect(table.line(ofRow: 1) == 4)
  }

  @Test func commentsAreKept() throws {
    #expect(try table("# one\n#two\na\n1\n").comments == ["one", "two"])
  }

  @Test(arguments: [
    ("", TablesError.empty(file: "t.csv")),
    ("\n\n", .empty(file: "t.csv")),
    ("a,a\n", .repeatedColumn(file: "t.csv", column: "a")),
    ("a,b\n1\n", .wrongCellCount(file: "t.csv", row: 2, expected: 2, found: 1)),
    ("a\n\"1", .badQuote(file: "t.csv", row: 2)),
    ("a\n\"1\"2\n", .badQuote(file: "t.csv", row: 2)),
  ])
  func whatIsNoTableIsRefused(text: String, error: TablesError) {
    #expect(throws: error) { try table(text) }
  }

  @Test(arguments: ["x", "", "nan", "inf", "1e999"])
  func onlyFiniteNumbersAreNumbers(text: String) throws {
    let table = try table("a,b\n\(text),1\n")
    #expect(throws: TablesError.notANumber(file: "t.csv", row: 2, column: "a", text: text)) {
      try table.number(row: 0, column: 0)
    }
  }

  @Test func bytesThatAreNoTextAreNamedByTheirRow() throws {
    let table = try CSVTable(Array("a\n1\n".utf8) + [0xff, 0x0a], file: "t.csv")
    #expect(throws: TablesError.notText(file: "t.csv", row: 3)) {
      try table.text(row: 1, column: 0)
    }
  }

  @Test(arguments: PublishedTable.allCases)
  func everyPublishedTableIsReadAndSaysItsLicence(published: PublishedTable) throws {
    let table = try published.table()
    #expect(table.rowCount > 0)
    #expect(table.comments.contains { $0.hasPrefix("Licence: ") })
    for row in 0..<table.rowCount {
      for column in table.columns.indices { _ = try table.text(row: row, column: column) }
    }
  }
}
